/**
 * What `serve` acknowledged, under faults: `npm run faults:serve` (some minutes), `-- --kills 100 --seed 7`, `-- --only F29`.
 * Acknowledged is an answer that came whole; lost is one of which the database knows nothing. Ends with 1 when a row does
 * not hold. docs/reliability.md says how to read it.
 */
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, renameSync, rmSync, statfsSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { makeDiskFolder } from '../bench/folders.mjs';
import { atEnd } from '../bench/leave.mjs';
import { Load } from '../bench/load.mjs';
import { databaseFile, pixelPaths, readRecorded, startServe } from '../bench/mailtrack-serve.mjs';
import { isRoot } from '../bench/needs.mjs';
import { startSlowConnections } from '../bench/slow-connections.mjs';
import { createRandom } from './random.mjs';

const args = process.argv.slice(2);
const option = name => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
const seed = Number(option('--seed') ?? Date.now() % 1_000_000);
const kills = Number(option('--kills') ?? 10);
const only = option('--only')?.split(',');
const wait = ms => new Promise(done => setTimeout(done, ms));
const run = promisify(execFile);
const tokens = 2_000;
/** What a request may wait for its fact, and some milliseconds on top for a busy machine. */
const longestWaitMs = 2_500;

/** A process of its own: it waits for the lock, and who measures must not. */
const holdLock = `
  const Database = require('better-sqlite3');
  const database = new Database(process.argv[1], { timeout: 10000 });
  database.exec('BEGIN IMMEDIATE');
  setTimeout(() => database.exec('COMMIT'), Number(process.argv[2]));
`;

const rows = [
  { id: 'F29', fault: 'SIGKILL at random moments under load', run: killUnderLoad },
  { id: 'F30a', fault: 'database locked for 10 s by another process', run: lockDatabase },
  { id: 'F30b', fault: 'disk full, at once, for 5 s', needs: notRoot, run: () => fillDisk(0) },
  { id: 'F30c', fault: 'less than 200 MB free for 5 s', needs: notRoot, run: () => fillDisk(120e6) },
  { id: 'F30d', fault: 'database moved away for 5 s', run: moveDatabase },
  { id: 'F30e', fault: 'as fast as 64 connections allow, 10 s', run: fullSpeed },
  { id: 'F30f', fault: 'SIGTERM under load', run: terminateUnderLoad },
  { id: 'F30g', fault: '1,500 slow connections beside 500/s, 20 s', run: slowConnections },
];

console.log(`seed ${seed}, ${kills} kills, load of the machine ${loadavg()[0].toFixed(1)}`);
console.log(
  'row   fault                                          trials  acknowledged    recorded   counted  dropped   lost  p99 ms  most ms      s  holds',
);
let failures = 0;
for (const { id, fault, needs, run: play } of rows) {
  if (only !== undefined && !only.some(name => id.startsWith(name))) continue;
  const missing = needs?.();
  if (missing !== undefined) {
    console.log(`${id.padEnd(5)} ${fault.padEnd(45)} not run: ${missing}`);
    continue;
  }
  const startedAt = performance.now();
  const found = await play();
  const cells = [
    String(found.trials).padStart(6),
    String(found.acknowledged).padStart(12),
    String(found.recorded).padStart(10),
    String(found.counted).padStart(8),
    String(found.dropped).padStart(7),
    String(found.lost).padStart(5),
    found.p99.toFixed(0).padStart(6),
    found.most.toFixed(0).padStart(7),
    ((performance.now() - startedAt) / 1_000).toFixed(0).padStart(5),
  ];
  const holds = found.problems.length === 0;
  failures += holds ? 0 : 1;
  console.log(`${id.padEnd(5)} ${fault.padEnd(45)} ${cells.join('  ')}  ${holds ? 'yes' : 'NO'}`);
  for (const note of found.notes) console.log(`      ${note}`);
  for (const problem of found.problems.slice(0, 5)) console.log(`      ${problem}`);
}
console.log(`${failures} rows do not hold`);
process.exitCode = failures === 0 ? 0 : 1;

