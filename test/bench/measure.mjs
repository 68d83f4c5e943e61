/**
 * One process from its start to its end, seen from outside. CPU time is what the kernel adds to ours when it is waited
 * for, so that nothing of the process is missed; a measurement therefore must not overlap with the end of another child.
 */
import { spawn } from 'node:child_process';
import { atEnd } from './leave.mjs';
import { childrenCpuSeconds, cpuSeconds, isConnectedTo, peakRssBytes } from './proc.mjs';

const connectionLookMs = 4;
const memoryLookMs = 20;
const progressLookMs = 50;
let mostSeconds = Number.POSITIVE_INFINITY;

/** @param seconds what is measured from now on is killed after them, if not sooner; undefined: when `measure` is told. */
export function limitMeasuredTo(seconds) {
  mostSeconds = seconds ?? Number.POSITIVE_INFINITY;
}

/**
 * @param command `argv`, `cwd`, `env`; `port` to note when a connection to it is there; `limitSeconds` to kill it;
 * `halfway` to be asked how much is done, undefined before the half.
 * @returns `startUpSeconds` until the first established connection, undefined without one; `half`, what was done and CPU
 * seconds, when `halfway` first said so; the rest is of the whole process. `said` is the end of what it wrote on stderr.
 */
export async function measure({ argv: [file, ...args], cwd, env, port, limitSeconds, halfway }) {
  const limit = Math.min(limitSeconds ?? Number.POSITIVE_INFINITY, mostSeconds);
  const cpuBefore = childrenCpuSeconds();
  const startedAt = performance.now();
  const child = spawn(file, args, { cwd, env, stdio: ['ignore', 'ignore', 'pipe'] });
  const kill = atEnd(() => child.kill('SIGKILL'));
  let startUpSeconds;
  let half;
  let peak = 0;
  const looks = [
    setInterval(() => {
      peak = peakRssBytes(child.pid) ?? peak;
    }, memoryLookMs),
    port === undefined
      ? undefined
      : setInterval(() => {
          if (!isConnectedTo(child.pid, port)) return;
          startUpSeconds = (performance.now() - startedAt) / 1_000;
          clearInterval(looks[1]);
        }, connectionLookMs),
    halfway === undefined
      ? undefined
      : setInterval(() => {
          const done = halfway();
          if (done === undefined) return;
          const cpu = cpuSeconds(child.pid);
          if (cpu !== undefined) half = { done, cpuSeconds: cpu };
          clearInterval(looks[2]);
        }, progressLookMs),
    limit === Number.POSITIVE_INFINITY ? undefined : setTimeout(kill, limit * 1_000),
  ];
  let said = '';
  child.stderr.on('data', chunk => {
    said = (said + chunk).slice(-4_000);
  });
  let seconds;
  child.once('exit', () => {
    seconds = (performance.now() - startedAt) / 1_000;
  });
  const status = await new Promise((done, fail) => {
    child.once('error', fail);
    child.once('close', (code, signal) => done(code ?? signal));
  });
  for (const look of looks) clearInterval(look);
  // It is gone: this only forgets about it.
  kill();
  return {
    status,
    said,
    seconds,
    startUpSeconds,
    half,
    cpuSeconds: childrenCpuSeconds() - cpuBefore,
    peakRssBytes: peak,
  };
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)] : (sorted[middle - 1] + sorted[middle]) / 2;
}
