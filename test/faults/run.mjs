/**
 * The sending guarantee under faults: `npm run faults` (a few minutes), `npm run faults -- --release` (full counts),
 * `npm run faults -- --only F1,F4 --seed 7 --modes groups,window`. Prints a row per fault; ends with 1 when a row does
 * not hold. A row that cannot run here says so, which with --release counts as not holding.
 */
import { chooseModes } from './modes.mjs';
import { rows } from './rows.mjs';

const secondsSince = startedAt => Math.round((performance.now() - startedAt) / 1_000);
const args = process.argv.slice(2);
const option = name => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
const release = args.includes('--release');
const seed = Number(option('--seed') ?? Date.now() % 1_000_000);
const only = option('--only')?.split(',');
const modes = chooseModes(option('--modes'));

console.log(
  `seed ${seed}, modes ${modes.map(({ name }) => name).join()}${release ? ', release counts' : ''}`,
);
console.log(
  'row   fault                                             trials  faults    lost  dup.  uncertain      s  holds',
);
let failures = 0;
const startedAt = performance.now();
for (const row of rows) {
  if (only !== undefined && !only.includes(row.id)) continue;
  const missing = row.needs?.();
  if (missing !== undefined) {
    console.log(`${row.id.padEnd(5)} ${row.fault.padEnd(49)} not run: ${missing}`);
    failures += release ? 1 : 0;
    continue;
  }
  const rowStartedAt = performance.now();
  const result = await row.run({ seed, release, modes });
  const holds = result.problems.length === 0;
  failures += holds ? 0 : 1;
  const cells = [result.trials, result.faults, result.lost, result.duplicates, result.uncertain];
  cells.push(secondsSince(rowStartedAt));
  const widths = [6, 6, 6, 4, 9, 5];
  console.log(
    `${row.id.padEnd(5)} ${row.fault.padEnd(49)} ${cells.map((cell, index) => String(cell).padStart(widths[index])).join('  ')}  ${holds ? 'yes' : 'NO'}`,
  );
  for (const note of result.notes) console.log(`      ${note}`);
  for (const problem of result.problems.slice(0, 5)) console.log(`      ${problem}`);
}
console.log(`${secondsSince(startedAt)} s, ${failures} rows do not hold`);
process.exitCode = failures === 0 ? 0 : 1;
