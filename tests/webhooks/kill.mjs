// Webhooks under kill -9, verified by the real verifier. Usage: node kill.mjs REDIAL [KILLS]
// Several campaigns dial while redial is killed again and again; a receiver that loses answers and turns some messages
// away writes down all it hears. At the end nothing may be missing, nothing invented, nothing out of order within a
// campaign, and nothing twice but for what at-least-once allows.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { Webhook } from 'standardwebhooks';
import { Server, authorization, eventually } from '../contract/lib/server.mjs';

const [binary, killsWanted = '12'] = process.argv.slice(2);
Server.binary = binary;
const campaigns = 5;
const contacts = 700;
/** What was delivered is on disk within a second; so much later it may not come again after a kill. */
const saveWithin = 3_000;

const settings = [
  'webhooks.allow_http=true',
  'webhooks.allow_private=true',
  'clock.speed=60', // a retry a minute later comes after a second
  'lines.calls_per_second=2.5', // so 150 a second
  'lines.max_concurrent_calls=50',
  'gateway.simulator.ring_min_ms=6000',
  'gateway.simulator.ring_mean_ms=6000',
  'gateway.simulator.ring_max_ms=6000',
  'gateway.simulator.talk_mean_ms=6000',
  'gateway.simulator.talk_max_ms=12000',
];

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const number = (text) => [...text].reduce((all, c) => all * 62n + BigInt(digits.indexOf(c)), 0n);
/** The place of an event in its campaign: its id names it. */
const placeOf = (id) => number(id.slice(15, 26)) * 10n + BigInt(id.slice(26));

class Receiver {
  heard = []; // {id, at, type, campaign, call, body, acked}
  faults = [];

  static async start() {
    const receiver = new Receiver();
    receiver.http = createServer((request, response) => receiver.take(request, response));
    receiver.http.listen(0, '127.0.0.1');
    await once(receiver.http, 'listening');
    receiver.url = `http://127.0.0.1:${receiver.http.address().port}/hook?key=1`;
    return receiver;
  }

  async take(request, response) {
    let body = '';
    try {
      for await (const chunk of request) body += chunk;
    } catch {
      return; // killed half way
    }
    try {
      this.verifier.verify(body, request.headers);
    } catch (error) {
      this.faults.push(`${error}: ${JSON.stringify(request.headers)} ${body}`);
    }
    const event = JSON.parse(body);
    const heard = {
      id: event.id,
      at: Date.now(),
      type: event.type,
      campaign: event.data.campaign.id,
      name: event.data.campaign.name,
      call: event.data.call?.id,
      body,
      acked: false,
    };
    if (request.headers['webhook-id'] !== event.id || event.event !== event.type) this.faults.push(`not the same: ${body}`);
    this.heard.push(heard);
    const first = !this.heard.slice(0, -1).some((other) => other.id === event.id);
    const n = this.heard.length;
    // Few of them: a campaign waits five seconds and more after each.
    if (first && n % 1501 === 700) {
      response.writeHead(503).end('busy');
    } else if (first && n % 1501 === 1400) {
      request.socket.destroy(); // taken, and nobody knows
    } else {
      await sleep(n % 7 === 0 ? 3 : 0);
      response.writeHead(n % 2 === 0 ? 200 : 204).end(n % 2 === 0 ? '{"ok":true}' : undefined);
      heard.acked = true;
      heard.ackedAt = Date.now();
    }
  }
}

async function json(server, method, path, body) {
  const response = await fetch(`http://127.0.0.1:${server.port}${path}`, {
    method,
    headers: { ...authorization, ...(body && { 'Content-Type': 'application/json' }) },
    body: body && JSON.stringify(body),
  });
  const text = await response.text();
  assert.ok(response.status < 300, `${method} ${path}: ${response.status} ${text}`);
  return text ? JSON.parse(text) : undefined;
}

/** What must have been told of a campaign: "type call" of each event. */
async function expected(server, id) {
  const told = ['campaign.started ', 'campaign.completed '];
  for (let offset = 0; ; offset += 100) {
    const page = await json(server, 'GET', `/v1/campaigns/${id}/contacts?limit=100&offset=${offset}`);
    for (const contact of page.data) {
      for (const call of contact.calls) {
        told.push(`call.completed ${call.id}`);
        if (call.disposition !== null) told.push(`call.disposition_set ${call.id}`);
        if (call.disposition === 'escalated') told.push(`call.escalated ${call.id}`);
      }
    }
    if (offset + 100 >= page.total) return told;
  }
}

