// Health, and the document itself.
import assert from 'node:assert/strict';
import { send } from '../lib/http.mjs';

export const samples = {
  getHealth: () => ({}),
  getReadiness: () => ({}),
  getOpenApi: () => ({}),
};

export default function health(test, { api, contract }) {
  test('it is well, and ready, and says so without a key', async () => {
    const anybody = api.with({});
    assert.deepEqual(await anybody.call('getHealth', 200), { status: 'ok' });
    assert.deepEqual(await anybody.call('getReadiness', 200), { status: 'ready' });
  });

  test('the document that is served is the one in docs/openapi.yaml', async () => {
    assert.deepEqual(await api.with({}).call('getOpenApi', 200), contract.document);
  });

  test('every path of the document has the methods that it says, and no others', async () => {
    for (const [path, item] of Object.entries(contract.document.paths)) {
      const target = path.replaceAll(/\{\w+\}/g, 'x');
      const answer = await send(api.port, { method: 'OPTIONS', target, headers: api.headers });
      assert.equal(answer.status, 405, `${target}: ${answer.text}`);
      const documented = ['get', 'post', 'put', 'patch', 'delete'].filter((method) => method in item);
      contract.check(item[documented[0]].operationId, answer);
      const expected = documented.flatMap((method) => (method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()]));
      assert.deepEqual(answer.headers.allow.split(', ').sort(), expected.sort(), path);
    }
  });
}
