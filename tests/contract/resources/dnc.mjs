// The do-not-call list: numbers are put there, shown, and taken off.
import assert from 'node:assert/strict';
import { Api } from '../lib/api.mjs';
import { completed, newCampaign, newPhone } from './campaigns.mjs';

async function listed(api) {
  const phone = newPhone();
  await api.call('addToDncList', 200, { body: { phone } });
  return { phone };
}

export const samples = {
  addToDncList: async () => ({ body: { phone: newPhone() } }),
  listDnc: async () => ({}),
  removeFromDncList: async (api) => ({ body: { phones: [(await listed(api)).phone] } }),
  getDncEntry: async (api) => ({ path: await listed(api) }),
  deleteDncEntry: async (api) => ({ path: await listed(api) }),
};

export default function dnc(test, { api, contract, start }) {
  test('numbers are put on the do-not-call list, one or many, and shown', async () => {
    const [first, second] = [newPhone(), newPhone()];
    const whole = { phone: first, reason: 'asked by mail', source: 'crm', expires_at: '2099-01-31T09:00:00+05:30' };
    assert.deepEqual(await api.call('addToDncList', 200, { body: whole }), { added: 1, updated: 0 });
    assert.deepEqual(await api.call('addToDncList', 200, { body: { entries: [{ phone: first }, { phone: second }, { phone: second }] } }),
      { added: 1, updated: 1 });
    const entry = await api.call('getDncEntry', 200, { path: { phone: first } });
    assert.deepEqual({ ...entry, created_at: null }, { phone: first, reason: null, source: null, created_at: null, expires_at: null });
    const page = await api.call('listDnc', 200, { query: { limit: 1 } });
    assert.ok(page.total >= 2);
    assert.equal(page.data.length, 1);
    assert.deepEqual((await api.call('listDnc', 200, { query: { phone: first } })).data, [entry]);
    assert.equal((await api.call('listDnc', 200, { query: { phone: newPhone() } })).total, 0);
    assert.equal((await api.call('listDnc', 400, { query: { phone: '12' } })).errors[0].parameter, 'phone');
  });

  test('one entry that is wrong, and nothing is put on the do-not-call list', async () => {
    const good = newPhone();
    const entries = [{ phone: good }, { phone: '12' }, { phone: newPhone(), expires_at: '2001-01-01T00:00:00Z' }, {}];
    const problem = await api.call('addToDncList', 422, { body: { entries } });
    assert.deepEqual(problem.errors.map((each) => each.pointer), ['/entries/1/phone', '/entries/2/expires_at', '/entries/3/phone']);
    await api.call('getDncEntry', 404, { path: { phone: good } });
  });

  test('numbers are put on the do-not-call list out of a CSV', async () => {
    const [first, second] = [newPhone(), newPhone()];
    const csv = (raw) => ({ raw, headers: { 'Content-Type': 'text/csv; charset=utf-8' } });
    const rows = `\uFEFFreason,phone,expires_at\r\n"asked, by mail",${first},2099-01-31T09:00:00+05:30\r\n,${second},\r\n`;
    assert.deepEqual(await api.call('addToDncList', 200, csv(rows)), { added: 2, updated: 0 });
    const entry = await api.call('getDncEntry', 200, { path: { phone: first } });
    assert.deepEqual([entry.reason, entry.source, entry.expires_at], ['asked, by mail', null, '2099-01-31T03:30:00.000Z']);
    const refused = await api.call('addToDncList', 422, csv(`phone,source\n${newPhone()},crm\n12,crm\n${newPhone()}\n`));
    assert.deepEqual(refused.errors.map((each) => [each.line, each.pointer]), [[3, '/1/phone'], [4, '/2']]);
    assert.equal((await api.call('addToDncList', 422, csv('source\ncrm\n'))).errors[0].detail, 'the column phone is required');
    assert.equal((await api.call('addToDncList', 422, csv('phone,resaon\n'))).errors[0].detail,
      'the column resaon is not a member of an entry');
    assert.equal((await api.call('addToDncList', 400, csv('phone\n"+91'))).code, 'malformed_csv');
    await api.call('addToDncList', 415, { raw: '{}', headers: { 'Content-Type': 'application/x-ndjson' } });
  });

  test('numbers are taken off the do-not-call list', async () => {
    const { phone } = await listed(api);
    assert.deepEqual(await api.call('removeFromDncList', 200, { body: { phones: [phone, newPhone()] } }), { removed: 1, not_found: 1 });
    await api.call('getDncEntry', 404, { path: { phone } });
    await api.call('deleteDncEntry', 404, { path: { phone } });
    const again = await listed(api);
    assert.deepEqual(await api.call('deleteDncEntry', 200, { path: again }), { removed: 1, not_found: 0 });
    assert.equal((await api.call('removeFromDncList', 422, { body: { phones: ['12'] } })).errors[0].pointer, '/phones/0');
  });

  test('a contact on the do-not-call list is not dialed', async () => {
    const body = newCampaign(4);
    await api.call('addToDncList', 200, { body: { phone: body.contacts[1].phone } });
    const { id, contacts } = await completed(api, body);
    assert.equal(contacts.removed, 1);
    const shown = await api.call('getContact', 200, { path: { campaign_id: id, phone: body.contacts[1].phone } });
    assert.equal(shown.status, 'removed');
    assert.deepEqual(shown.calls, []);
  });

  test('409: a do-not-call list that is full', async () => {
    const server = await start(['dnc.max_entries=2']);
    const there = new Api(contract, server.port, api.headers);
    const entries = [{ phone: newPhone() }, { phone: newPhone() }, { phone: newPhone() }];
    assert.equal((await there.call('addToDncList', 409, { body: { entries } })).code, 'limit_reached');
    assert.equal((await there.call('listDnc', 200, {})).total, 0);
    await there.call('addToDncList', 200, { body: { entries: entries.slice(1) } });
  });
}
