// The real binary, started as users start it.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const patience = 30_000;

/** Rejects with `what` unless `promise` comes to something within `patience`. */
export function inTime(promise, what) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited in vain: ${what}`)), patience);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Asks again and again until `ask` answers something true, and returns that. */
export async function eventually(what, ask) {
  const until = Date.now() + patience;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > until) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** An admin key of the workspace `default` on every server; the tests ask too much in a minute for any limit. */
export const adminKey = 'an-admin-key-of-the-contract-test-only';
export const authorization = { Authorization: `Bearer ${adminKey}` };

/** `redial serve` on a free port with a data directory of its own, which goes with it. */
export class Server {
  /** Where the binary is. */
  static binary;

  /**
   * @param {string[]} settings each KEY=VALUE
   * @param {string} directory of a former one that was killed; absent: a new one
   */
  static async start(settings = [], environment = {}, directory = mkdtempSync(join(tmpdir(), 'redial-contract-'))) {
    const server = new Server();
    server.directory = directory;
    const flags = ['http.requests_per_minute=0', ...settings].flatMap((setting) => ['--set', setting]);
    server.child = spawn(
      Server.binary,
      ['serve', '--data-dir', join(server.directory, 'data'), '--listen', '127.0.0.1:0', ...flags],
      { env: { PATH: process.env.PATH, REDIAL_ADMIN_KEY: adminKey, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    server.log = '';
    server.child.stderr.on('data', (chunk) => (server.log = (server.log + chunk).slice(-20_000)));
    server.ended = new Promise((resolve) => server.child.on('close', (code, signal) => resolve(code ?? signal)));
    let out = '';
    const listening = new Promise((resolve, reject) => {
      server.child.on('error', reject);
      server.child.stdout.on('data', (chunk) => {
        out += chunk;
        const said = /listening on https?:\/\/127\.0\.0\.1:(\d+)/.exec(out);
        if (said) resolve(Number(said[1]));
      });
      server.ended.then((code) => reject(new Error(`redial ended at once (${code}): ${server.log}`)));
    });
    try {
      server.port = await inTime(listening, 'redial to serve');
    } catch (error) {
      await server.end();
      throw error;
    }
    return server;
  }

  /** SIGTERM, without waiting for anything. */
  beginStop() {
    this.child.kill('SIGTERM');
  }

  /** kill -9; what it has written stays. */
  async kill() {
    this.child.kill('SIGKILL');
    await this.ended;
  }

  /** Makes sure that it is gone, with its data. */
  async end() {
    this.child.kill('SIGKILL');
    await this.ended;
    rmSync(this.directory, { recursive: true, force: true });
  }
}
