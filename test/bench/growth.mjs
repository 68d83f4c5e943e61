/**
 * How cost grows with the work at hand, and that it grows with nothing else: `npm run bench:growth`, a few minutes;
 * `-- --full` at the sizes docs/performance.md speaks of; `-- --only pull,resume`; `-- --against <worktree of an earlier build>`
 * prints what that build needs at each size. Processor seconds, since a busy machine changes those least. Ends with 1 when a row
 * falls short.
 */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { makeDiskFolder } from './folders.mjs';
import { attachment } from './growth/attachment.mjs';
import { check } from './growth/check.mjs';
import { first } from './growth/first.mjs';
import { history } from './growth/history.mjs';
import { pull } from './growth/pull.mjs';
import { resume } from './growth/resume.mjs';

const { values } = parseArgs({
  options: {
    full: { type: 'boolean', default: false },
    only: { type: 'string' },
    against: { type: 'string' },
  },
});
const here = fileURLToPath(new URL('../..', import.meta.url));
const builds = [here, ...(values.against === undefined ? [] : [resolve(values.against)])];
const rows = [pull, resume, history, check, first, attachment].filter(
  ({ id }) => values.only === undefined || values.only.split(',').includes(id),
);
const folder = makeDiskFolder();

for (const row of rows) await judge(row);

async function judge(row) {
  console.log(`\n${row.name}`);
  const sizes = values.full ? row.sizes.full : row.sizes.quick;
  const costs = [];
  for (const size of sizes) {
    const cost = await costOf(row, builds[0], size);
    costs.push(cost);
    const earlier = builds[1] === undefined ? undefined : await costOf(row, builds[1], size);
    const beside =
      earlier === undefined ? '' : `; earlier build ${earlier.toFixed(2)}, ${(cost / earlier).toFixed(2)} ×`;
    console.log(
      `  ${size.toLocaleString('en').padStart(9)} ${row.unit}: ${cost.toFixed(2)} ${row.costUnit ?? 's of processor time'}${beside}`,
    );
  }
  for (const { text, value, most } of row.verdicts(sizes, costs, builds[0])) {
    const holds = value <= most;
    console.log(`  ${text}: ${value.toFixed(2)} (≤ ${most}): ${holds ? 'holds' : 'MISSED'}`);
    if (!holds) process.exitCode = 1;
  }
}

async function costOf(row, build, size) {
  const own = join(folder, `${row.id}-${size}-${builds.indexOf(build)}`);
  mkdirSync(own);
  return row.cost(build, size, own);
}
