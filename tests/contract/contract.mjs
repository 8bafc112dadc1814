// The contract test: drives every operation and every status of docs/openapi.yaml against the live server, and holds every
// answer against the document. Usage: node contract.mjs REDIAL OPENAPI.yaml
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { Api } from './lib/api.mjs';
import { Contract } from './lib/contract.mjs';
import { authorization, Server } from './lib/server.mjs';

/** What the document names and no request can force, with the reason. */
const unforced = {
  'default 500': 'redial answers it only where it is itself at fault',
  'takeProviderEvent 503': 'an event whose commit fails or takes 8 s; tests/telephony_http drives it with a store that does so',
};

const [binary, file] = process.argv.slice(2);
Server.binary = binary;
const contract = new Contract(file);
const api = new Api(contract, 0, authorization);
const servers = [];

async function start(settings) {
  const server = await Server.start(settings);
  servers.push(server);
  return server;
}

before(async () => {
  // An hour in six seconds; calls as in life, but soon over.
  const server = await start(['clock.speed=600', 'lines.calls_per_second=0', 'lines.max_concurrent_calls=100']);
  api.port = server.port;
});
after(() => Promise.all(servers.map((server) => server.end())));

// Each file of resources/ has its tests (default) and a request that succeeds of each of its operations (samples).
const resources = [];
for (const name of readdirSync(new URL('resources/', import.meta.url)).sort())
  resources.push(await import(new URL(`resources/${name}`, import.meta.url)));
const world = { api, contract, start, samples: Object.assign({}, ...resources.map((each) => each.samples)) };
for (const each of resources) each.default(test, world);

test('every operation and status of the document was seen, but for those that nothing can force', () => {
  assert.deepEqual(contract.unseen().sort(), Object.keys(unforced).sort());
});
