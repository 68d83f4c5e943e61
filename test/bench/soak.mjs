/**
 * Pixels at a steady rate: `npm run soak -- 2m 500/s`, `-- 10m 500/s --slow 1500`. Requests are sent when they are due,
 * whatever the answers do, and latencies count from then. Ends with 1 when a figure is missed. docs/performance.md says what
 * the figures mean.
 */
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { makeDiskFolder } from './folders.mjs';
import { Load } from './load.mjs';
import { pixelPaths, readRecorded, startServe } from './mailtrack-serve.mjs';
import { median } from './measure.mjs';
import { cpuSeconds, rssBytes } from './proc.mjs';
import { startSlowConnections } from './slow-connections.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { slow: { type: 'string', default: '0' } },
});
const [duration = '2m', rate = '500/s'] = positionals;
const forMs = readDuration(duration);
const perSecond = readRate(rate);
const tokens = 20_000;
/** Until then code is compiled and the heap finds its size; the slope is of what comes after. */
const settledAfterMs = forMs / 2;
const limits = { p99: 100, slopeBytesPerMinute: 2e6 };

const folder = makeDiskFolder();
const paths = pixelPaths(folder, tokens);
const serve = await startServe({ folder });
const load = new Load(serve.port, paths);
let slow;
const memory = [];
const loads = [];
const startedAt = performance.now();
console.log(
  `${rate} for ${duration}${values.slow === '0' ? '' : `, ${values.slow} slow connections beside`}`,
);
await load.atRate(perSecond, forMs, () => {
  // What is compiled and opened once is no part of the latencies.
  if (memory.length === 2) {
    load.latencies.length = 0;
    if (values.slow !== '0') slow = startSlowConnections(serve.port, Number(values.slow));
  }
  memory.push({ seconds: (performance.now() - startedAt) / 1_000, bytes: rssBytes(serve.pid) });
  loads.push(loadavg()[0]);
});
const cpu = cpuSeconds(serve.pid);
const closed = await slow?.stop();
const { status, said } = await serve.stop();
const { rows, counted, integrity } = readRecorded(folder);
const dropped = Number(/(\d+) LOST/.exec(said)?.[1] ?? 0);

const settled = memory.filter(({ seconds }) => seconds * 1_000 > settledAfterMs);
const slope = slopeOf(settled) * 60;
console.log(
  `load of the machine: ${median(loads).toFixed(1)}; CPU of the server: ${((100 * cpu * 1_000) / forMs).toFixed(0)} %`,
);
console.log(
  `latency in ms: p50 ${ms(0.5)}, p90 ${ms(0.9)}, p99 ${ms(0.99)}, p99.9 ${ms(0.999)}, most ${ms(1)}`,
);
console.log(
  `RSS in MB: ${(settled[0].bytes / 1e6).toFixed(0)} at first, ${(settled.at(-1).bytes / 1e6).toFixed(0)} at the end`,
);
expect(
  load.answers > 0 && load.wrong.length === 0,
  `${load.answers} answers, ${load.wrong.length} of them wrong`,
);
expect(load.unanswered === 0, `${load.unanswered} without an answer`);
expect(
  load.answers === rows + counted + dropped,
  `${load.answers} acknowledged: ${rows} rows, ${counted} counted, ${dropped} dropped`,
);
expect(load.percentile(0.99) <= limits.p99, `p99 ${ms(0.99)} ms (≤ ${limits.p99})`);
expect(
  slope <= limits.slopeBytesPerMinute,
  `slope of RSS ${(slope / 1e6).toFixed(2)} MB a minute (≤ ${limits.slopeBytesPerMinute / 1e6})`,
);
if (values.slow !== '0' && forMs > 20_000)
  expect(closed >= Number(values.slow), `${closed} slow connections closed`);
expect(status === 0 && integrity === 'ok', `ended with ${status}, integrity_check: ${integrity}`);

function ms(share) {
  return load.percentile(share).toFixed(1);
}

/** Least squares, in bytes a second. */
function slopeOf(points) {
  const meanX = points.reduce((sum, { seconds }) => sum + seconds, 0) / points.length;
  const meanY = points.reduce((sum, { bytes }) => sum + bytes, 0) / points.length;
  const over = points.reduce((sum, { seconds, bytes }) => sum + (seconds - meanX) * (bytes - meanY), 0);
  return over / points.reduce((sum, { seconds }) => sum + (seconds - meanX) ** 2, 0);
}

function readDuration(text) {
  const [, count, unit] = /^(\d+)(s|m|h)$/.exec(text) ?? [];
  if (unit === undefined) throw new Error(`"${text}" is no duration such as 90s or 2m`);
  return Number(count) * { s: 1_000, m: 60_000, h: 3_600_000 }[unit];
}

function readRate(text) {
  const [, count] = /^(\d+)\/s$/.exec(text) ?? [];
  if (count === undefined) throw new Error(`"${text}" is no rate such as 500/s`);
  return Number(count);
}

function expect(holds, text) {
  console.log(`${text}: ${holds ? 'holds' : 'MISSED'}`);
  if (!holds) process.exitCode = 1;
}
