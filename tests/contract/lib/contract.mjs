// docs/openapi.yaml as the judge of what the server answers, and the book of what has been seen.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';

/** What the connection adds to every answer, and no operation has to name. */
const everyAnswers = new Set([
  'cache-control', 'connection', 'content-length', 'content-type', 'date', 'keep-alive', 'transfer-encoding',
]);
const methods = ['get', 'put', 'post', 'delete', 'patch'];
const token = (text) => text.replaceAll('~', '~0').replaceAll('/', '~1');

export class Contract {
  constructor(file) {
    this.document = parse(readFileSync(file, 'utf8'), { strict: true, merge: false });
    this.ajv = new Ajv2020({ allErrors: true, strict: true, strictTypes: false, strictRequired: false });
    addFormats(this.ajv);
    // The schemas stand within the document and refer to each other there: its own words are no keywords to object to.
    this.ajv.addVocabulary(Object.keys(this.document));
    this.ajv.addSchema(this.document, 'openapi');
    this.validators = new Map();
    /** Of each operation: path, method, its own object and where it stands in the document. */
    this.operations = new Map();
    for (const [path, item] of Object.entries(this.document.paths)) {
      for (const method of methods.filter((each) => each in item)) {
        const operation = item[method];
        assert.ok(!this.operations.has(operation.operationId), `${operation.operationId} stands twice`);
        this.operations.set(operation.operationId, { path, method, operation, at: `#/paths/${token(path)}/${method}` });
      }
    }
    /** "operation status" -> how often it was seen. */
    this.seen = new Map();
  }

  get(id) {
    const found = this.operations.get(id);
    assert.ok(found, `the document has no operation ${id}`);
    return found;
  }

