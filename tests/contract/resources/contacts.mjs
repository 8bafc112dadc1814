// The contacts of one campaign: listed, shown, removed.
import assert from 'node:assert/strict';
import { completed, createdPath, newCampaign, newPhone } from './campaigns.mjs';

async function withContact(api) {
  const path = await createdPath(api);
  const { data } = await api.call('listContacts', 200, { path });
  return { ...path, phone: data[0].phone };
}

export const samples = {
  listContacts: async (api) => ({ path: await createdPath(api) }),
  addContacts: async (api) => ({ path: await createdPath(api), body: [{ phone: newPhone(), name: 'Meera', plan: 'gold' }] }),
  removeContacts: async (api) => ({ path: await createdPath(api), body: { phones: [newPhone()] } }),
  exportContacts: async (api) => ({ path: await createdPath(api) }),
  getContact: async (api) => ({ path: await withContact(api) }),
};

export default function contacts(test, { api }) {
  test('contacts are listed by status, in pages, and shown with their fields', async () => {
    const body = newCampaign(3);
    const created = await api.call('createCampaign', 201, { body });
    const path = { campaign_id: created.id };
    const page = await api.call('listContacts', 200, { path, query: { status: 'pending', limit: 2, offset: 1 } });
    assert.equal(page.total, 3);
    assert.deepEqual(page.data.map((each) => each.phone), body.contacts.slice(1).map((each) => each.phone));
    const shown = await api.call('getContact', 200, { path: { ...path, phone: body.contacts[2].phone } });
    assert.deepEqual(shown, page.data[1]);
    assert.deepEqual(shown.fields, { row: 2 });
    assert.deepEqual((await api.call('listContacts', 200, { path, query: { status: 'done' } })).data, []);
    await api.call('listContacts', 400, { path, query: { status: 'gone' } });
  });

  test('a contact that was called shows its calls', async () => {
    const body = newCampaign(12, { max_attempts: 3, retry_interval_minutes: 1 });
    const { id } = await completed(api, body);
    const { data } = await api.call('listContacts', 200, { path: { campaign_id: id }, query: { status: 'done', limit: 100 } });
    assert.equal(data.length, 12);
    for (const each of data) {
      assert.equal(each.calls.length, each.attempts);
      assert.deepEqual(each.calls.map((call) => call.attempt), each.calls.map((_, i) => i + 1));
    }
    assert.ok(data.some((each) => each.calls.length > 1), 'somebody was called again');
  });

  test('an export has each contact as it is shown, a line each; as CSV, a row a call', async () => {
    const body = newCampaign(12, { max_attempts: 3, retry_interval_minutes: 1 });
    const { id, calls_attempted: calls } = await completed(api, body);
    const path = { campaign_id: id };
    const lines = await api.call('exportContacts', 200, { path, query: { format: 'ndjson' } });
    const { data } = await api.call('listContacts', 200, { path, query: { limit: 100 } });
    assert.deepEqual(lines.trimEnd().split('\n').map((line) => JSON.parse(line)), data);
    const rows = (await api.call('exportContacts', 200, { path })).split('\r\n');
    assert.equal(rows.pop(), '');
    assert.equal(rows.length, 1 + calls);
    assert.equal(rows[0].split(',').length, 16);
    const problem = await api.call('exportContacts', 400, { path, query: { format: 'xlsx' } });
    assert.deepEqual(problem.errors.map((each) => each.parameter), ['format']);
  });

  test('a campaign has no contact whose phone is not on its list', async () => {
    const path = await createdPath(api);
    for (const phone of [newPhone(), 'nobody'])
      assert.equal((await api.call('getContact', 404, { path: { ...path, phone } })).code, 'not_found');
  });

  test('contacts are added in each format, duplicates and invalid ones reported', async () => {
    const body = newCampaign(1);
    const path = { campaign_id: (await api.call('createCampaign', 201, { body })).id };
    const [first, second, third] = [newPhone(), newPhone(), newPhone()];
    const added = await api.call('addContacts', 200, { path, body: [body.contacts[0], { phone: first, name: 'A', plan: ['x'] }] });
    assert.deepEqual(added, { added: 1, duplicates_skipped: 1, invalid_skipped: 0, total_contacts: 2, errors: [], error_count: 0 });
    const lines = `{"phone":"${second}","name":"B"}\n{"phone":"12","name":"C"}\n`;
    const ndjson = { path, raw: lines, headers: { 'Content-Type': 'application/x-ndjson' } };
    const refused = await api.call('addContacts', 422, ndjson);
    assert.deepEqual([refused.errors[0].pointer, refused.errors[0].line, refused.error_count], ['/1/phone', 2, 1]);
    const skipped = await api.call('addContacts', 200, { ...ndjson, query: { on_invalid: 'skip' } });
    assert.deepEqual([skipped.added, skipped.invalid_skipped, skipped.errors.length], [1, 1, 1]);
    const csv = (raw) => ({ path, raw, headers: { 'Content-Type': 'text/csv; charset=utf-8' } });
    assert.equal((await api.call('addContacts', 200, csv(`\uFEFFname,phone,city\r\n"D ""d"", jr",${third},Pune\r\n`))).added, 1);
    const shown = await api.call('getContact', 200, { path: { ...path, phone: third } });
    assert.equal(shown.name, 'D "d", jr');
    assert.deepEqual(shown.fields, { city: 'Pune' });
    assert.equal((await api.call('addContacts', 400, csv('phone,name\n"+91'))).code, 'malformed_csv');
    assert.equal((await api.call('addContacts', 422, csv('name\nA\n'))).errors[0].detail, 'the column phone is required');
    assert.equal((await api.call('getCampaign', 200, { path })).total_contacts, 4);
    await api.call('stopCampaign', 200, { path });
    const ended = await api.call('addContacts', 409, { path, body: [] });
    assert.deepEqual([ended.code, ended.current_status], ['campaign_ended', 'stopped']);
  });

  test('contacts are removed, by body, by query and by both', async () => {
    const body = newCampaign(3);
    const created = await api.call('createCampaign', 201, { body });
    const path = { campaign_id: created.id };
    const [first, second, third] = body.contacts.map((each) => each.phone);
    const none = { already_called: 0, not_found: 0, retries_cancelled: 0 };
    assert.deepEqual(await api.call('removeContacts', 200, { path, body: { phones: [first] } }), { ...none, removed: 1 });
    assert.deepEqual(await api.call('removeContacts', 200, { path, query: { phones: [second, newPhone()] } }), { ...none, removed: 1, not_found: 1 });
    assert.deepEqual(await api.call('removeContacts', 200, { path, body: { phones: [first] }, query: { phones: [third] } }),
      { ...none, removed: 1, not_found: 1 });
    const shown = await api.call('getCampaign', 200, { path });
    assert.equal(shown.total_contacts, 3);
    assert.equal(shown.contacts.removed, 3);
  });

  test('a phone that is none: nothing is removed; a campaign that has ended: 409', async () => {
    const body = newCampaign(1);
    const created = await api.call('createCampaign', 201, { body });
    const path = { campaign_id: created.id };
    const problem = await api.call('removeContacts', 422, { path, body: { phones: [body.contacts[0].phone, '12'] } });
    assert.equal(problem.errors[0].pointer, '/phones/1');
    assert.equal((await api.call('removeContacts', 422, { path, query: { phones: ['12'] } })).errors[0].parameter, 'phones');
    assert.equal((await api.call('getCampaign', 200, { path })).contacts.removed, 0);
    await api.call('stopCampaign', 200, { path });
    const ended = await api.call('removeContacts', 409, { path, body: { phones: [body.contacts[0].phone] } });
    assert.equal(ended.code, 'campaign_ended');
    assert.equal(ended.current_status, 'stopped');
  });
}
