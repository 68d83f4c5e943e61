/**
 * How fast a mail merge goes, beside nodemailer's pool and Postfix's smtp-source in the same run: `npm run bench:send`.
 * docs/performance.md says what the figures mean. Ends with 1 when a ratio is missed (not with --quick), and when a
 * message is missing or came twice; with 2 when nothing could be measured.
 *
 *   --quick            small counts, one round; of the ratios only those to an earlier build are judged: a minute or so
 *   --rtt 0,20,50      round trip times in ms
 *   --server sink,postfix
 *   --only a,b         senders by their name, or by its start, such as mailtrack,nodemailer
 *   --recipients n     default 10,000; fewer over a distance, where a run lasts about 8 s
 *   --rounds n         default 3
 *   --connections n    default 5
 *   --before <folder>  a worktree of an earlier build, to be compared with: over a distance at most 2 % slower
 */
import { spawnSync } from 'node:child_process';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { judge } from './criteria.mjs';
import { isMemory, makeDiskFolder } from './folders.mjs';
import { openLink } from './link.mjs';
import { measure, median } from './measure.mjs';
import { writeTemplate } from './message.mjs';
import { earlierBuild, mailtrackEnvironment, mailtrackSend, peers } from './peers/index.mjs';
import { servers } from './servers.mjs';

const limitSeconds = 300;
const options = readOptions();
const folder = makeDiskFolder();
writeTemplate(folder);

const failures = [];
let measured = 0;

printSetup();
const senders = options.peers.filter(isAble);
for (const roundTripMs of options.roundTrips) {
  for (const server of options.servers) await compare(server, roundTripMs);
}
printEnd();

function readOptions() {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      rtt: { type: 'string', default: '0,20,50' },
      server: { type: 'string', default: 'sink,postfix' },
      only: { type: 'string', default: '' },
      recipients: { type: 'string' },
      rounds: { type: 'string' },
      connections: { type: 'string', default: '5' },
      before: { type: 'string' },
    },
  });
  const wanted = values.server.split(',');
  const only = values.only.split(',');
  return {
    quick: values.quick,
    roundTrips: values.rtt.split(',').map(Number),
    servers: servers.filter(({ id }) => wanted.includes(id)),
    peers: [
      ...peers.filter(({ name }) => only.some(start => isMeant(name, start))),
      ...(values.before === undefined ? [] : [earlierBuild(values.before)]),
    ],
    recipients: Number(values.recipients ?? (values.quick ? 500 : 10_000)),
    rounds: Number(values.rounds ?? (values.quick ? 1 : 3)),
    connections: Number(values.connections),
    secondsOverDistance: values.quick ? 1.5 : 8,
  };
}

/** `mailtrack` is the one sender of that name, `mail` all whose names begin so. */
function isMeant(name, start) {
  return name === start || (name.startsWith(start) && !peers.some(peer => peer.name === start));
}

function printSetup() {
  const disk = isMemory(folder) ? 'in memory, for want of a disk: its fsync costs nothing' : 'on a disk';
  console.log(`${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${cpus().length} CPUs`);
  console.log(`${cpus()[0].model.trim()}; database ${disk} (${folder})`);
  const [load] = loadavg();
  if (load > 0.5) console.log(`Not a quiet machine: load average ${load.toFixed(1)}. Expect wide ranges.`);
}

/** A flag that this mailtrack does not know yet leaves a mode out, and a tool that is not there a peer. */
function isAble(peer) {
  let why = peer.missing?.();
  if (peer.flags?.length > 0) {
    const [file, ...args] = mailtrackSend(folder, 2, [...peer.flags, '--dry-run']);
    const env = mailtrackEnvironment(folder);
    const { status, stderr } = spawnSync(file, args, { cwd: folder, env, encoding: 'utf8' });
    if (status === 64) why = `usage error: ${stderr.trim().split('\n')[0]}`;
  }
  if (why !== undefined) console.log(`Without ${peer.name}: ${why}`);
  return why === undefined;
}

async function compare(server, roundTripMs) {
  const why = server.missing();
  if (why !== undefined) return console.log(`\nWithout ${server.name}: ${why}`);
  const link = await openLink(roundTripMs);
  const running = await server.start(link);
  const target = await link.reach(running.port);
  console.log(
    `\n${server.name}, round trip ${roundTripMs} ms: ${link.how}; ${options.connections} connections`,
  );
  try {
    const able = senders.filter(peer => !peer.chunking || server.chunking);
    for (const { name } of senders) {
      if (!able.some(peer => peer.name === name)) console.log(`  Without ${name}: no CHUNKING here`);
    }
    const runs = new Map(able.map(peer => [peer, []]));
    for (let round = 0; round < options.rounds; round += 1) {
      // Another one begins each time: what a run leaves behind, it leaves to each of the others once.
      const order = able.map((_, index) => able[(index + round) % able.length]);
      for (const peer of order)
        runs.get(peer).push(await runOnce(peer, { link, running, target, roundTripMs }));
    }
    const figures = new Map([...runs].map(([peer, all]) => [peer.name, sumUp(all)]));
    printFigures(figures);
    printVerdicts(judge(server, roundTripMs, figures), `${server.name}, ${roundTripMs} ms`);
  } finally {
    running.stop();
    link.close();
  }
}

