/**
 * Pixels served beside nginx: `npm run bench:serve` (a minute or two), `-- --rounds 5 --seconds 4`, `-- --quick` (only wrong
 * counts and a slower build than the earlier one are failures), `-- --before <folder>` (a worktree of an earlier build, in the same rounds). Ends with 1 when a figure
 * is missed. docs/performance.md says what the figures mean.
 */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { judgeServe } from './criteria.mjs';
import { makeDiskFolder } from './folders.mjs';
import { pixelPaths, readRecorded, startServe, userAgent } from './mailtrack-serve.mjs';
import { median } from './measure.mjs';
import { findTool, missingTools } from './needs.mjs';
import { startNginx } from './nginx.mjs';
import { cpuSeconds, peakRssBytes } from './proc.mjs';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    connections: { type: 'string', default: '64' },
    quick: { type: 'boolean', default: false },
    before: { type: 'string' },
    /** `--cpu-prof`, for one. */
    node: { type: 'string', multiple: true, default: [] },
  },
});
const rounds = Number(values.rounds ?? (values.quick ? 1 : 5));
const seconds = Number(values.seconds ?? (values.quick ? 2 : 4));
const tokens = 20_000;
const lua = fileURLToPath(new URL('wrk.lua', import.meta.url));
const run = promisify(execFile);

const missing = missingTools('nginx', 'wrk', 'taskset');
if (missing !== undefined) {
  console.log(`Not run: ${missing}`);
  process.exit(1);
}
if (availableParallelism() < 2) {
  console.log('Not run: two processors are needed, one for the server and one for wrk.');
  process.exit(1);
}
const [load] = loadavg();
if (load > 0.5) console.log(`Others use this machine (load ${load.toFixed(1)}): figures will differ.`);

const onServerCore = ['taskset', '-c', '0'];
const folder = makeDiskFolder();
const nginx = await startNginx({ folder: join(folder, 'nginx'), prefix: onServerCore });
const servers = [
  { name: 'nginx empty_gif, buffered log', id: 'nginx', process: nginx, paths: write('pixel', folder) },
  ...(await startPair('mailtrack', '', undefined)),
  ...(values.before === undefined ? [] : await startPair('earlier build', 'before-', resolve(values.before))),
];

for (const server of servers) server.runs = [];
// What is compiled, opened and cached once is no part of the figures.
for (const server of servers) server.warmUp = await load64(server, 2);
for (let round = 0; round < rounds; round += 1) {
  // Each build is before the other in every second round: whoever comes later finds the machine in another state.
  for (const server of round % 2 === 0 ? servers : servers.toReversed()) {
    // The one before may still be moving what it recorded to its emails.
    await pause(3_000);
    server.runs.push(await load64(server, seconds));
  }
}

const pairs = servers.filter(({ folder: own }) => own !== undefined);
for (const server of pairs) server.end = await server.process.stop();
nginx.stop();
const cutOff = (rounds + 1) * Number(values.connections);

report();
for (const server of pairs) checkCounts(server);

/** One server whose pixels are recorded, and one whose pixels are verified alone. */
async function startPair(name, id, tree) {
  const start = async (what, kind, purpose) => {
    const own = join(folder, id + kind);
    const started = await startServe({ folder: own, prefix: onServerCore, node: values.node, tree });
    return {
      name: `${name}, ${what}`,
      id: id + kind,
      process: started,
      paths: write(purpose, own),
      folder: own,
    };
  };
  return [
    await start('recorded durably', 'durable', 'pixel'),
    await start('verified only', 'verify', 'rehearsal'),
  ];
}

function write(purpose, ofFolder) {
  const file = join(ofFolder, `${purpose}.paths`);
  writeFileSync(file, pixelPaths(ofFolder, tokens, purpose).join('\n'));
  return file;
}

async function load64({ process: { port, pid }, paths }, forSeconds) {
  const before = cpuSeconds(pid);
  const { stdout } = await run('taskset', [
    ...['-c', '1', findTool('wrk'), '-t1', `-c${values.connections}`, `-d${forSeconds}s`, '--timeout', '10s'],
    ...['-s', lua, `http://127.0.0.1:${port}`, '--', paths, userAgent],
  ]);
  const found = JSON.parse(stdout.slice(stdout.lastIndexOf('{')));
  const cpu = cpuSeconds(pid) - before;
  return {
    ...found,
    rate: found.answers / found.seconds,
    cpuMs: (cpu * 1_000_000) / found.answers,
    rss: peakRssBytes(pid),
  };
}

function report() {
  console.log(
    `\n${rounds} rounds of ${seconds} s, ${values.connections} connections, ${tokens} tokens; medians\n`,
  );
  console.log(
    'server                           requests/s  × nginx   p50 ms   p99 ms  CPU ms/1,000   RSS MB',
  );
  const figures = new Map();
  const before = id => servers.find(server => server.id === `before-${id}`)?.runs;
  for (const { name, id, runs } of servers) {
    const of = key => median(runs.map(one => one[key]));
    // Within each round, since the machine's own speed changes from one to the next.
    const ratio = median(runs.map((one, round) => one.rate / servers[0].runs[round].rate));
    const earlier = before(id);
    const toBefore = earlier && median(runs.map((one, round) => one.rate / earlier[round].rate));
    figures.set(id, { ratio, p50: of('p50'), p99: of('p99'), toBefore });
    const cells = [of('rate').toFixed(0).padStart(10), ratio.toFixed(3).padStart(7)];
    cells.push(of('p50').toFixed(2).padStart(7), of('p99').toFixed(2).padStart(7));
    cells.push(
      of('cpuMs').toFixed(1).padStart(12),
      (Math.max(...runs.map(one => one.rss)) / 1e6).toFixed(0).padStart(7),
    );
    console.log(`${name.padEnd(32)} ${cells.join('  ')}`);
  }
  console.log('');
  for (const { text, value, limit, holds } of judgeServe(figures)) {
    const isJudged = !values.quick || text.endsWith('earlier build');
    console.log(`${text}: ${value.toFixed(2)} (${limit})${isJudged ? (holds ? ': holds' : ': MISSED') : ''}`);
    if (isJudged && !holds) process.exitCode = 1;
  }
}

/** wrk cuts off what is under way at its end: at most one answer per connection and run is recorded and not counted by it. */
function checkCounts({ name, paths, folder: own, warmUp, runs, end }) {
  const { rows, counted, integrity } = readRecorded(own);
  const kept = rows + counted;
  if (paths.endsWith('rehearsal.paths')) expect(kept === 0, `${name}: rehearsals left ${kept} fetches`);
  else {
    const acknowledged = sum([warmUp, ...runs].map(({ answers }) => answers));
    expect(
      kept >= acknowledged && kept <= acknowledged + cutOff,
      `${name}: ${acknowledged} answers were counted by wrk, ${kept} recorded (${rows} rows, ${counted} counted); at most ${cutOff} more may be`,
    );
    expect(end.said.includes(`${kept} fetches recorded`), `${name} itself: ${lastLine(end)}`);
  }
  expect(end.status === 0, `${name}: ended with ${end.status}`);
  expect(integrity === 'ok', `${name}: integrity_check: ${integrity}`);
  const failed = runs.filter(({ refused, broken }) => refused + broken > 0);
  expect(failed.length === 0, `${name}: ${failed.length} runs with refused or broken answers`);
}

function expect(holds, text) {
  console.log(`${text}: ${holds ? 'holds' : 'MISSED'}`);
  if (!holds) process.exitCode = 1;
}

function lastLine({ said }) {
  return said.trim().split('\n').at(-1);
}

function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}