  /** Follows references. @returns the object and the pointer at which it stands. */
  resolve(pointer) {
    for (;;) {
      const value = pointer.slice(2).split('/').reduce(
        (object, part) => object?.[decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~')], this.document);
      assert.ok(value !== undefined, `nothing stands at ${pointer}`);
      if (value.$ref === undefined) return { value, pointer };
      pointer = value.$ref;
    }
  }

  validate(pointer, value, what) {
    let validator = this.validators.get(pointer);
    if (!validator) {
      validator = this.ajv.compile({ $ref: `openapi${pointer.split('/').map(encodeURIComponent).join('/').replace('%23', '#')}` });
      this.validators.set(pointer, validator);
    }
    if (!validator(value)) {
      const errors = validator.errors.map((error) => `  ${error.instancePath || '/'} ${error.message} ${JSON.stringify(error.params)}`);
      assert.fail(`${what} is not as ${pointer} says:\n${errors.join('\n')}\n${JSON.stringify(value, null, 1).slice(0, 4000)}`);
    }
  }

  /** The document's word on an operation's status: the response of its own, or the default. */
  response(id, status) {
    const { operation, at } = this.get(id);
    if (String(status) in operation.responses) return { key: String(status), ...this.resolve(`${at}/responses/${status}`) };
    assert.ok('default' in operation.responses, `${id} has no answer ${status}`);
    return { key: 'default', ...this.resolve(`${at}/responses/default`) };
  }

  /**
   * Checks an answer against the document, and notes that it was seen.
   * @param headOnly it answers HEAD, and so has no body
   * @returns the body, read if it is JSON
   */
  check(id, answer, headOnly = false) {
    const what = `the ${answer.status} of ${id}`;
    const { key, value: response, pointer } = this.response(id, answer.status);
    this.checkHeaders(response, pointer, answer, what);
    if (answer.status === 204 && !response.content) {
      assert.ok(!('content-type' in answer.headers) && !('content-length' in answer.headers) && answer.text === '', `${what} has a body`);
      this.note(`${id} ${key}`);
      return undefined;
    }
    const type = (answer.headers['content-type'] ?? '').split(';')[0];
    const media = response.content?.[type];
    assert.ok(media, `${what} is of the undocumented type "${type}": ${answer.text.slice(0, 500)}`);
    let body = answer.text;
    if (headOnly) {
      assert.equal(body, '', `${what}: an answer to HEAD has a body`);
    } else if (type === 'application/json' || type === 'application/problem+json') {
      body = JSON.parse(answer.text);
      this.validate(`${pointer}/content/${token(type)}/schema`, body, what);
    }
    if (type === 'application/problem+json' && !headOnly) {
      assert.equal(body.status, answer.status, `${what}: its problem names another status`);
      assert.equal(body.type, `urn:redial:problem:${body.code}`);
    }
    this.note(`${id} ${key}`);
    if (key === 'default') this.note(`default ${answer.status}`);
    return body;
  }

  checkHeaders(response, pointer, answer, what) {
    const documented = new Map(Object.keys(response.headers ?? {}).map((name) => [name.toLowerCase(), name]));
    for (const name of Object.keys(answer.headers))
      assert.ok(everyAnswers.has(name) || documented.has(name), `${what} has the undocumented header ${name}`);
    for (const [lower, name] of documented) {
      const { value: header, pointer: at } = this.resolve(`${pointer}/headers/${token(name)}`);
      const given = answer.headers[lower];
      assert.ok(given !== undefined || !header.required, `${what} has no ${name}`);
      if (given === undefined) continue;
      const isNumber = header.schema.type === 'integer' && /^\d+$/.test(given);
      this.validate(`${at}/schema`, isNumber ? Number(given) : given, `${name} of ${what}`);
    }
  }

  /** What was taken must be what the document says is taken. */
  checkRequest(id, body, query) {
    const { operation, path, at } = this.get(id);
    const known = [...(this.document.paths[path].parameters ?? []), ...(operation.parameters ?? [])]
      .map((each) => (each.$ref ? this.resolve(each.$ref).value : each))
      .filter((each) => each.in === 'query').map((each) => each.name);
    for (const name of query) assert.ok(known.includes(name), `${id} takes the undocumented parameter ${name}`);
    if (body === undefined) return;
    assert.ok(operation.requestBody, `${id} takes an undocumented body`);
    const { pointer } = this.resolve(`${at}/requestBody`);
    this.validate(`${pointer}/content/${token('application/json')}/schema`, body, `the request of ${id}`);
  }

  /** An event, wherever it is told: by a webhook's message or by a stream. */
  checkEvent(body) {
    const name = body.type.startsWith('call.') ? 'CallEvent' : 'CampaignEvent';
    this.validate(`#/components/schemas/${name}`, body, `a ${body.type}`);
    assert.equal(body.event, body.type);
  }

  /** What a webhook was sent must be what the document says is sent. */
  checkMessage(headers, body) {
    const at = `#/webhooks/${body.type.startsWith('call.') ? 'callEvent' : 'campaignEvent'}/post`;
    for (const index of this.resolve(at).value.parameters.keys()) {
      const { value: parameter, pointer } = this.resolve(`${at}/parameters/${index}`);
      this.validate(`${pointer}/schema`, headers[parameter.name], parameter.name);
    }
    this.checkEvent(body);
  }

  note(pair) {
    this.seen.set(pair, (this.seen.get(pair) ?? 0) + 1);
  }

  /** Every pair of the document that nobody has seen: "operation status", and "default status" for those of HTTP. */
  unseen() {
    const pairs = [];
    for (const [id, { operation }] of this.operations)
      pairs.push(...Object.keys(operation.responses).filter((key) => key !== 'default').map((key) => `${id} ${key}`));
    const { value } = this.resolve('#/components/responses/Protocol');
    const statuses = value.content['application/problem+json'].schema.allOf[1].properties.status.enum;
    pairs.push(...statuses.map((status) => `default ${status}`));
    return pairs.filter((pair) => !this.seen.has(pair));
  }
}
