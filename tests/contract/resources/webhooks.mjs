// Webhooks: created, shown, removed, replayed; and what their messages are like.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { Webhook } from 'standardwebhooks';
import { eventually } from '../lib/server.mjs';
import { newCampaign } from './campaigns.mjs';

/** Nothing is ever sent there: it asks for what does not happen here, and has a name that does not exist. */
export const newWebhook = (more = {}) => ({ url: 'https://hooks.example.invalid/redial', events: ['campaign.paused'], ...more });

/** A workspace may have 100 of them, and every test leaves some. */
async function makeRoom(api) {
  const { data } = await api.call('listWebhooks', 200, { query: { limit: 100 } });
  if (data.length < 60) return;
  for (const { id } of data.slice(0, 30)) await api.call('deleteWebhook', 204, { path: { webhook_id: id } });
}

async function createdPath(api) {
  await makeRoom(api);
  const made = await api.call('createWebhook', 201, { body: newWebhook() });
  return { webhook_id: made.id };
}

export const samples = {
  createWebhook: async (api) => {
    await makeRoom(api);
    return { body: newWebhook() };
  },
  listWebhooks: () => ({}),
  getWebhook: async (api) => ({ path: await createdPath(api) }),
  deleteWebhook: async (api) => ({ path: await createdPath(api) }),
  listDeliveries: async (api) => ({ path: await createdPath(api) }),
  replayWebhook: async (api) => ({ path: await createdPath(api), query: { from: '2024-05-01T09:00:00Z' } }),
};

export default function webhooks(test, { api, contract, start }) {
  test('a webhook is created, shown without its secret, listed and removed', async () => {
    const { data: { length: before } } = await api.call('listWebhooks', 200, { query: { limit: 100 } });
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    const body = newWebhook({ events: ['call.completed', 'campaign.started'], secret });
    const { body: made, headers } = await api.call('createWebhook', 201, { body, whole: true });
    assert.equal(headers.location, `/v1/webhooks/${made.id}`);
    assert.equal(made.secret, secret);
    assert.deepEqual([...made.events].sort(), body.events);
    const { secret: _, ...shown } = made;
    const path = { webhook_id: made.id };
    assert.deepEqual(await api.call('getWebhook', 200, { path }), shown);
    const { data } = await api.call('listWebhooks', 200, { query: { limit: 100 } });
    assert.equal(data.length, before + 1);
    assert.deepEqual(data.find((each) => each.id === made.id), shown);
    await api.call('deleteWebhook', 204, { path });
    await api.call('getWebhook', 404, { path });
    await api.call('deleteWebhook', 404, { path });
    await api.call('listDeliveries', 404, { path });
  });

  test('what is wrong with a webhook is named by pointer', async () => {
    for (const [more, pointers] of [
      [{ url: 'http://hooks.example.com/' }, ['/url']],
      [{ url: 'https://127.0.0.1/' }, ['/url']],
      [{ url: 'https://[::1]/' }, ['/url']],
      [{ url: 'https://169.254.169.254/latest/meta-data' }, ['/url']],
      [{ url: 'https://localhost/' }, ['/url']],
      [{ url: 'https://user:secret@hooks.example.com/' }, ['/url']],
      [{ url: 7, events: [] }, ['/url', '/events']],
      [{ events: ['call.ended', 'call.completed', 'call.completed', '*', 5] }, ['/events/0', '/events/2', '/events/3', '/events/4']],
      [{ secret: 'secret', name: 'x' }, ['/secret', '/name']],
      [{ events: undefined, url: undefined }, ['/url', '/events']],
    ]) {
      const problem = await api.call('createWebhook', 422, { body: newWebhook(more) });
      assert.deepEqual(problem.errors.map((each) => each.pointer).sort(), pointers.sort(), JSON.stringify(more));
    }
  });

  test('a replay begins at an instant or an event, and nowhere else', async () => {
    const path = await createdPath(api);
    await api.call('replayWebhook', 202, { path, query: { from: '2024-05-01T09:00:00+05:30' } });
    for (const query of [{}, { from: 'yesterday' }, { from: 'evt_1' }, { from: '2024-05-01' }]) {
      const problem = await api.call('replayWebhook', 400, { path, query });
      assert.deepEqual(problem.errors.map((each) => each.parameter), ['from']);
    }
    await api.call('replayWebhook', 404, { path, query: { from: `evt_${'0'.repeat(10)}1${'0'.repeat(10)}10` } });
  });

  test('messages are as the contract says, signed, and what came of them is on record', async () => {
    const server = await start(['webhooks.allow_http=true', 'webhooks.allow_private=true', 'gateway.simulator.instant=true', 'lines.calls_per_second=0']);
    const port = api.port;
    const heard = [];
    let verifier;
    const receiver = createServer(async (request, response) => {
      let text = '';
      for await (const chunk of request) text += chunk;
      try {
        const message = verifier.verify(text, request.headers);
        contract.checkMessage(request.headers, message);
        heard.push(message);
        response.writeHead(204).end();
      } catch (error) {
        heard.push(error);
        response.writeHead(500).end();
      }
    });
    receiver.listen(0, '127.0.0.1');
    await once(receiver, 'listening');
    try {
      api.port = server.port;
      const hook = await api.call('createWebhook', 201, { body: newWebhook({ url: `http://127.0.0.1:${receiver.address().port}/x`, events: ['*'] }) });
      verifier = new Webhook(hook.secret);
      const campaign = await api.call('createCampaign', 201, { body: newCampaign(20) });
      await api.call('startCampaign', 200, { path: { campaign_id: campaign.id } });
      await eventually('campaign.completed', () => heard.some((each) => each.type === 'campaign.completed'));
      for (const each of heard) {
        assert.ok(!(each instanceof Error), String(each));
        assert.equal(each.event, each.type);
        assert.match(each.id, /^evt_[0-9A-Za-z]{23}$/);
        assert.match(each.created_at, /Z$/);
        assert.equal(each.data.campaign.id, campaign.id);
        assert.equal(each.data.campaign.name, campaign.name);
        if (each.type.startsWith('call.')) {
          assert.equal(each.data.call.campaign_id, campaign.id);
          assert.deepEqual(each.data.call.contact, each.data.contact);
          assert.equal(each.data.call.language, campaign.language);
        }
      }
      const ended = heard.at(-1).data.campaign;
      assert.equal(ended.status, 'completed');
      assert.equal(ended.calls_attempted, heard.filter((each) => each.type === 'call.completed').length);
      await eventually('the record', async () => {
        const page = await api.call('listDeliveries', 200, { path: { webhook_id: hook.id }, query: { limit: 100 } });
        return page.total === heard.length && page.data.every((each) => each.status === 'delivered' && each.last_status_code === 204);
      });
      const before = heard.length;
      await api.call('replayWebhook', 202, { path: { webhook_id: hook.id }, query: { from: heard[before - 3].id } });
      await eventually('the replay', () => heard.length === before + 3);
      assert.deepEqual(heard.slice(before).map((each) => each.id), heard.slice(before - 3, before).map((each) => each.id));
    } finally {
      api.port = port;
      receiver.closeAllConnections();
      receiver.close();
    }
  });
}