/** On one database: each start goes on where the kill before it left off. */
async function killUnderLoad() {
  const random = createRandom(seed);
  const folder = makeDiskFolder();
  const paths = pixelPaths(folder, tokens);
  const all = new Int32Array(tokens);
  const found = emptyResult();
  const latencies = [];
  let unanswered = 0;
  for (let trial = 0; trial < kills; trial += 1) {
    const serve = await startServe({ folder });
    const load = new Load(serve.port, paths);
    const running = trial % 2 === 0 ? load.atFullSpeed(64, forever()) : load.atRate(1_000, 60_000);
    while (load.answers === 0) await wait(1);
    await wait(random() * 700);
    await serve.kill();
    // What was on its way when the process died still arrives.
    await wait(50);
    load.end();
    void running;
    for (const [index, count] of load.acknowledged.entries()) all[index] += count;
    found.acknowledged += load.answers;
    unanswered += load.unanswered;
    latencies.push(...load.latencies);
    expect(
      found,
      load.wrong.length === 0,
      `trial ${trial + 1}: ${load.wrong.length} wrong answers: ${load.wrong[0]}`,
    );
    const { byPath, integrity } = readRecorded(folder, tokens);
    expect(found, integrity === 'ok', `trial ${trial + 1}: integrity_check: ${integrity}`);
    const lost = missingIn(byPath, all);
    expect(found, lost === 0, `trial ${trial + 1}: ${lost} acknowledged fetches are not in the database`);
    found.trials += 1;
  }
  const { rows: recorded, counted, byPath } = readRecorded(folder, tokens);
  found.lost = missingIn(byPath, all);
  found.notes.push(
    `${recorded + counted - found.acknowledged} recorded without their answer having arrived; ${unanswered} were under way`,
  );
  expect(
    found,
    recorded + counted - found.acknowledged <= unanswered,
    'more were recorded than were asked for',
  );
  return { ...found, recorded, counted, ...times(latencies) };
}

async function lockDatabase() {
  return atSteadyRate(makeDiskFolder(), 14_000, async folder => {
    await run(process.execPath, ['-e', holdLock, databaseFile(folder), '10000']);
  });
}

async function moveDatabase() {
  return atSteadyRate(makeDiskFolder(), 9_000, async folder => {
    renameSync(databaseFile(folder), `${databaseFile(folder)}.away`);
    await wait(5_000);
    renameSync(`${databaseFile(folder)}.away`, databaseFile(folder));
  });
}

/** On a disk of its own, of which so much stays free. */
async function fillDisk(leaveBytes) {
  const disk = mkdtempSync(join(tmpdir(), 'mailtrack-disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=320m', 'tmpfs', disk]);
  const unmount = atEnd(() => {
    execFileSync('umount', ['-l', disk]);
    rmSync(disk, { recursive: true, force: true });
  });
  try {
    return await atSteadyRate(disk, 9_000, async () => {
      await fill(join(disk, 'filler'), disk, leaveBytes);
      await wait(5_000);
      rmSync(join(disk, 'filler'));
    });
  } finally {
    unmount();
  }
}

/** To the last octet when nothing is to be left: the database takes what was free before. */
async function fill(file, disk, leaveBytes) {
  const { bavail, bsize } = statfsSync(disk);
  const bytes = leaveBytes === 0 ? 1e9 : bavail * bsize - leaveBytes;
  await run('dd', ['if=/dev/zero', `of=${file}`, 'bs=1M', `count=${Math.ceil(bytes / 2 ** 20)}`]).catch(
    () => undefined,
  );
}

/** 500 a second: a second of peace, the fault, and peace again. */
async function atSteadyRate(folder, forMs, fault) {
  const paths = pixelPaths(folder, tokens);
  const serve = await startServe({ folder });
  const load = new Load(serve.port, paths);
  const running = load.atRate(500, forMs);
  await wait(1_000);
  await fault(folder);
  await running;
  return exactly(folder, serve, load, { mostMs: longestWaitMs });
}

