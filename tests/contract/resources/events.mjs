// Live events: from now on, and from any place on.
import assert from 'node:assert/strict';
import { send } from '../lib/http.mjs';
import { completed, createdPath, newCampaign } from './campaigns.mjs';

export const samples = {
  streamEvents: async () => ({}),
  streamCampaignEvents: async (api) => ({ path: await createdPath(api) }),
};

export default function events(test, { api, contract }) {
  test('a stream begins with the place to come back to', async () => {
    assert.match(await api.call('streamEvents', 200), /^retry: \d+\nid: \d+(\.\d+\.\d+)?\n\n/);
  });

  test('an id that is none is refused, in the query and in the header', async () => {
    const path = await createdPath(api);
    for (const id of ['x', '1.2', '-1']) {
      const problem = await api.call('streamEvents', 400, { query: { last_event_id: id } });
      assert.deepEqual(problem.errors.map((each) => each.parameter), ['last_event_id']);
      await api.call('streamCampaignEvents', 400, { path, headers: { 'Last-Event-ID': id } });
    }
  });

  test('a campaign that has run is told from its start to its end', async () => {
    const { id } = await completed(api, newCampaign(3));
    // A server that stops ends its streams, and so the answer: here the client has to go when it has seen enough.
    const { target } = api.target('streamCampaignEvents', { campaign_id: id }, { last_event_id: '0' });
    const { text } = await send(api.port, { method: 'GET', target, headers: api.headers, until: /event: campaign.completed\n.*\n\n/ });
    const told = text.split('\n\n').filter((each) => each.includes('data: '))
      .map((each) => JSON.parse(each.slice(each.indexOf('data: ') + 6)));
    assert.equal(told.at(0).type, 'campaign.started');
    assert.equal(told.at(-1).type, 'campaign.completed');
    assert.equal(told.filter((each) => each.type === 'call.completed').length, 3);
    for (const each of told) {
      contract.checkEvent(each);
      assert.equal(each.data.campaign.id, id);
    }
  });
}
