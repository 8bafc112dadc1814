// What operations see.
import assert from 'node:assert/strict';

const dialing = async (api) => {
  const contacts = Array.from({ length: 50 }, (_, i) => ({ phone: `+9198123${String(10000 + i)}`, name: 'A' }));
  const body = { name: 'seen by operations', script_id: 's', language: 'en', contacts, max_attempts: 3, retry_interval_minutes: 1 };
  const { id } = await api.call('createCampaign', 201, { body });
  await api.call('startCampaign', 200, { path: { campaign_id: id } });
  return { path: { campaign_id: id } };
};

export const samples = {
  listActors: () => ({}),
  getCampaignActor: dialing,
  getLines: () => ({}),
  getStore: () => ({}),
  getConfig: () => ({}),
  getOverview: () => ({}),
  getMetrics: () => ({}),
};

export default function ops(test, { api, start }) {
  test('who lives, by kind and page by page', async () => {
    const { data } = await api.call('listActors', 200);
    for (const kind of ['registry', 'store_writer', 'line_pool', 'front', 'reader']) assert.ok(data.some((each) => each.kind === kind), kind);
    const { path } = await dialing(api);
    const campaigns = await api.call('listActors', 200, { query: { kind: 'campaign', limit: 1000 } });
    const own = campaigns.data.find((each) => each.id === path.campaign_id);
    assert.equal(own.parent, 'registry');
    assert.ok(own.handled > 0 && own.contacts.live >= 0);
    const page = await api.call('listActors', 200, { query: { limit: 2, offset: 1 } });
    assert.deepEqual(page.data.map((each) => each.id), data.slice(1, 3).map((each) => each.id));
    assert.equal((await api.call('listActors', 400, { query: { kind: 'plumber' } })).errors[0].parameter, 'kind');
    assert.equal((await api.call('listActors', 400, { query: { state: 'lazy' } })).errors[0].parameter, 'state');
  });

  test('a campaign that dials tells of its history, its lines and its contacts', async () => {
    const sample = await dialing(api);
    const told = await api.call('getCampaignActor', 200, sample);
    assert.equal(told.answered, true);
    assert.deepEqual(told.history.map((each) => each.status).slice(0, 2), ['scheduled', 'running']);
    assert.equal(told.counters.total, 50);
    const few = await api.call('getCampaignActor', 200, { ...sample, query: { limit: 1 } });
    assert.ok(few.contacts.length <= 1);
  });

  test('the settings are shown, secrets masked', async () => {
    const settings = await api.call('getConfig', 200);
    assert.equal(typeof settings.http.listen, 'string');
    const server = await start(['gateway.http.secret=this is not to be seen by anybody']);
    assert.equal((await api.on(server.port).call('getConfig', 200)).gateway.http.secret, '********');
  });

  test('lines, store, overview and metrics tell of the same calls', async () => {
    await dialing(api);
    const lines = await api.call('getLines', 200);
    assert.ok(lines.limit > 0 && lines.in_use <= lines.limit);
    const store = await api.call('getStore', 200);
    assert.ok(store.healthy && store.commits.seconds.count > 0 && store.tables.some((each) => each.name === 'journal'));
    const { attempted } = await api.call('getOverview', 200);
    assert.ok(attempted > 0);
    const text = await api.call('getMetrics', 200, { whole: true });
    assert.match(text.body, /^redial_attempts_started_total [1-9]/m);
    assert.match(text.body, /^redial_http_requests_total\{.*route="\/v1\/campaigns".*\} [1-9]/m);
    assert.match(text.body, /^process_resident_memory_bytes [1-9]/m);
  });
}
