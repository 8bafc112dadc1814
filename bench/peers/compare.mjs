// node compare.mjs LINES JSON: medians of what `run` has measured, and redial's ratios to each system. Writes JSON.
import { readFileSync, writeFileSync } from 'node:fs';

const [linesFile, jsonFile] = process.argv.slice(2);
const runs = readFileSync(linesFile, 'utf8').trim().split('\n').filter(Boolean).map((l) => JSON.parse(l));
const sorted = (xs) => [...xs].sort((a, b) => a - b);
const median = (xs) => { const s = sorted(xs); const m = s.length >> 1; return s.length % 2 ? s[m] : (s[m - 1] + s[m]) / 2; };
const cpu = (r) => ((r.cpu_s_client + r.cpu_s_server) / r.attempts) * 1e6;
const digits = (x) => (x >= 100 ? Math.round(x).toLocaleString('en-US') : x.toFixed(x >= 10 ? 1 : 2));

const systems = new Map();
for (const r of runs) systems.set(r.name, [...(systems.get(r.name) ?? []), r]);
const rows = [...systems].map(([name, all]) => {
  const pace = all.map((r) => r.attempts_per_s);
  return {
    name, version: all[0].version, contacts: all[0].n, runs: all.length, ok: all.every((r) => r.ok),
    attempts_per_s: median(pace), min: sorted(pace)[0], max: sorted(pace).at(-1), cpu_us: median(all.map(cpu)),
    rss_mb: median(all.map((r) => r.rss_peak_mb)),
  };
});
const own = rows.find((r) => r.name === 'redial');
if (own) for (const r of rows) { r.faster = own.attempts_per_s / r.attempts_per_s; r.cpu_share = own.cpu_us / r.cpu_us; }

const table = [['system', 'contacts', 'attempts/s', 'min .. max', 'CPU us an attempt', 'peak MB', 'redial is faster by', 'its CPU is', 'totals'],
  ...rows.map((r) => [r.name, digits(r.contacts), digits(r.attempts_per_s), `${digits(r.min)} .. ${digits(r.max)}`, digits(r.cpu_us), digits(r.rss_mb),
    own && r !== own ? `${digits(r.faster)} x` : '', own && r !== own ? `1/${digits(1 / r.cpu_share)}` : '', r.ok ? 'as expected' : 'WRONG'])];
const widths = table[0].map((_, c) => Math.max(...table.map((r) => r[c].length)));
for (const r of table) console.log(r.map((x, c) => (c === 0 ? x.padEnd(widths[c]) : x.padStart(widths[c]))).join('  '));
writeFileSync(jsonFile, `${JSON.stringify({ systems: rows, runs }, null, 2)}\n`);
