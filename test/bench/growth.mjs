/**
 * How cost grows with the work at hand, and that it grows with nothing else: `npm run bench:growth`, a few minutes;
 * `-- --full` at the sizes docs/performance.md speaks of; `-- --only pull,resume`; `-- --against <worktree of an earlier build>`
 * prints what that build needs at each size. Processor seconds, since a busy machine changes those least. Ends with 1 when a row
 * falls short.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { makeDiskFolder } from './folders.mjs';
import { attachment } from './growth/attachment.mjs';
import { check } from './growth/check.mjs';
import { disk } from './growth/disk.mjs';
import { first } from './growth/first.mjs';
import { history } from './growth/history.mjs';
import { ingestBeside, ingestEmails, ingestRare } from './growth/ingest.mjs';
import { manyEmails } from './growth/many-emails.mjs';
import { ownAttachments } from './growth/own-attachments.mjs';
import { people } from './growth/people.mjs';
import { pull } from './growth/pull.mjs';
import { reportBefore, reportSize } from './growth/report.mjs';
import { resume } from './growth/resume.mjs';
import { unfinished } from './growth/unfinished.mjs';
import { exponent } from './growth/world.mjs';
import { limitMeasuredTo } from './measure.mjs';

const { values } = parseArgs({
  options: {
    full: { type: 'boolean', default: false },
    only: { type: 'string' },
    against: { type: 'string' },
  },
});
const here = fileURLToPath(new URL('../..', import.meta.url));
const builds = [here, ...(values.against === undefined ? [] : [resolve(values.against)])];
const all = [
  pull,
  resume,
  ingestEmails,
  ingestBeside,
  ingestRare,
  reportSize,
  reportBefore,
  manyEmails,
  history,
  unfinished,
  people,
  check,
  first,
  attachment,
  ownAttachments,
  disk,
];
const rows = all.filter(({ id }) => values.only === undefined || values.only.split(',').includes(id));
const folder = makeDiskFolder();
/** An earlier build may take hours for what is measured here. */
const earlierLimitSeconds = 300;

for (const row of rows) await judge(row);

async function judge(row) {
  console.log(`\n${row.name}`);
  const sizes = values.full ? row.sizes.full : row.sizes.quick;
  const results = [];
  const earlier = [];
  for (const size of sizes) {
    const result = await resultOf(row, builds[0], size);
    results.push(result);
    if (builds[1] !== undefined) earlier.push(await resultOf(row, builds[1], size));
    console.log(
      `  ${size.toLocaleString('en').padStart(9)} ${row.unit}: ${said(row, result)}${beside(row, result, earlier.at(-1))}`,
    );
    if (result.failed) {
      console.log('  failed: MISSED');
      process.exitCode = 1;
    }
  }
  const costs = results.map(({ cpuSeconds }) => cpuSeconds);
  const before = earlier.map(({ cpuSeconds }) => cpuSeconds);
  for (const { text, value, most, least } of row.verdicts(sizes, costs, results, before, builds[0])) {
    // The earlier build did not end.
    if (Number.isNaN(value)) {
      console.log(`  ${text}: nothing to compare with`);
      continue;
    }
    const holds = least === undefined ? value <= most : value >= least;
    const limit = least === undefined ? `≤ ${most}` : `≥ ${least}`;
    console.log(`  ${text}: ${value.toFixed(2)} (${limit}): ${holds ? 'holds' : 'MISSED'}`);
    if (!holds) process.exitCode = 1;
  }
  if (sizes[0] > 0) {
    const grown = exponent([sizes[0], sizes.at(-1)], [costs[0], costs.at(-1)]);
    console.log(
      `  largest beside smallest: ${(costs.at(-1) / costs[0]).toFixed(2)} ×, exponent ${grown.toFixed(2)}`,
    );
  }
}

function said(row, result) {
  if (row.print !== undefined) return row.print(result);
  if (row.costUnit !== undefined) return `${result.cpuSeconds.toFixed(2)} ${row.costUnit}`;
  const memory = result.peakRssBytes === undefined ? '' : `, ${(result.peakRssBytes / 1e6).toFixed(0)} MB`;
  return `${result.cpuSeconds.toFixed(2)} s of processor time${memory}`;
}

function beside(row, result, earlier) {
  if (earlier === undefined) return '';
  if (earlier.notEnded) return `; earlier build: failed, or did not end within ${earlierLimitSeconds} s`;
  const ratio = (result.cpuSeconds / earlier.cpuSeconds).toFixed(2);
  return `; earlier build ${said(row, earlier)}${earlier.failed ? ', and failed' : ''}; ${ratio} ×`;
}

/** In a folder of its own, which is removed: databases of millions of rows are large. */
async function resultOf(row, build, size) {
  const isEarlier = build !== builds[0];
  const own = join(folder, `${row.id}-${size}-${isEarlier ? 1 : 0}`);
  mkdirSync(own);
  if (isEarlier) limitMeasuredTo(earlierLimitSeconds);
  try {
    const cost = await row.cost(build, size, own, { full: values.full, isEarlier });
    return typeof cost === 'number' ? { cpuSeconds: cost } : cost;
  } catch (error) {
    if (!isEarlier) throw error;
    return { notEnded: true, cpuSeconds: Number.NaN };
  } finally {
    limitMeasuredTo(undefined);
    rmSync(own, { recursive: true, force: true });
  }
}
