/**
 * The tests of properties with other random values: `npm run properties`, `-- --rounds 20`, `-- --seed 4711` for one round again,
 * `-- --only smtp` for files with that in their path. Prints each seed, and ends with 1 when a property failed.
 */
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    seed: { type: 'string' },
    only: { type: 'string', default: '' },
  },
});
const seeds =
  values.seed === undefined
    ? Array.from({ length: Number(values.rounds) }, () => randomInt(1, 2 ** 31))
    : [Number(values.seed)];
const files = readdirSync('test', { recursive: true, encoding: 'utf8' })
  .map(file => `test/${file}`)
  .filter(file => /\.test\.tsx?$/.test(file) && file.includes(values.only))
  .filter(file => readFileSync(file, 'utf8').includes('/properties/fast-check.js'));
if (files.length === 0) throw new Error('no test of a property has that in its path');

let failed = 0;
for (const seed of seeds) {
  const { status } = spawnSync('npx', ['vitest', 'run', '--reporter=dot', ...files], {
    env: { ...process.env, PROPERTY_SEED: String(seed) },
    stdio: 'inherit',
  });
  console.log(`seed ${seed}: ${status === 0 ? 'holds' : 'FAILED'}`);
  if (status !== 0) failed += 1;
}
process.exitCode = failed === 0 ? 0 : 1;
