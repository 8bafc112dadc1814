// What a telephony provider says, to a server whose calls go through one.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { Api } from '../lib/api.mjs';

const secret = 'whsec_of_the_contract_test';

export const settings = ['gateway.kind=http', 'gateway.http.base_url=http://127.0.0.1:9', `gateway.http.secret=${secret}`,
  'gateway.http.callback_base_url=http://127.0.0.1:8080'];

function signed(text) {
  const at = Math.floor(Date.now() / 1000);
  return { 'Redial-Signature': `t=${at},v1=${createHmac('sha256', secret).update(`${at}.${text}`).digest('hex')}` };
}

const event = { event_id: 'evt_1', seq: 1, attempt_id: `cal_${'0'.repeat(21)}1`, call_id: 'CA-1', event: 'ringing', at: '2024-05-01T09:00:00Z' };

export default function provider(test, { contract, api, start }) {
  test('what a provider says is taken if it is signed, and refused if it is not', async () => {
    const server = await start(settings);
    const there = new Api(contract, server.port);
    const say = (status, body, text = JSON.stringify(body)) =>
      there.call('takeProviderEvent', status, { raw: text, headers: signed(text) });
    const taken = JSON.stringify(event);
    await there.call('takeProviderEvent', 200, { body: event, headers: signed(taken) });
    assert.equal((await there.call('takeProviderEvent', 401, { body: event })).code, 'unauthorized');
    await there.call('takeProviderEvent', 401, { raw: taken, headers: signed(`${taken} `) });
    assert.equal((await say(400, null, '{')).code, 'malformed');
    await say(422, { ...event, attempt_id: 'cal_1' });
    await say(422, { ...event, event: 'completed', outcome: 'unknown' });
    await there.call('takeProviderEvent', 413, { raw: 'x'.repeat(1024 * 1024 + 1) });
    await there.call('takeProviderEvent', 415, { raw: taken, headers: { ...signed(taken), 'Content-Type': 'text/plain' } });
  });

  test('a server whose calls go through no provider has nothing to be told', async () => {
    assert.equal((await api.call('takeProviderEvent', 404, { body: event })).code, 'not_found');
  });
}
