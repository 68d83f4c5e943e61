/** `mailtrack serve` as its users start it, with tokens it knows and a database on a disk: for benchmarks, soak and faults. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { createKey, createKeyRing, parseKeyRing, printKey } from '../../dist/tracking/key.js';
import { pixelPath } from '../../dist/tracking/pixel.js';
import { sealToken } from '../../dist/tracking/token.js';
import { atEnd } from './leave.mjs';

const ownTree = fileURLToPath(new URL('../..', import.meta.url));

/** What Gmail's image proxy calls itself. */
export const userAgent =
  'Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)';

const recipientsPerEmail = 5_000;

/**
 * Paths of pixels, each of another recipient.
 * @param purpose `pixel` or `rehearsal`; the latter is verified like the other, and nothing of it is recorded.
 */
export function pixelPaths(folder, count, purpose = 'pixel') {
  const ring = readRing(folder);
  return Array.from({ length: count }, (_, index) => {
    const emailNumber = 1_000 + Math.floor(index / recipientsPerEmail);
    return pixelPath(sealToken(ring, { purpose, emailNumber, recipientNumber: recipientNumberOf(index) }));
  });
}

/** Which path the numbers of a token belong to. */
export function indexOfNumbers(emailNumber, recipientNumber) {
  return (emailNumber - 1_000) * recipientsPerEmail + (recipientNumber - 1) / 7_919;
}

/** Spread as random numbers are, and still to be undone. */
function recipientNumberOf(index) {
  return 1 + (index % recipientsPerEmail) * 7_919;
}

function readRing(folder) {
  const file = join(folder, 'key');
  if (!existsSync(file)) {
    mkdirSync(folder, { recursive: true });
    const key = createKey(1, new Uint8Array(32).fill(1));
    writeFileSync(file, `${printKey(key)}\n`, { mode: 0o600 });
    return createKeyRing([key]);
  }
  return parseKeyRing(readFileSync(file, 'utf8')).value;
}

/**
 * @param prefix a command to start it with, such as `taskset -c 0`.
 * @param folder has its key, its database and nothing of the machine's configuration.
 * @param tree the worktree whose build is started.
 */
export async function startServe({
  folder,
  tree = ownTree,
  prefix = [],
  args = [],
  port = 0,
  database = folder,
  node = [],
}) {
  readRing(folder);
  const command = [join(tree, 'bin', 'mailtrack.js'), 'serve', '--host', '127.0.0.1'];
  const [file, ...rest] = [...prefix, process.execPath, ...node, ...command];
  const child = spawn(file, [...rest, '--port', String(port), ...args], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      HOME: folder,
      XDG_DATA_HOME: folder,
      XDG_CONFIG_HOME: folder,
      MAILTRACK_KEY: join(folder, 'key'),
      MAILTRACK_DB: databaseFile(database),
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const forget = atEnd(() => child.kill('SIGKILL'));
  let said = '';
  const ended = new Promise(done => {
    child.once('close', (code, signal) => done({ status: code ?? signal, said }));
  });
  const heard = new Promise((done, fail) => {
    child.stderr.on('data', chunk => {
      said = (said + chunk).slice(-20_000);
      const [, found] = /on port (\d+)/.exec(said) ?? [];
      if (found !== undefined) done(Number(found));
    });
    void ended.then(({ status }) => fail(new Error(`mailtrack serve ended with ${status}: ${said}`)));
  });
  return {
    port: await heard,
    pid: child.pid,
    ended,
    /** Gently, as a service manager would. @returns status, and what it said. */
    async stop() {
      child.kill('SIGTERM');
      const end = await ended;
      forget();
      return end;
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
      forget();
    },
    said: () => said,
  };
}

export function databaseFile(folder) {
  return join(folder, 'mailtrack.db');
}

/**
 * What the database holds: fetches as rows, and as numbers where rows were no longer kept; both together by path.
 */
export function readRecorded(folder, paths = 0) {
  const database = new Database(databaseFile(folder), { timeout: 10_000 });
  try {
    const byPath = new Int32Array(paths);
    const sum = sql => {
      let total = 0;
      for (const [emailNumber, recipientNumber, count] of database.prepare(sql).raw().all()) {
        total += count;
        if (paths > 0) byPath[indexOfNumbers(emailNumber, recipientNumber)] += count;
      }
      return total;
    };
    return {
      rows: sum('SELECT email_number, recipient_number, count(*) FROM fetches GROUP BY 1, 2'),
      counted: sum('SELECT email_number, recipient_number, sum(fetches) FROM fetch_counters GROUP BY 1, 2'),
      byPath,
      integrity: database.pragma('integrity_check', { simple: true }),
    };
  } finally {
    database.close();
  }
}
