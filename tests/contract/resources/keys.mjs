// API keys, and what callers without one, or with too small a one, are answered everywhere.
import assert from 'node:assert/strict';

async function createdKey(api, scope = 'read') {
  return api.call('createKey', 201, { body: { scope, name: 'of the contract test' } });
}

const createdPath = async (api) => ({ path: { key_id: (await createdKey(api)).id } });

export const samples = {
  listKeys: () => ({}),
  createKey: () => ({ body: { scope: 'read' } }),
  getKey: createdPath,
  revokeKey: createdPath,
};

const bearer = (key) => ({ Authorization: `Bearer ${key}` });

export default function keys(test, { api, contract, samples: all, start }) {
  const guarded = [...contract.operations].filter(([, { operation }]) => operation.security === undefined);

  test('a key is made, shown without its text, and revoked', async () => {
    const { key, ...made } = await createdKey(api, 'write');
    const path = { key_id: made.id };
    assert.deepEqual(await api.call('getKey', 200, { path }), made);
    const { data } = await api.call('listKeys', 200, { query: { limit: 1 } });
    assert.deepEqual(data, [made]);
    const bearing = api.with(bearer(key));
    await bearing.call('listCampaigns', 200);
    const revoked = await api.call('revokeKey', 200, { path });
    assert.ok(revoked.revoked && revoked.revoked_at);
    assert.deepEqual(await api.call('revokeKey', 200, { path }), revoked);
    await bearing.call('listCampaigns', 401);
  });

  test('401: every operation that asks for a key, without one and with an unknown one', async () => {
    for (const [id] of guarded) {
      const sample = await all[id](api);
      for (const headers of [{}, bearer('x'.repeat(47))]) {
        const { headers: said, body } = await api.with(headers).call(id, 401, { ...sample, whole: true });
        assert.equal(body.code, 'unauthorized', id);
        assert.match(said['www-authenticate'], /^Bearer /, id);
      }
    }
  });

  test('403: every operation that needs more than the key has', async () => {
    const small = api.with(bearer((await createdKey(api, 'read')).key));
    const middle = api.with(bearer((await createdKey(api, 'write')).key));
    for (const [id, { method, operation }] of guarded) {
      const sample = await all[id](api);
      const admin = operation.tags.includes('keys') || operation.tags.includes('ops');
      if (admin || method !== 'get') assert.equal((await small.call(id, 403, sample)).code, 'insufficient_scope', id);
      if (admin) assert.equal((await middle.call(id, 403, sample)).code, 'insufficient_scope', id);
    }
  });

  test('429: more requests than a workspace has in a minute, and how many that are with every answer', async () => {
    const server = await start(['http.requests_per_minute=2']);
    let refused;
    for (let i = 0; i < 5 && !refused; ++i) { // a minute may end in between, once
      const answer = await api.on(server.port).attempt('listCampaigns');
      assert.equal(answer.headers['x-ratelimit-limit'], '2');
      assert.match(answer.headers['x-ratelimit-remaining'], /^[01]$/);
      assert.equal(Number(answer.headers['x-ratelimit-reset']) % 60, 0);
      if (answer.status === 429) refused = answer;
    }
    assert.equal(refused.body.code, 'rate_limited');
    assert.ok(Number(refused.headers['retry-after']) >= 1);
  });
}
