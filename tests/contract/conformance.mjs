// Checks that every test that docs/api-conformance.md names is there. Usage: node conformance.mjs REPOSITORY
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = process.argv[2];
const faults = [];
let named = 0;
for (const line of readFileSync(join(root, 'docs/api-conformance.md'), 'utf8').split('\n')) {
  const row = /^\| (.+) \| (.+) \|$/.exec(line);
  if (!row || row[1] === 'rule') continue;
  for (const reference of row[2].split('<br>')) {
    const parts = /^([\w./]+) "(.+)"$/.exec(reference.trim());
    if (!parts) {
      faults.push(`no reference to a test: ${reference}`);
      continue;
    }
    const [, where, name] = parts;
    const file = join(root, 'tests', where.startsWith('contract/') ? `${where.replace('contract/', 'contract/resources/')}.mjs` : `${where}_test.cpp`);
    // Without line breaks and quotes between them, so that a name may be written in two pieces.
    const text = existsSync(file) ? readFileSync(file, 'utf8').replaceAll(/"\s*\n\s*"/g, '').replaceAll('\\"', '"') : null;
    ++named;
    if (text === null) faults.push(`no such file: ${file}`);
    else if (!text.includes(`TEST_CASE("${name}"`) && !text.includes(`test('${name}'`)) faults.push(`${file} has no test "${name}"`);
  }
}
for (const fault of faults) console.error(fault);
console.log(`${named - faults.length} passed, ${faults.length} failed`);
process.exit(faults.length === 0 && named > 0 ? 0 : 1);