let server;
let receiver;
after(async () => {
  await server?.end();
  receiver?.http.closeAllConnections();
  receiver?.http.close();
});

test('no event is lost, out of order or without a signature, however often redial is killed', { timeout: 540_000 }, async () => {
  receiver = await Receiver.start();
  server = await Server.start(settings);
  const hook = await json(server, 'POST', '/v1/webhooks', { url: receiver.url, events: ['*'] });
  receiver.verifier = new Webhook(hook.secret);
  // Nobody listens there; it must slow nobody down.
  await json(server, 'POST', '/v1/webhooks', { url: 'http://127.0.0.1:9/', events: ['*'] });

  const ids = [];
  for (let c = 0; c < campaigns; ++c) {
    const list = Array.from({ length: contacts }, (_, i) => ({
      phone: `+9198${String(c).padStart(2, '0')}${String(i).padStart(6, '0')}`,
      name: `Contact ${i}`,
    }));
    const made = await json(server, 'POST', '/v1/campaigns', {
      name: `Campaign ${c}`,
      script_id: 'scr_1',
      language: 'hi-IN',
      max_attempts: 2,
      retry_interval_minutes: 1,
      contacts: list,
    });
    await json(server, 'PATCH', `/v1/campaigns/${made.id}`, { action: 'start' });
    ids.push(made.id);
  }

  const kills = [];
  for (let i = 0; i < Number(killsWanted); ++i) {
    // Not before something has come since the last time, and at any moment after that.
    const before = receiver.heard.length;
    await eventually('more events', () => receiver.heard.length > before);
    await sleep(300 + ((i * 977) % 2500));
    await server.kill();
    kills.push(Date.now());
    server = await Server.start(settings, {}, server.directory);
  }
  for (const id of ids) {
    for (;;) {
      const campaign = await json(server, 'GET', `/v1/campaigns/${id}`);
      if (campaign.status === 'completed') break;
      await sleep(100);
    }
  }
  const wanted = new Map();
  for (const id of ids) wanted.set(id, await expected(server, id));
  const total = [...wanted.values()].reduce((all, told) => all + told.length, 0);
  const seen = () => new Set(receiver.heard.filter((each) => each.acked).map((each) => each.id)).size;
  for (let quiet = 0, last = -1; quiet < 60 && seen() < total; ++quiet) {
    if (seen() !== last) quiet = 0;
    last = seen();
    await sleep(500);
  }

  assert.deepEqual(receiver.faults, []);
  const firsts = new Map();
  for (const each of receiver.heard) {
    const former = firsts.get(each.id);
    if (!former) firsts.set(each.id, each);
    else if (each.type.startsWith('call.')) assert.equal(each.body, former.body, 'a message is the same whenever it is sent');
  }
  for (const [c, id] of ids.entries()) {
    const own = [...firsts.values()].filter((each) => each.campaign === id);
    assert.deepEqual(own.map((each) => `${each.type} ${each.call ?? ''}`).sort(), wanted.get(id).sort(), `all of campaign ${c}`);
    assert.ok(own.every((each) => each.name === `Campaign ${c}`));
    for (let i = 1; i < own.length; ++i)
      assert.ok(placeOf(own[i - 1].id) < placeOf(own[i].id), `campaign ${c}: ${own[i].id} came after ${own[i - 1].id}`);
  }
  // Again only what was not acknowledged, or was so shortly before a kill that redial could not write it down.
  let again = 0;
  const acked = new Map();
  for (const each of receiver.heard) {
    const before = acked.get(each.id);
    if (before) {
      ++again;
      const excused = kills.some((kill) => kill < each.at && before > kill - saveWithin);
      assert.ok(excused, `${each.id} was acknowledged at ${before} and came again at ${each.at}; kills: ${kills}`);
    }
    if (each.acked) acked.set(each.id, each.ackedAt);
  }
  console.log(`${firsts.size} events, ${receiver.heard.length} deliveries, ${again} again after ${kills.length} kills`);

  const page = await json(server, 'GET', `/v1/webhooks/${hook.id}/deliveries?limit=100`);
  assert.ok(page.total <= 1000 && page.total > 0);
  assert.ok(page.data.every((each) => each.status === 'delivered' && each.attempts >= 1));
});
