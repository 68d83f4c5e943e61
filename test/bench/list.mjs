/**
 * Long lists: `npm run bench:list` (some minutes), `-- --quick` (a tenth of the rows, nothing is judged), `-- --rows n
 * --recipients n`. Ends with 1 when a figure is missed. docs/performance.md says what the figures mean.
 */
import { parseArgs } from 'node:util';
import { makeDiskFolder } from './folders.mjs';
import { measure } from './measure.mjs';
import { writeTemplate } from './message.mjs';
import { startNodeSink } from './node-sink.mjs';
import { mailtrackEnvironment, mailtrackSend } from './peers/index.mjs';

const mostBytes = 200e6;
const mostSeconds = 15;
const limitSeconds = 600;

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    rows: { type: 'string' },
    recipients: { type: 'string' },
  },
});
const rows = Number(values.rows ?? (values.quick ? 100_000 : 1_000_000));
const recipients = Number(values.recipients ?? (values.quick ? 10_000 : 100_000));
const folder = makeDiskFolder();
writeTemplate(folder);

await checkOnly();
await sendAll();

async function checkOnly() {
  const run = await mailtrack(mailtrackSend(folder, rows, ['--dry-run']));
  const what = `${rows.toLocaleString('en')} rows checked with --dry-run`;
  if (hasEnded(run, what))
    judge(`${what} in ${run.seconds.toFixed(1)} s, peak RSS MB`, run.peakRssBytes / 1e6, mostBytes / 1e6);
}

async function sendAll() {
  const sink = await startNodeSink();
  const argv = mailtrackSend(folder, recipients, ['--smtp', `smtp://127.0.0.1:${sink.port}`]);
  const startedAt = Date.now();
  const run = await mailtrack(argv);
  const { messages, firstMailAt } = await sink.taken();
  sink.stop();
  const what = `${recipients.toLocaleString('en')} recipients`;
  if (firstMailAt === undefined) miss(`${what}: no MAIL command came`);
  else judge(`${what}: s until the first MAIL command`, (firstMailAt - startedAt) / 1_000, mostSeconds);
  if (!hasEnded(run, what)) return;
  if (messages !== recipients) miss(`${what}: the server has ${messages} messages`);
  judge(`${what} sent in ${run.seconds.toFixed(1)} s, peak RSS MB`, run.peakRssBytes / 1e6, mostBytes / 1e6);
}

function mailtrack(argv) {
  return measure({ argv, cwd: folder, env: mailtrackEnvironment(folder), limitSeconds });
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
