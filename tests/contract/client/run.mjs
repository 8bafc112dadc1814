// Makes a TypeScript client from the document, has the compiler check it, and runs one campaign with it.
// Usage: node run.mjs REDIAL OPENAPI.yaml, in the folder that has the packages; writes to its client/.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import openapiTS, { astToString } from 'openapi-typescript';
import { authorization, Server } from '../lib/server.mjs';

const [binary, file] = process.argv.slice(2);
const sources = import.meta.dirname ?? new URL('.', import.meta.url).pathname;
const made = join(process.cwd(), 'client');
rmSync(made, { recursive: true, force: true });
mkdirSync(made);
writeFileSync(join(made, 'package.json'), '{ "type": "module" }\n');
for (const each of ['campaign.ts', 'tsconfig.json']) copyFileSync(join(sources, each), join(made, each));

writeFileSync(join(made, 'api.d.ts'), astToString(await openapiTS(pathToFileURL(file))));
execFileSync(process.execPath, ['node_modules/typescript/lib/tsc.js', '--project', made], { stdio: 'inherit' });

Server.binary = binary;
const server = await Server.start(['clock.speed=600', 'lines.calls_per_second=0']);
try {
  const { runCampaign } = await import(pathToFileURL(join(made, 'campaign.js')));
  const campaign = await runCampaign(`http://127.0.0.1:${server.port}`, authorization);
  assert.equal(campaign.ended_reason, 'completed');
  assert.equal(campaign.contacts.done, 2);
} finally {
  await server.end();
}
console.log('a campaign ran to completed with the generated client');
