// Idempotency-Key, on every operation that names it.
import assert from 'node:assert/strict';
import { head, RawConnection } from '../lib/http.mjs';

export default function idempotency(test, { api, contract, samples }) {
  const heeding = [...contract.operations]
    .filter(([, { operation }]) => operation.parameters?.some((each) => each.$ref === '#/components/parameters/IdempotencyKey'))
    .map(([id]) => id);
  let keys = 0;
  const newKey = () => `key of the contract test, no. ${++keys}`;
  const success = (id) => Number(Object.keys(contract.get(id).operation.responses).find((status) => status.startsWith('2')));

  test('whatever creates something takes an Idempotency-Key', () => {
    for (const [id, { operation }] of contract.operations) {
      if ('201' in operation.responses) assert.ok(heeding.includes(id), id);
    }
  });

  test('the same key with the same request gets the same answer, and creates nothing', async () => {
    for (const id of heeding) {
      const asked = { ...(await samples[id](api)), headers: { 'Idempotency-Key': newKey() }, whole: true };
      const first = await api.call(id, success(id), asked);
      assert.equal(first.headers['idempotency-replayed'], undefined, id);
      const second = await api.call(id, success(id), asked);
      assert.equal(second.headers['idempotency-replayed'], 'true', id);
      // The text of a key is kept nowhere, so the second answer cannot show it.
      const told = id === 'createKey' ? first.text.replace(/"key":"[^"]*"/, '"key":null') : first.text;
      assert.deepEqual([second.text, second.headers.location], [told, first.headers.location], id);
      const other = await api.call(id, success(id), { ...(await samples[id](api)), headers: { 'Idempotency-Key': newKey() }, whole: true });
      assert.equal(other.headers['idempotency-replayed'], undefined, id);
      if (first.body.id) assert.notEqual(other.text, first.text, id);
    }
  });

  test('422: the same key for another request', async () => {
    for (const id of heeding) {
      const asked = { ...(await samples[id](api)), headers: { 'Idempotency-Key': newKey() } };
      await api.call(id, success(id), asked);
      const raw = `${asked.raw ?? JSON.stringify(asked.body)} `;
      assert.equal((await api.call(id, 422, { ...asked, body: undefined, raw })).code, 'idempotency_key_reused', id);
    }
  });

  test('409: the same key while the first request is in progress', async () => {
    for (const id of heeding) {
      const sample = await samples[id](api);
      const key = { 'Idempotency-Key': newKey() };
      const body = sample.raw ?? JSON.stringify(sample.body);
      const { method, target } = api.target(id, sample.path, sample.query);
      const first = await RawConnection.open(api.port);
      first.say(head(method, target, { 'Content-Type': 'application/json', ...api.headers, ...sample.headers, ...key,
        'Content-Length': String(Buffer.byteLength(body)), Expect: '100-continue' }));
      assert.equal((await first.answer()).status, 100); // the key is taken
      assert.equal((await api.call(id, 409, { ...sample, headers: { ...sample.headers, ...key } })).code, 'idempotency_in_progress', id);
      first.say(body);
      assert.equal((await first.answer()).status, success(id), id);
      first.close();
    }
  });

  test('400: what is no key', async () => {
    for (const id of heeding) {
      for (const key of ['', 'x'.repeat(256), '\u00e9']) {
        const sample = await samples[id](api);
        assert.equal((await api.call(id, 400, { ...sample, headers: { ...sample.headers, 'Idempotency-Key': key } })).code, 'invalid_idempotency_key', id);
      }
    }
  });

  test('a refusal leaves the key free', async () => {
    for (const id of heeding) {
      const key = { 'Idempotency-Key': newKey() };
      const { body, raw, ...sample } = await samples[id](api);
      await api.call(id, 400, { ...sample, raw: '{"', headers: { ...sample.headers, ...key } });
      await api.call(id, success(id), { ...sample, body, raw, headers: { ...sample.headers, ...key } });
    }
  });
}
