/**
 * TLS handshakes that are broken in five ways, 50,000 of them: `npm run faults:handshakes` (about two minutes),
 * `-- --count 5000 --rate 1000`. Afterwards `serve` has the file descriptors and the memory it had before, and it answers
 * /healthz within 100 ms, on a new connection each time, while it lasts. Ends with 1 when a figure is missed.
 */
import { spawn, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { request } from 'node:https';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { makeDiskFolder } from '../bench/folders.mjs';
import { atEnd } from '../bench/leave.mjs';
import { startServe } from '../bench/mailtrack-serve.mjs';
import { median } from '../bench/measure.mjs';
import { rssBytes } from '../bench/proc.mjs';
import { makeCertificateFiles } from './certificate.mjs';

const self = fileURLToPath(import.meta.url);
const limits = { healthMs: 100, descriptors: 10, bytes: 40e6 };
const handshakeMs = 10_000;
const probeEveryMs = 100;
const batchMs = 20;
const settleMs = 60_000;
/** A server that closes first keeps the pair of addresses and ports for a minute: one address has too few ports. */
const sources = Array.from({ length: 16 }, (_, index) => `127.0.0.${index + 2}`);

const ways = {
  silent: () => undefined,
  'half a ClientHello': (client, hello) => client.write(hello.subarray(0, hello.length / 2)),
  'no TLS': client => client.write(Buffer.alloc(200, 'x')),
  'half-open': (client, hello) => client.end(hello),
  reset: (client, hello) => client.write(hello.subarray(0, 20), () => client.resetAndDestroy()),
};

if (process.argv[2] === 'attack') await attack(...process.argv.slice(3).map(Number));
else await measure();

async function measure() {
  const { values } = parseArgs({
    options: { count: { type: 'string', default: '50000' }, rate: { type: 'string', default: '700' } },
  });
  const [count, rate] = [Number(values.count), Number(values.rate)];
  const folder = makeDiskFolder();
  const files = makeCertificateFiles(folder);
  const serve = await startServe({
    folder: join(folder, 'serve'),
    args: ['--tls-cert', files.cert, '--tls-key', files.key],
  });
  goFirst(serve.pid, process.pid);
  const probes = startProbes(serve.port);
  // Code is compiled and the database is opened by then.
  await pause(3_000);
  const before = descriptors(serve.pid);
  const memory = [];
  let most = before;
  const watch = setInterval(() => {
    memory.push(rssBytes(serve.pid));
    most = Math.max(most, descriptors(serve.pid));
  }, 500);
  console.log(`${count} broken handshakes, ${rate} a second, in ${Object.keys(ways).length} ways`);
  const attackers = await startAttack(serve.port, count, rate);
  clearInterval(watch);
  const after = await settle(serve.pid, before);
  attackers.kill();
  const times = await probes.stop();
  const { status } = await serve.stop();

  // Until the first ones are given up, more are held every second.
  const settled = memory.slice((2 * handshakeMs) / 500);
  console.log(
    `RSS in MB, every 5 s: ${memory
      .filter((_, at) => at % 10 === 0)
      .map(bytes => Math.round(bytes / 1e6))
      .join(' ')}`,
  );
  const fifth = Math.max(1, Math.floor(settled.length / 5));
  const growth = median(settled.slice(-fifth)) - median(settled.slice(0, fifth));
  times.sort((one, other) => one - other);
  const ms = share => times[Math.min(times.length - 1, Math.floor(share * times.length))]?.toFixed(0);
  console.log(`file descriptors: ${before} before, ${most} at most, ${after} after`);
  console.log(
    `/healthz in ms: p50 ${ms(0.5)}, p99 ${ms(0.99)}, p99.9 ${ms(0.999)}, most ${ms(1)}; ${times.length} times`,
  );
  expect(after - before <= limits.descriptors, `${after - before} more file descriptors than before`);
  if (settled.length >= 20)
    expect(growth <= limits.bytes, `memory grew by ${(growth / 1e6).toFixed(1)} MB while it lasted`);
  expect(times.length > 0 && times.at(-1) <= limits.healthMs, `/healthz within ${limits.healthMs} ms`);
  expect(status === 0, `ended with ${status}`);
}

/** Other programs on this machine are not to be part of the figures. Only root may go first, by chrt(1). */
function goFirst(...pids) {
  const isFirst = pids.every(pid => spawnSync('chrt', ['-a', '-f', '-p', '5', String(pid)]).status === 0);
  if (!isFirst) console.log('Not root, or without chrt: other programs on this machine make /healthz late.');
}

/** The last handshakes have their ten seconds from when they were accepted. */
async function settle(pid, before) {
  const endMs = performance.now() + settleMs;
  while (descriptors(pid) > before + limits.descriptors && performance.now() < endMs) await pause(500);
  return descriptors(pid);
}

function descriptors(pid) {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** One after the other, so that one that is late does not delay the next ones. */
function startProbes(port) {
  const times = [];
  let isOver = false;
  const ended = (async () => {
    while (!isOver) {
      times.push(await probe(port));
      await pause(probeEveryMs);
    }
  })();
  return {
    async stop() {
      isOver = true;
      await ended;
      // The first ones are of code that is not compiled yet.
      return times.slice(20);
    },
  };
}

function probe(port) {
  const startedAt = performance.now();
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path: '/healthz', rejectUnauthorized: false, agent: false };
    const sent = request(options, response => {
      response.resume();
      response.once('end', () => resolve(performance.now() - startedAt));
    });
    sent.setTimeout(30_000, () => sent.destroy(new Error('/healthz did not answer for 30 s')));
    sent.once('error', reject);
    sent.end();
  });
}

