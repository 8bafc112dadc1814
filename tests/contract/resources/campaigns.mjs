// Campaigns: created, listed, shown, and taken through their whole life.
import assert from 'node:assert/strict';
import { eventually } from '../lib/server.mjs';

/** A request that succeeds, of each operation: made anew each time it is needed. */
export const samples = {
  createCampaign: () => ({ body: newCampaign() }),
  listCampaigns: () => ({}),
  getCampaign: async (api) => ({ path: await createdPath(api) }),
  updateCampaign: async (api) => ({ path: await createdPath(api), body: { action: 'start' } }),
  startCampaign: async (api) => ({ path: await createdPath(api) }),
  pauseCampaign: async (api) => ({ path: await createdPath(api, 'start') }),
  resumeCampaign: async (api) => ({ path: await createdPath(api, 'start', 'pause') }),
  stopCampaign: async (api) => ({ path: await createdPath(api) }),
};

let numbers = 0;

/** A phone that no other test has. */
export function newPhone() {
  return `+91${String(9_000_000_000 + numbers++)}`;
}

export function newCampaign(contacts = 2, more = {}) {
  return {
    name: 'Renewals', script_id: 'scr_1', language: 'hi-IN',
    contacts: Array.from({ length: contacts }, (_, i) => ({ phone: newPhone(), name: `Contact ${i}`, row: i })),
    ...more,
  };
}

/** Creates a campaign and carries out actions. @returns what fills the path of its operations. */
export async function createdPath(api, ...actions) {
  // Far ahead in time: paused and resumed, it stays where it is.
  const created = await api.call('createCampaign', 201, { body: newCampaign(2, { retry_interval_minutes: 10080, max_attempts: 5 }) });
  const path = { campaign_id: created.id };
  for (const action of actions) await api.call('updateCampaign', 200, { path, body: { action } });
  return path;
}

export async function completed(api, body) {
  const created = await api.call('createCampaign', 201, { body });
  const path = { campaign_id: created.id };
  await api.call('startCampaign', 200, { path });
  return eventually('the campaign to complete', async () => {
    const shown = await api.call('getCampaign', 200, { path });
    return shown.status === 'completed' && shown;
  });
}

export default function campaigns(test, { api }) {
  test('a campaign is created, and what was given comes back', async () => {
    const body = newCampaign(3, {
      max_attempts: 3, retry_interval_minutes: 15,
      schedule: { start_time: '2130-01-31T09:00:00+05:30', end_time: '2130-01-31T18:00:00+05:30', timezone: 'Asia/Kolkata' },
    });
    body.contacts.push({ ...body.contacts[0], name: 'The same again' });
    const { headers, body: created } = await api.call('createCampaign', 201, { body, whole: true });
    assert.equal(headers.location, `/v1/campaigns/${created.id}`);
    assert.equal(created.status, 'scheduled');
    assert.equal(created.total_contacts, 3);
    assert.equal(created.duplicates_skipped, 1);
    assert.deepEqual(created.schedule, { start_time: '2130-01-31T03:30:00.000Z', end_time: '2130-01-31T12:30:00.000Z', timezone: 'Asia/Kolkata' });
    const shown = await api.call('getCampaign', 200, { path: { campaign_id: created.id } });
    const { duplicates_skipped, ...rest } = created;
    assert.deepEqual(shown, rest);
  });

  test('campaigns are listed by status and time, in pages', async () => {
    const path = await createdPath(api);
    const page = await api.call('listCampaigns', 200, { query: { status: 'scheduled', from: '2000-01-01', limit: 1, offset: 0 } });
    assert.equal(page.data[0].id, path.campaign_id);
    assert.equal(page.limit, 1);
    const none = await api.call('listCampaigns', 200, { query: { to: '2000-01-01T00:00:00Z' } });
    assert.deepEqual(none, { data: [], total: 0, limit: 20, offset: 0 });
    for (const query of [{ status: 'sleeping' }, { from: 'soon' }, { limit: 101 }, { offset: -1 }])
      assert.equal((await api.call('listCampaigns', 400, { query })).code, 'invalid_parameter');
  });

  test('a campaign runs to its end, and its counters add up', async () => {
    const done = await completed(api, newCampaign(20, { max_attempts: 2, retry_interval_minutes: 1 }));
    assert.equal(done.ended_reason, 'completed');
    assert.equal(Object.values(done.contacts).reduce((sum, n) => sum + n), done.total_contacts);
    assert.equal(done.contacts.done, 20);
    assert.equal(Object.values(done.dispositions).reduce((sum, n) => sum + n), 20);
  });

  test('each action from each status does what the table says', async () => {
    const from = { scheduled: [], running: ['start'], paused: ['start', 'pause'], stopped: ['stop'] };
    const legal = { scheduled: { start: 'running', stop: 'stopped' }, running: { pause: 'paused', stop: 'stopped' },
      paused: { resume: 'running', stop: 'stopped' }, stopped: {} };
    for (const [status, actions] of Object.entries(from)) {
      for (const action of ['start', 'pause', 'resume', 'stop']) {
        for (const how of ['updateCampaign', `${action}Campaign`]) {
          const asked = { path: await createdPath(api, ...actions), ...(how === 'updateCampaign' ? { body: { action } } : {}) };
          const next = legal[status][action];
          const answer = await api.call(how, next ? 200 : 409, asked);
          if (next) {
            assert.equal(answer.status, next);
          } else {
            assert.equal(answer.code, 'illegal_transition');
            assert.equal(answer.current_status, status);
            assert.deepEqual(answer.legal_actions, Object.keys(legal[status]));
          }
        }
      }
    }
  });

  test('nothing is legal any more once a campaign is completed', async () => {
    const { id } = await completed(api, newCampaign(0));
    for (const action of ['start', 'pause', 'resume', 'stop'])
      assert.deepEqual((await api.call('updateCampaign', 409, { path: { campaign_id: id }, body: { action } })).legal_actions, []);
  });

  test('what is wrong with a campaign is named by pointer, the first hundred faults, and all are counted', async () => {
    const body = newCampaign(0, { language: 'en_US', max_attempts: 6, retry_intervall: 5 });
    body.contacts = Array.from({ length: 150 }, () => ({ phone: '12345', name: 'X' }));
    const problem = await api.call('createCampaign', 422, { body });
    assert.equal(problem.errors.length, 100);
    assert.equal(problem.error_count, 153);
    const pointers = problem.errors.map((each) => each.pointer);
    for (const pointer of ['/language', '/max_attempts', '/retry_intervall', '/contacts/0/phone']) assert.ok(pointers.includes(pointer), pointer);
  });
}
