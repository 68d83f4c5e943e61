/**
 * Long lists: `npm run bench:list` (some minutes), `-- --quick` (a tenth of the rows, nothing is judged), `-- --rows n
 * --recipients n`. With `-- --before <worktree>` both parts are done by an earlier build too, in turns (`--rounds n`), and the ratio of
 * the processor's seconds is judged. Ends with 1 when a figure is missed. docs/performance.md says what the figures mean.
 */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { makeDiskFolder } from './folders.mjs';
import { measure, median } from './measure.mjs';
import { writeTemplate } from './message.mjs';
import { startNodeSink } from './node-sink.mjs';
import { mailtrackEnvironment, mailtrackSend } from './peers/index.mjs';

const mostBytes = 200e6;
const mostSeconds = 15;
const limitSeconds = 600;
/** Of the processor, beside an earlier build. */
const mostRatio = 1.05;

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    rows: { type: 'string' },
    recipients: { type: 'string' },
    before: { type: 'string' },
    rounds: { type: 'string', default: '3' },
  },
});
const rows = Number(values.rows ?? (values.quick ? 100_000 : 1_000_000));
const recipients = Number(values.recipients ?? (values.quick ? 10_000 : 100_000));
const folder = makeDiskFolder();
writeTemplate(folder);

const here = fileURLToPath(new URL('../..', import.meta.url));
const now = createBuild(here, folder);

await checkOnly(now);
await sendAll(now);
if (values.before !== undefined) await compare(createBuild(values.before, makeDiskFolder()));

/** @param home where its database is, whose schema may be another one. */
function createBuild(worktree, home) {
  return { bin: resolve(worktree, 'bin/mailtrack.js'), home, check: [], send: [] };
}

async function checkOnly(build) {
  const run = await mailtrack(mailtrackSend(folder, rows, ['--dry-run'], build.bin), build);
  const what = `${rows.toLocaleString('en')} rows checked with --dry-run`;
  if (!hasEnded(run, what)) return;
  build.check.push(run.cpuSeconds);
  if (build.check.length === 1 && build === now)
    judge(`${what} in ${run.seconds.toFixed(1)} s, peak RSS MB`, run.peakRssBytes / 1e6, mostBytes / 1e6);
}

async function sendAll(build) {
  const sink = await startNodeSink();
  const argv = mailtrackSend(folder, recipients, ['--smtp', `smtp://127.0.0.1:${sink.port}`], build.bin);
  const startedAt = Date.now();
  const run = await mailtrack(argv, build);
  const { messages, firstMailAt } = await sink.taken();
  sink.stop();
  const what = `${recipients.toLocaleString('en')} recipients`;
  if (hasEnded(run, what)) build.send.push(run.cpuSeconds);
  if (messages !== recipients) miss(`${what}: the server has ${messages} messages`);
  if (build.send.length !== 1 || build !== now) return;
  if (firstMailAt === undefined) miss(`${what}: no MAIL command came`);
  else judge(`${what}: s until the first MAIL command`, (firstMailAt - startedAt) / 1_000, mostSeconds);
  if (run.status === 0)
    judge(
      `${what} sent in ${run.seconds.toFixed(1)} s, peak RSS MB`,
      run.peakRssBytes / 1e6,
      mostBytes / 1e6,
    );
}

/** In turns, each build first in every other round. */
async function compare(before) {
  for (let round = 0; round < Number(values.rounds); round += 1) {
    for (const build of round % 2 === 0 ? [before, now] : [now, before]) {
      await checkOnly(build);
      await sendAll(build);
    }
  }
  for (const part of ['check', 'send']) {
    const [ours, theirs] = [median(now[part]), median(before[part])];
    const text = `${part}: ${ours.toFixed(2)} s of the processor, the earlier build ${theirs.toFixed(2)} s, ratio`;
    const holds = ours / theirs <= mostRatio;
    console.log(`${text} ${(ours / theirs).toFixed(2)} (≤ ${mostRatio}): ${holds ? 'holds' : 'MISSED'}`);
    if (!holds) process.exitCode = 1;
  }
}

function mailtrack(argv, { home }) {
  return measure({ argv, cwd: folder, env: mailtrackEnvironment(home), limitSeconds });
}

function hasEnded(run, what) {
  if (run.status === 0) return true;
  const end = run.said.trim().split('\n').slice(-3).join(' | ');
  miss(
    `${what}: ended with ${run.status} after ${run.seconds.toFixed(0)} s, peak RSS ${(run.peakRssBytes / 1e6).toFixed(0)} MB: ${end}`,
  );
  return false;
}

function judge(text, value, most) {
  const verdict = values.quick ? '' : value <= most ? ': holds' : ': MISSED';
  console.log(`${text}: ${value.toFixed(1)} (≤ ${most})${verdict}`);
  if (verdict === ': MISSED') process.exitCode = 1;
}

function miss(text) {
  console.log(`${text}: MISSED`);
  process.exitCode = 1;
}