async function fullSpeed() {
  const folder = makeDiskFolder();
  const paths = pixelPaths(folder, tokens);
  const serve = await startServe({ folder });
  const load = new Load(serve.port, paths);
  await load.atFullSpeed(64, wait(10_000));
  return exactly(folder, serve, load);
}

async function terminateUnderLoad() {
  const folder = makeDiskFolder();
  const paths = pixelPaths(folder, tokens);
  const found = emptyResult();
  const serve = await startServe({ folder });
  const load = new Load(serve.port, paths);
  void load.atFullSpeed(64, forever());
  await wait(1_500);
  const end = await serve.stop();
  await wait(50);
  load.end();
  const { rows: recorded, counted, byPath } = readRecorded(folder, tokens);
  found.trials = 1;
  found.acknowledged = load.answers;
  found.lost = missingIn(byPath, load.acknowledged);
  expect(found, end.status === 0, `ended with ${end.status}: ${end.said}`);
  expect(found, found.lost === 0, `${found.lost} acknowledged fetches are not in the database`);
  expect(
    found,
    recorded + counted <= load.answers + load.unanswered,
    'more were recorded than were asked for',
  );
  return { ...found, recorded, counted, ...times(load.latencies) };
}

async function slowConnections() {
  const folder = makeDiskFolder();
  const paths = pixelPaths(folder, tokens);
  const serve = await startServe({ folder });
  const load = new Load(serve.port, paths);
  const running = load.atRate(500, 25_000);
  // What is compiled and opened once is no part of it.
  await wait(3_000);
  load.latencies.length = 0;
  const slow = startSlowConnections(serve.port, 1_500);
  await running;
  const closed = await slow.stop();
  const found = await exactly(folder, serve, load);
  expect(found, closed === 1_500, `${closed} of 1,500 slow connections were closed`);
  expect(found, found.p99 <= 100, `p99 ${found.p99.toFixed(0)} ms`);
  return found;
}

/** The server ends, and what was acknowledged is what was recorded, counted or, said aloud, dropped. */
async function exactly(folder, serve, load, { mostMs = Number.POSITIVE_INFINITY } = {}) {
  const { status, said } = await serve.stop();
  const { rows: recorded, counted, byPath, integrity } = readRecorded(folder, tokens);
  const dropped = Number(/(\d+) LOST/.exec(said)?.[1] ?? 0);
  const found = { ...emptyResult(), trials: 1, recorded, counted, dropped, ...times(load.latencies) };
  found.acknowledged = load.answers;
  found.lost = Math.max(0, missingIn(byPath, load.acknowledged) - dropped);
  found.notes.push(said.trim().split('\n').at(-1));
  expect(found, status === 0, `ended with ${status}: ${said}`);
  expect(found, load.wrong.length === 0, `${load.wrong.length} wrong answers: ${load.wrong[0]}`);
  expect(found, load.unanswered === 0, `${load.unanswered} without an answer`);
  expect(
    found,
    load.answers === recorded + counted + dropped,
    `${load.answers} acknowledged are not ${recorded} + ${counted} + ${dropped}`,
  );
  expect(found, integrity === 'ok', `integrity_check: ${integrity}`);
  expect(found, found.most <= mostMs, `an answer took ${found.most.toFixed(0)} ms`);
  return found;
}

function missingIn(recorded, acknowledged) {
  return acknowledged.reduce((lost, count, index) => lost + Math.max(0, count - recorded[index]), 0);
}

function times(latencies) {
  const sorted = Float64Array.from(latencies).sort();
  return { p99: sorted[Math.floor(sorted.length * 0.99)] ?? 0, most: sorted.at(-1) ?? 0 };
}

function emptyResult() {
  return {
    trials: 0,
    acknowledged: 0,
    recorded: 0,
    counted: 0,
    dropped: 0,
    lost: 0,
    p99: 0,
    most: 0,
    notes: [],
    problems: [],
  };
}

function expect(found, holds, problem) {
  if (!holds) found.problems.push(problem);
}

function notRoot() {
  return isRoot ? undefined : 'a small disk can only be mounted by root';
}

function forever() {
  return new Promise(() => undefined);
}