/** Resolves when all were begun. The clients stay: one that is gone would hide what the server keeps for it. */
function startAttack(port, count, rate) {
  // Not before the server, as this process goes.
  const argv = [process.execPath, self, 'attack', String(port), String(count), String(rate)];
  const child = spawn('nice', argv, { stdio: ['ignore', 'pipe', 'inherit'] });
  spawnSync('chrt', ['-o', '-p', '0', String(child.pid)]);
  atEnd(() => child.kill('SIGKILL'));
  return new Promise((resolve, reject) => {
    child.once('close', code => reject(new Error(`the clients ended with ${code}`)));
    child.stdout.once('data', () => resolve(child));
  });
}

/** A process of its own, and behind the others: what it does is not to make /healthz late. */
async function attack(port, count, rate) {
  const hello = await readHello();
  const breaks = Object.values(ways);
  const batch = Math.max(1, Math.round((rate * batchMs) / 1_000));
  for (let index = 0; index < count; index += 1) {
    const localAddress = sources[index % sources.length];
    const client = connect({ port, host: '127.0.0.1', localAddress, allowHalfOpen: true });
    client.on('error', () => undefined);
    client.once('connect', () => breaks[index % breaks.length](client, hello));
    client.once('end', () => client.end());
    client.resume();
    // Not by the clock: what a busy machine held up would come all at once.
    if (index % batch === batch - 1) await pause(batchMs);
  }
  process.stdout.write('all begun\n');
  await pause(10 * handshakeMs);
}

/** The ClientHello that Node sends. */
function readHello() {
  return new Promise(resolve => {
    const server = createServer(socket => {
      socket.once('data', hello => {
        socket.destroy();
        server.close();
        resolve(hello);
      });
    });
    server.listen(0, '127.0.0.1', () => {
      connectTls({ port: server.address().port, host: '127.0.0.1' }).on('error', () => undefined);
    });
  });
}

function expect(holds, text) {
  console.log(`${text}: ${holds ? 'holds' : 'MISSED'}`);
  if (!holds) process.exitCode = 1;
}
