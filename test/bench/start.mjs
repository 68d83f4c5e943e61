/**
 * How long a command takes to begin, beside Node itself: `npm run bench:start`, `-- --rounds 30`. Interleaved, medians.
 * Ends with 1 when a ratio is missed.
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { makeDiskFolder } from './folders.mjs';
import { measure, median } from './measure.mjs';
import { writeTemplate } from './message.mjs';
import { startNodeSink } from './node-sink.mjs';
import { mailtrackEnvironment, mailtrackSend } from './peers/index.mjs';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '20' } } });
const bin = fileURLToPath(new URL('../../bin/mailtrack.js', import.meta.url));
const folder = makeDiskFolder();
await sendSmallEmail();

const node = { name: 'node -e ""', args: ['-e', ''], seconds: [] };
const commands = [
  { name: 'mailtrack --help', args: [bin, '--help'], most: 1.6, seconds: [] },
  {
    name: 'mailtrack report, four recipients, off a terminal',
    args: [bin, 'report'],
    most: 2.5,
    seconds: [],
  },
];
for (let round = 0; round < Number(values.rounds); round += 1) {
  for (const command of [node, ...commands]) command.seconds.push(await time(command));
}
const bare = median(node.seconds);
console.log(`${node.name}: ${(bare * 1_000).toFixed(0)} ms`);
for (const { name, most, seconds } of commands) {
  const ratio = median(seconds) / bare;
  const holds = ratio <= most;
  console.log(
    `${name}: ${(median(seconds) * 1_000).toFixed(0)} ms, ${ratio.toFixed(2)} × (≤ ${most}): ${holds ? 'holds' : 'MISSED'}`,
  );
  if (!holds) process.exitCode = 1;
}

async function sendSmallEmail() {
  writeTemplate(folder);
  const sink = await startNodeSink();
  const argv = mailtrackSend(folder, 4, ['--smtp', `smtp://127.0.0.1:${sink.port}`]);
  const { status, said } = await run(argv);
  sink.stop();
  if (status !== 0) throw new Error(`The email to report on could not be sent: ${said}`);
}

async function time({ name, args }) {
  const { seconds, status, said } = await run([process.execPath, ...args]);
  if (status !== 0) throw new Error(`${name} ended with ${status}: ${said}`);
  return seconds;
}

function run(argv) {
  return measure({ argv, cwd: folder, env: mailtrackEnvironment(folder), limitSeconds: 60 });
}
