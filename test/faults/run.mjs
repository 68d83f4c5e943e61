/**
 * The sending guarantee under faults: `npm run faults` (a few minutes), `npm run faults -- --release` (full counts),
 * `npm run faults -- --only F1,F4 --seed 7`. Prints a row per fault; ends with 1 when a row does not hold.
 */
import { rows } from './rows.mjs';

const args = process.argv.slice(2);
const option = name => args[args.indexOf(name) + 1];
const release = args.includes('--release');
const seed = args.includes('--seed') ? Number(option('--seed')) : Date.now() % 1_000_000;
const only = args.includes('--only') ? option('--only').split(',') : undefined;

console.log(`seed ${seed}${release ? ', release counts' : ''}`);
console.log(
  'row   fault                                             trials  faults    lost  dup.  uncertain  holds',
);
let failures = 0;
const startedAt = performance.now();
for (const row of rows) {
  if (only !== undefined && !only.includes(row.id)) continue;
  const result = await row.run({ seed, release });
  const holds = result.problems.length === 0;
  failures += holds ? 0 : 1;
  const cells = [result.trials, result.faults, result.lost, result.duplicates, result.uncertain];
  const widths = [6, 6, 6, 4, 9];
  console.log(
    `${row.id.padEnd(5)} ${row.fault.padEnd(49)} ${cells.map((cell, index) => String(cell).padStart(widths[index])).join('  ')}  ${holds ? 'yes' : 'NO'}`,
  );
  for (const problem of result.problems.slice(0, 5)) console.log(`      ${problem}`);
}
console.log(`${((performance.now() - startedAt) / 1_000).toFixed(0)} s, ${failures} rows do not hold`);
process.exitCode = failures === 0 ? 0 : 1;
