// What holds for every operation alike, driven by the document itself: for each status that it names, a request that earns it.
import assert from 'node:assert/strict';
import { Api } from '../lib/api.mjs';
import { head, RawConnection, send } from '../lib/http.mjs';
import { eventually } from '../lib/server.mjs';

const absent = { campaign_id: 'cmp_000000000', key_id: 'key_000000000', phone: '+10000000', webhook_id: 'whk_000000000' };

export default function every(test, { api, contract, samples, start }) {
  /** Each operation that names `status` and whose requests can be made here. */
  const naming = (status) => [...contract.operations].filter(([id, { operation }]) => status in operation.responses && samples[id]);
  const takesJson = ({ operation, at }) =>
    operation.requestBody && contract.resolve(`${at}/requestBody`).value.content['application/json'];

  test('a request of each operation can be made here', () => {
    for (const [id, { operation }] of contract.operations)
      assert.ok(samples[id] || operation.tags.includes('provider'), `no sample of ${id}`);
  });

  test('HEAD is GET without the body', async () => {
    for (const [id, { method }] of contract.operations) {
      if (method !== 'get') continue;
      const sample = await samples[id](api);
      const { target } = api.target(id, sample.path, sample.query);
      contract.check(id, await send(api.port, { method: 'HEAD', target, headers: api.headers }), true);
    }
  });

  test('a request id comes back, and is made where none is given or a bad one', async () => {
    for (const [id] of contract.operations) {
      if (!samples[id]) continue;
      const { whole, ...sample } = await samples[id](api);
      const { headers } = await api.call(id, successOf(id), { ...sample, headers: { ...sample.headers, 'X-Request-Id': 'mine-1' }, whole: true });
      assert.equal(headers['x-request-id'], 'mine-1');
      const other = await api.call(id, successOf(id), { ...(await samples[id](api)), headers: { 'X-Request-Id': 'no good' }, whole: true });
      assert.match(other.headers['x-request-id'], /^req_[0-9a-f]{16}$/);
    }
  });

  test('the log bears the request id', async () => {
    const server = await start(['log.level=debug']);
    await api.on(server.port).call('getHealth', 200, { headers: { 'X-Request-Id': 'trace-of-the-contract-test' } });
    await eventually('the line in the log', () => server.log.includes('trace-of-the-contract-test'));
  });

  test('400: unknown query parameters, by name', async () => {
    for (const [id] of naming(400)) {
      const sample = await samples[id](api);
      const problem = await api.call(id, 400, { ...sample, query: { ...sample.query, nonsense: 1 } });
      assert.equal(problem.code, 'invalid_parameter', id);
      assert.deepEqual(problem.errors.map((each) => each.parameter), ['nonsense'], id);
    }
  });

  test('400: what is no JSON', async () => {
    for (const [id, found] of naming(400)) {
      if (!takesJson(found)) continue;
      const { body, ...sample } = await samples[id](api);
      assert.equal((await api.call(id, 400, { ...sample, raw: '{"' })).code, 'malformed_json', id);
    }
  });

  test('404: what is not there', async () => {
    for (const [id, { path }] of naming(404)) {
      if (!path.includes('{')) continue;
      const sample = await samples[id](api);
      assert.equal((await api.call(id, 404, { ...sample, path: absent })).code, 'not_found', id);
    }
  });

  test('413: a body that is said to be endless is not waited for', async () => {
    for (const [id] of naming(413)) {
      const { method, target } = api.target(id, (await samples[id](api)).path);
      const connection = await RawConnection.open(api.port);
      connection.say(head(method, target, { ...api.headers, 'Content-Type': 'application/json', 'Content-Length': String(2 ** 40) }));
      const answer = await connection.answer();
      assert.equal(answer.status, 413, `${id}: ${answer.text}`);
      assert.equal(contract.check(id, answer).code, 'body_too_large');
      connection.close();
    }
  });

  test('415: another media type, charset or content coding', async () => {
    const wrong = [{ 'Content-Type': 'text/plain' }, { 'Content-Type': 'application/json; charset=latin1' }, { 'Content-Encoding': 'gzip' }];
    for (const [id] of naming(415)) {
      for (const headers of wrong) {
        const { body, ...sample } = await samples[id](api);
        assert.equal((await api.call(id, 415, { ...sample, raw: JSON.stringify(body ?? {}), headers })).code, 'unsupported_media_type', id);
      }
    }
  });

  test('422: members that nobody knows, by pointer', async () => {
    for (const [id, found] of naming(422)) {
      if (!takesJson(found)) continue;
      const { body, ...sample } = await samples[id](api);
      const problem = await api.call(id, 422, { ...sample, body: { ...body, nonsense: 1 } });
      assert.equal(problem.code, 'invalid_value', id);
    }
  });

  test('503: a server that stops turns away what has not begun', async () => {
    const server = await start(['gateway.simulator.instant=true']);
    const there = new Api(contract, server.port, api.headers);
    const asked = [];
    for (const [id] of naming(503)) {
      const sample = await samples[id](there);
      const { method, target } = there.target(id, sample.path, sample.query);
      const body = sample.raw ?? (sample.body === undefined ? '' : JSON.stringify(sample.body));
      const whole = head(method, target, { ...there.headers, 'Content-Type': 'application/json', 'Content-Length': String(Buffer.byteLength(body)) }) + body;
      const connection = await RawConnection.open(server.port);
      // One whole request and the beginning of the next in one piece: with the answer to the first, the second has begun.
      connection.say(head('GET', '/healthz') + whole.slice(0, 20));
      assert.equal((await connection.answer()).status, 200);
      asked.push({ id, connection, rest: whole.slice(20) });
    }
    const idle = await RawConnection.open(server.port);
    idle.say(head('GET', '/healthz'));
    await idle.answer();
    server.beginStop();
    await idle.closed; // the stop has begun
    for (const { id, connection, rest } of asked) {
      connection.say(rest);
      const answer = await connection.answer();
      assert.equal(answer.status, 503, `${id}: ${answer.text}`);
      assert.equal(contract.check(id, answer).code, 'unavailable', id);
      connection.close();
    }
    assert.equal(await server.ended, 0);
  });

  function successOf(id) {
    return Number(Object.keys(contract.get(id).operation.responses).find((status) => status.startsWith('2')));
  }
}
