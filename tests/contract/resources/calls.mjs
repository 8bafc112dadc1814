// Calls: listed, shown, made one by one; what there was with a phone; why nobody is dialed.
import assert from 'node:assert/strict';
import { eventually } from '../lib/server.mjs';
import { completed, createdPath, newCampaign, newPhone } from './campaigns.mjs';

function newCall(more = {}) {
  return { phone: newPhone(), name: 'Asha', script_id: 'scr_1', language: 'hi-IN', fields: { plan: 'gold' }, ...more };
}

async function calledPath(api) {
  const made = await api.call('createCall', 201, { body: newCall() });
  return { call_id: made.id };
}

async function contactPath(api) {
  const path = await createdPath(api);
  const { data } = await api.call('listContacts', 200, { path });
  return { ...path, phone: data[0].phone };
}

export const samples = {
  createCall: () => ({ body: newCall() }),
  listCalls: () => ({}),
  getCall: async (api) => ({ path: await calledPath(api) }),
  listCampaignCalls: async (api) => ({ path: await createdPath(api) }),
  getPhoneHistory: () => ({ path: { phone: newPhone() } }),
  explainContact: async (api) => ({ path: await contactPath(api) }),
};

export default function calls(test, { api }) {
  test('a one-off call is found from its answer on, and comes to its end', async () => {
    const body = newCall();
    const { headers, body: made } = await api.call('createCall', 201, { body, whole: true });
    assert.equal(headers.location, `/v1/calls/${made.id}`);
    assert.equal(made.status, 'queued');
    assert.equal(made.campaign_id, null);
    const path = { call_id: made.id };
    const ended = await eventually('the call ends', async () => {
      const call = await api.call('getCall', 200, { path });
      return !['queued', 'in_progress'].includes(call.status) && call;
    });
    assert.equal(ended.id, made.id);
    assert.deepEqual(ended.contact, { phone: body.phone, name: body.name });
    assert.notEqual(ended.disposition, null);
    const listed = await api.call('listCalls', 200, { query: { limit: 100 } });
    assert.deepEqual(listed.data.find((each) => each.id === made.id), ended);
    const history = await api.call('getPhoneHistory', 200, { path: { phone: body.phone } });
    assert.equal(history.total, 1);
    assert.equal(history.data[0].campaign_id, null);
    assert.deepEqual(history.data[0].calls.map((each) => each.id), [made.id]);
    const campaigns = await api.call('listCampaigns', 200, { query: { limit: 100 } });
    assert.ok(campaigns.data.every((each) => each.name !== 'One-off call'));
  });

  test('a number on the do-not-call list gets no call, and its history says so', async () => {
    const body = newCall();
    await api.call('addToDncList', 200, { body: { phone: body.phone } });
    assert.equal((await api.call('createCall', 409, { body })).code, 'do_not_call');
    const history = await api.call('getPhoneHistory', 200, { path: { phone: body.phone } });
    assert.equal(history.do_not_call.phone, body.phone);
    assert.equal(history.total, 0);
  });

  test('what is wrong with a call is named by pointer', async () => {
    const problem = await api.call('createCall', 422, { body: { phone: '98', name: '', language: 'hi_IN', fields: 1 } });
    assert.deepEqual(problem.errors.map((each) => each.pointer).sort(), ['/fields', '/language', '/name', '/phone', '/script_id']);
  });

  test('the calls of a campaign are listed by disposition, language and time, and found by their ids', async () => {
    const { id, dispositions, calls_attempted: attempted } =
      await completed(api, newCampaign(12, { max_attempts: 2, retry_interval_minutes: 1 }));
    const path = { campaign_id: id };
    const all = await api.call('listCampaignCalls', 200, { path, query: { limit: 100 } });
    assert.equal(all.total, attempted);
    assert.equal(all.data.length, attempted);
    assert.deepEqual(await api.call('listCalls', 200, { query: { campaign_id: id, limit: 100 } }), all);
    const starts = all.data.map((each) => each.started_at);
    assert.deepEqual(starts, [...starts].sort().reverse());
    for (const call of all.data.slice(0, 3)) {
      assert.equal(call.campaign_id, id);
      assert.deepEqual(await api.call('getCall', 200, { path: { call_id: call.id } }), call);
    }
    for (const [disposition, count] of Object.entries(dispositions)) {
      const page = await api.call('listCampaignCalls', 200, { path, query: { disposition, limit: 100 } });
      assert.equal(page.total, count, disposition);
      assert.ok(page.data.every((each) => each.disposition === disposition));
    }
    const middle = starts[Math.floor(starts.length / 2)];
    const before = await api.call('listCampaignCalls', 200, { path, query: { to: middle, limit: 100 } });
    assert.deepEqual(before.data, all.data.filter((each) => each.started_at <= middle));
    assert.equal(before.total, before.data.length);
    const since = await api.call('listCampaignCalls', 200, { path, query: { from: middle, limit: 100 } });
    assert.deepEqual(since.data, all.data.filter((each) => each.started_at >= middle));
    const page = await api.call('listCampaignCalls', 200, { path, query: { limit: 2, offset: 3 } });
    assert.deepEqual(page.data, all.data.slice(3, 5));
    assert.equal((await api.call('listCampaignCalls', 200, { path, query: { language: 'en' } })).total, 0);
    assert.equal((await api.call('listCampaignCalls', 200, { path, query: { disposition: 'unheard_of' } })).total, 0);
    assert.equal((await api.call('listCalls', 200, { query: { campaign_id: 'cmp_000000000' } })).total, 0);
  });

  test('a malformed filter of calls is refused by name', async () => {
    for (const [parameter, value] of Object.entries({ campaign_id: 'x', from: 'yesterday', to: '2026-13-01', disposition: 'A', language: 'hi_IN' })) {
      const problem = await api.call('listCalls', 400, { query: { [parameter]: value } });
      assert.deepEqual(problem.errors.map((each) => each.parameter), [parameter]);
    }
    assert.deepEqual((await api.call('getPhoneHistory', 400, { path: { phone: 'x' } })).errors[0].parameter, 'phone');
  });

  test('why a contact is not being dialed', async () => {
    const path = await contactPath(api);
    const scheduled = await api.call('explainContact', 200, { path });
    assert.equal(scheduled.verdict, 'blocked');
    assert.equal(scheduled.eligible_at, null);
    assert.deepEqual(scheduled.rules.filter((each) => !each.passes).map((each) => each.rule), ['campaign_running', 'start_time']);
    await api.call('removeContacts', 200, { path, body: { phones: [path.phone] } });
    assert.equal((await api.call('explainContact', 200, { path })).verdict, 'never');
    await api.call('explainContact', 404, { path: { ...path, phone: newPhone() } });
  });
}
