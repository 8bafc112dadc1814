// Operations of the document, carried out against one server. Every answer is checked against the document.
import assert from 'node:assert/strict';
import { send } from './http.mjs';

export class Api {
  constructor(contract, port, headers = {}) {
    this.contract = contract;
    this.port = port;
    this.headers = headers;
  }

  /** The same server, asked with other headers: another key, or none. */
  with(headers) {
    return new Api(this.contract, this.port, headers);
  }

  /** Another server, asked with the same headers. */
  on(port) {
    return new Api(this.contract, port, this.headers);
  }

  /** An operation without parameters and body. @returns { status, headers, body }, whatever the status. */
  async attempt(id) {
    const answer = await send(this.port, { ...this.target(id), headers: this.headers });
    return { ...answer, body: this.contract.check(id, answer) };
  }

  /** An operation's method and target, with `path` in its braces and `query` behind it. */
  target(id, path = {}, query = {}) {
    const { path: pattern, method } = this.contract.get(id);
    const filled = pattern.replaceAll(/\{(\w+)\}/g, (_, name) => {
      assert.ok(name in path, `${id} needs ${name}`);
      return encodeURIComponent(path[name]);
    });
    const pairs = Object.entries(query).flatMap(([name, value]) =>
      [value].flat().map((each) => `${encodeURIComponent(name)}=${encodeURIComponent(each)}`));
    return { method: method.toUpperCase(), target: filled + (pairs.length > 0 ? `?${pairs.join('&')}` : '') };
  }

  /**
   * @param {number} expected the status that must come
   * @param body is sent as JSON; `raw` as it is
   * @returns the body of the answer; with `whole`, { status, headers, body }
   */
  async call(id, expected, { path, query = {}, body, raw, headers = {}, whole = false } = {}) {
    const sent = raw ?? (body === undefined ? undefined : JSON.stringify(body));
    const all = { ...this.headers, ...headers };
    if (sent !== undefined) {
      all['Content-Type'] ??= 'application/json';
      all['Content-Length'] ??= String(Buffer.byteLength(sent));
    }
    const answer = await send(this.port, { ...this.target(id, path, query), headers: all, body: sent });
    assert.equal(answer.status, expected, `${id} answers ${answer.status}: ${answer.text.slice(0, 1000)}`);
    const read = this.contract.check(id, answer);
    if (answer.status < 300) this.contract.checkRequest(id, body, Object.keys(query));
    return whole ? { ...answer, body: read } : read;
  }
}