async function runOnce(peer, world) {
  const recipients = countFor(peer, world.roundTripMs);
  return { recipients, ...(await send(peer, world, recipients)) };
}

function countFor(peer, roundTripMs) {
  if (roundTripMs === 0) return options.recipients;
  const perSecond = options.connections / (peer.roundTrips * (roundTripMs / 1_000));
  return Math.min(options.recipients, Math.ceil(Math.min(perSecond, 1_500) * options.secondsOverDistance));
}

async function send(peer, { link, running, target }, recipients) {
  const { connections } = options;
  const argv = [...link.clientPrefix, ...peer.command({ ...target, recipients, connections, folder })];
  const run = await measure({
    argv,
    cwd: folder,
    env: mailtrackEnvironment(peer.home === undefined ? folder : join(folder, peer.home)),
    port: target.port,
    limitSeconds,
    halfway: () => {
      const taken = running.takenSoFar();
      return taken * 2 >= recipients ? taken : undefined;
    },
  });
  const taken = await running.taken(recipients);
  measured += 1;
  const distinct = taken.recipients ?? recipients;
  if (run.status !== 0) {
    failures.push(
      `${peer.name} ended with ${run.status}: ${run.said.trim().split('\n').slice(-3).join(' | ')}`,
    );
  }
  if (taken.messages !== recipients || distinct !== recipients) {
    failures.push(
      `${peer.name}: of ${recipients} messages the server has ${taken.messages}, to ${distinct} recipients`,
    );
  }
  return run;
}

function sumUp(runs) {
  const rates = runs.map(({ recipients, seconds }) => recipients / seconds);
  const middle = of => median(runs.map(of));
  const steadyCpu = middle(({ recipients, half, cpuSeconds }) =>
    half === undefined ? Number.NaN : ((cpuSeconds - half.cpuSeconds) / (recipients - half.done)) * 1_000,
  );
  return {
    recipients: runs[0].recipients,
    rate: median(rates),
    lowest: Math.min(...rates),
    highest: Math.max(...rates),
    steadyRate: middle(
      ({ recipients, seconds, startUpSeconds = 0 }) => recipients / (seconds - startUpSeconds),
    ),
    startUpSeconds: middle(({ startUpSeconds = 0 }) => startUpSeconds),
    cpu: middle(({ recipients, cpuSeconds }) => (cpuSeconds / recipients) * 1_000),
    steadyCpu: Number.isNaN(steadyCpu) ? undefined : steadyCpu,
    rss: middle(({ peakRssBytes }) => peakRssBytes),
  };
}

function printFigures(figures) {
  const head = [
    '',
    'messages',
    'msgs/s',
    'lowest–highest',
    'after start-up',
    'start-up s',
    'CPU s/1,000',
    'second half',
    'RSS MB',
  ];
  const lines = [...figures].map(([name, figure]) => [
    name,
    figure.recipients.toLocaleString('en'),
    rateText(figure.rate),
    `${rateText(figure.lowest)}–${rateText(figure.highest)}`,
    rateText(figure.steadyRate),
    figure.startUpSeconds.toFixed(2),
    figure.cpu.toFixed(2),
    figure.steadyCpu?.toFixed(2) ?? '',
    (figure.rss / 1e6).toFixed(0),
  ]);
  const widths = head.map((_, column) => Math.max(...[head, ...lines].map(line => line[column].length)));
  for (const line of [head, ...lines]) {
    const cells = line.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]),
    );
    console.log(`  ${cells.join('  ')}`);
  }
}

function rateText(rate) {
  return rate < 100 ? rate.toFixed(1) : Math.round(rate).toLocaleString('en');
}

function printVerdicts(verdicts, where) {
  for (const { text, value, limit, holds } of verdicts) {
    const figure = holds === undefined ? 'not measured' : value.toFixed(2);
    const isJudged = holds !== undefined && (!options.quick || text.includes('/ earlier build'));
    const judged = isJudged ? (holds ? ': holds' : ': MISSED') : '';
    console.log(`  ${text}: ${figure} (${limit})${judged}`);
    if (isJudged && !holds) failures.push(`${where}: ${text} is ${figure}, not ${limit}`);
  }
}

function printEnd() {
  if (measured === 0) {
    console.log('\nNothing was measured.');
    process.exitCode = 2;
    return;
  }
  console.log(failures.length === 0 ? '\nNo message is missing, none came twice.' : '\nNot so:');
  for (const failure of failures) console.log(`  ${failure}`);
  if (failures.length > 0) process.exitCode = 1;
}
