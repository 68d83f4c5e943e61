/** What a server tells those who run it: its log, its numbers, systemd. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseKeyRing } from '../../src/tracking/key.js';
import { pixelUrl } from '../../src/tracking/pixel.js';
import { sealToken, type TokenPurpose } from '../../src/tracking/token.js';
import { jsonLines, User } from './command.js';

let user: User;
beforeEach(() => {
  user = new User();
});
afterEach(() => user.leave());

function token(purpose: TokenPurpose = 'pixel', recipientNumber = 1): string {
  const ring = parseKeyRing(user.read('data/mailtrack/key'));
  if (!ring.ok) throw new Error(ring.why);
  return sealToken(ring.value, { purpose, emailNumber: 42, recipientNumber });
}

describe('the log of a server', () => {
  it('is JSON where nobody looks on, and says nothing of single fetches', async () => {
    const server = await user.serve();
    await fetch(pixelUrl(server.url, token()));
    const { status, stdout, stderr } = await server.stop();
    expect([status, stdout]).toEqual([0, '']);
    const events = jsonLines(stderr);
    expect(events.map(({ event, level }) => [event, level])).toEqual([
      ['key-made', 'info'],
      ['started', 'info'],
      ['stopped', 'info'],
    ]);
    expect(events.at(-1)).toMatchObject({ recorded: 1, dropped: 0, unverifiable: 0 });
  });

  it('has fetches with --verbose, with neither token nor address', async () => {
    const server = await user.serve(['--verbose']);
    await fetch(pixelUrl(server.url, token()), { headers: { 'user-agent': 'Thunderbird/128' } });
    const { stderr } = await server.stop();
    expect(jsonLines(stderr).find(({ event }) => event === 'fetch-recorded')).toMatchObject({
      level: 'debug',
      kind: 'human',
      rule: 'mail-client',
      user_agent: 'Thunderbird/128',
      network: '127.0.0.0/24',
    });
    expect(stderr).not.toContain(token().slice(0, 20));
  });

  it('tells when the database takes nothing, and when it does again', async () => {
    const server = await user.serve();
    const database = new Database(user.database);
    database.exec('BEGIN IMMEDIATE');
    const stalled = server.says(/"event":"stalled".*/);
    const answer = fetch(pixelUrl(server.url, token()));
    expect(await stalled).toContain('is locked by another program');
    const recovered = server.says(/"event":"recovered".*/);
    database.exec('ROLLBACK');
    database.close();
    expect(await recovered).toContain('Recording again after');
    expect((await answer).status).toBe(200);
    await server.stop();
  });
});

it('a server that is stopped while the database takes nothing says what is lost, and ends with 74', async () => {
  const server = await user.serve();
  const database = new Database(user.database);
  database.exec('BEGIN IMMEDIATE');
  const answers = await Promise.all([1, 2, 3].map(() => fetch(pixelUrl(server.url, token()))));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  const { status, stderr } = await server.stop();
  database.close();
  expect(status).toBe(74);
  expect(jsonLines(stderr).at(-1)).toMatchObject({
    event: 'stopped',
    level: 'error',
    message: 'Stopped: 0 fetches recorded, 3 LOST.',
    recorded: 0,
    dropped: 3,
  });
});

describe('who unsubscribes while the database takes nothing', () => {
  const post = async (url: string) => {
    const { status } = await fetch(url, { method: 'POST', body: 'List-Unsubscribe=One-Click' });
    return status;
  };
  const unsubscribed = (database: Database.Database) =>
    database.prepare('SELECT count(*) FROM unsubscribes').pluck().get();

  it('waits, and is told so when it takes long; it is recorded later', async () => {
    const server = await user.serve(['--metrics', '127.0.0.1:0']);
    const link = `${server.url}/unsubscribe/${token('unsubscribe')}`;
    const database = new Database(user.database);
    database.exec('BEGIN IMMEDIATE');
    const recording = server.says(/"event":"fault".*is locked by another program/);
    const short = post(link);
    await recording;
    database.exec('ROLLBACK');
    expect(await short).toBe(200);
    expect(unsubscribed(database)).toBe(1);
    database.exec('DELETE FROM unsubscribes');

    database.exec('BEGIN IMMEDIATE');
    expect(await post(link)).toBe(503);
    const metrics = await (await fetch(`http://${server.private}/metrics`)).text();
    expect(metrics).toMatch(/^mailtrack_unsubscribes_recorded_total 1$/m);
    expect(metrics).toMatch(/^mailtrack_unsubscribes_late_total 1$/m);
    database.exec('ROLLBACK');
    await expect.poll(() => unsubscribed(database)).toBe(1);
    database.close();
    expect((await server.stop()).status).toBe(0);
  });

  it.runIf(process.getuid?.() === 0)(
    'is told to try again on a full disk, whether they are recorded already or not',
    async () => {
      const disk = join(user.folder, 'disk');
      mkdirSync(disk);
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', disk]);
      try {
        const server = await user.serve(['--db', 'disk/mailtrack.db']);
        const answer = async (text: string) => {
          const startMs = performance.now();
          const response = await fetch(`${server.url}/unsubscribe/${text}`, { method: 'POST' });
          const { date: _, ...headers } = Object.fromEntries(response.headers);
          const body = await response.text();
          return { status: response.status, headers, body, waited: performance.now() - startMs > 1_500 };
        };
        const makeRoom = () => rmSync(join(disk, 'filler'));
        const database = new Database(join(disk, 'mailtrack.db'));
        const release = holdLog(database);
        fillDisk(disk);
        const first = await answer(token('unsubscribe'));
        expect(first).toMatchObject({ status: 503, waited: true });
        makeRoom();
        await expect.poll(() => unsubscribed(database)).toBe(1);
        expect(await answer(token('unsubscribe'))).toMatchObject({ status: 200, waited: false });
        fillDisk(disk);
        expect(await answer(token('unsubscribe'))).toEqual(first);
        makeRoom();
        expect(unsubscribed(database)).toBe(1);
        expect(database.prepare('SELECT count(*) FROM exchange_unsubscribes').pluck().get()).toBe(1);

        // The log is copied, begins anew, and is as long as it was: the disk is full, and the next commit fits.
        release();
        await expect.poll(() => isCopied(database)).toBe(true);
        fillDisk(disk);
        expect(await answer(token('unsubscribe', 2))).toMatchObject({ status: 200, waited: false });
        expect(unsubscribed(database)).toBe(2);
        database.close();
        expect((await server.stop()).status).toBe(0);
      } finally {
        execFileSync('umount', ['-l', disk]);
      }
    },
    30_000,
  );

  it('is not forgotten silently when the server is stopped', async () => {
    const server = await user.serve();
    const database = new Database(user.database);
    database.exec('BEGIN IMMEDIATE');
    expect(await post(`${server.url}/unsubscribe/${token('unsubscribe')}`)).toBe(503);
    const { status, stderr } = await server.stop();
    database.close();
    expect(status).toBe(74);
    expect(jsonLines(stderr).find(({ event }) => event === 'unsubscribes-lost')).toMatchObject({
      level: 'error',
      message: 'Requests to unsubscribe that are LOST: 1. All were answered with 503.',
      count: 1,
    });
  });
});

it('a server that is stopped in the moment it says that it serves ends as at any other', async () => {
  for (let trial = 0; trial < 5; trial += 1) {
    const child = user.start(['serve', '--host', '127.0.0.1', '--port', '0']);
    child.stderr?.on('data', (chunk: Buffer) => {
      if (chunk.toString().includes('"started"')) child.kill('SIGTERM');
    });
    expect((await child.ended).status).toBe(0);
  }
});

describe('the numbers of a server', () => {
  async function read(url: string): Promise<ReadonlyMap<string, number>> {
    const text = await (await fetch(url)).text();
    const lines = text.split('\n').filter(line => line !== '' && !line.startsWith('#'));
    return new Map(
      lines.map(line => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
    );
  }

  it('are at an address of their own, and count what happened', async () => {
    const server = await user.serve(['--metrics', '127.0.0.1:0']);
    const metrics = `http://${server.private}/metrics`;
    await fetch(pixelUrl(server.url, token()));
    await fetch(pixelUrl(server.url, token()), { method: 'HEAD' });
    await fetch(pixelUrl(server.url, token('rehearsal')));
    await fetch(pixelUrl(server.url, 'x'));
    await fetch(`${server.url}/healthz`);
    await fetch(`${server.url}/unsubscribe/x`);
    await fetch(`${server.url}/unsubscribe/x`, { method: 'POST' });
    await fetch(`${server.url}/unsubscribe/x`, { method: 'PUT' });
    await fetch(pixelUrl(server.url, token()), { method: 'POST' });
    await fetch(pixelUrl(server.url, token()), { method: 'OPTIONS' });
    await fetch(`${server.url}/healthz`, { method: 'POST' });
    await fetch(`${server.url}/robots.txt`);
    await fetch(`${server.url}/wp-login.php`);
    const numbers = await read(metrics);
    expect(
      Object.fromEntries([...numbers].filter(([name]) => /^mailtrack_(http_req|fetches|tok|reh)/.test(name))),
    ).toEqual({
      'mailtrack_http_requests_total{kind="pixel"}': 4,
      'mailtrack_http_requests_total{kind="health"}': 1,
      'mailtrack_http_requests_total{kind="unsubscribe-page"}': 1,
      'mailtrack_http_requests_total{kind="stop-tracking-page"}': 0,
      'mailtrack_http_requests_total{kind="stop-tracking"}': 0,
      'mailtrack_http_requests_total{kind="self-page"}': 0,
      'mailtrack_http_requests_total{kind="self"}': 0,
      mailtrack_fetches_opted_out_total: 0,
      'mailtrack_http_requests_total{kind="unsubscribe"}': 1,
      'mailtrack_http_requests_total{kind="options"}': 1,
      'mailtrack_http_requests_total{kind="not-allowed"}': 3,
      'mailtrack_http_requests_total{kind="other"}': 2,
      mailtrack_fetches_recorded_total: 2,
      mailtrack_fetches_counted_total: 0,
      mailtrack_fetches_late_total: 0,
      mailtrack_fetches_dropped_total: 0,
      mailtrack_fetches_held: 0,
      mailtrack_tokens_unverifiable_total: 1,
      mailtrack_rehearsals_total: 1,
    });
    // The token that does not verify has a commit as well, so that its answer takes as long.
    expect(numbers.get('mailtrack_commit_duration_seconds_count')).toBe(3);
    expect(numbers.get('mailtrack_tls_handshakes')).toBe(0);
    if (process.platform === 'linux')
      expect(numbers.get('process_open_fds')).toBeLessThan(numbers.get('process_max_fds') ?? 0);
    expect([...numbers.keys()].some(name => /^mailtrack_build_info\{version="\d/.test(name))).toBe(true);
    const started = numbers.get('process_start_time_seconds') ?? 0;
    expect(Math.abs(Date.now() / 1_000 - started)).toBeLessThan(60);
    expect((await fetch(`${server.url}/metrics`)).status).toBe(404);
    expect((await server.stop()).status).toBe(0);
  });

  it('are told to a request for an address, or for a name that was given, and to no other', async () => {
    const server = await user.serve(['--metrics', '127.0.0.1:0', '--private-host', 'metrics.example.com']);
    const ask = (host: string) =>
      new Promise<number | undefined>((resolve, reject) => {
        const sent = request(`http://${server.private}/metrics`, { headers: { host } }, response => {
          response.resume();
          resolve(response.statusCode);
        });
        sent.on('error', reject).end();
      });
    expect([await ask('metrics.example.com'), await ask('localhost'), await ask('evil.example')]).toEqual([
      200, 200, 421,
    ]);
    expect((await server.stop()).status).toBe(0);
  });

  it('at an address that is taken end the command, which listens nowhere then', async () => {
    const other = createServer();
    await new Promise<void>(resolve => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    const args = ['serve', '--host', '127.0.0.1', '--port', '0', '--metrics', `127.0.0.1:${port}`];
    const { status, stderr } = await user.run(args);
    other.close();
    expect(status).toBe(74);
    expect(stderr.split('\n').slice(-3)).toEqual([
      `mailtrack: the private address 127.0.0.1:${port}: port ${port} is taken by another program`,
      '  Choose another with --metrics or --exchange, such as 127.0.0.1:9090.',
      '',
    ]);
  });
});

describe('systemd', () => {
  it('is told that a server is ready, alive and stopping', async () => {
    mkdirSync(join(user.folder, 'bin'));
    user.write('bin/systemd-notify', `#!/bin/sh\necho "$@" >> "${user.folder}/told"\n`);
    chmodSync(join(user.folder, 'bin/systemd-notify'), 0o755);
    user.environment['PATH'] = `${user.folder}/bin:${user.environment['PATH']}`;
    user.environment['NOTIFY_SOCKET'] = '/run/systemd/notify';
    user.environment['WATCHDOG_USEC'] = '200000';
    const server = await user.serve();
    const told = () => user.read('told').trim().split('\n');
    await expect.poll(() => told().filter(line => line === 'WATCHDOG=1').length).toBeGreaterThan(1);
    expect(told()).toContainEqual(expect.stringMatching(/^--ready MAINPID=\d+$/));
    expect((await server.stop()).status).toBe(0);
    await expect.poll(() => told().at(-1)).toBe('STOPPING=1');
  });

  it('that waits in vain is said, and the server serves', async () => {
    user.environment['PATH'] = join(user.folder, 'nothing');
    user.environment['NOTIFY_SOCKET'] = '/run/systemd/notify';
    const server = await user.serve();
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    const { status, stderr } = await server.stop();
    expect(status).toBe(0);
    expect(jsonLines(stderr).map(({ event }) => event)).toContain('not-notifying');
  });
});

/**
 * Empties the write-ahead log, and reads from then on, so that it is not emptied again: each commit needs room on the disk. Without it the
 * log is copied into the database each second, and the next commit overwrites what is there, also on a full disk.
 * @returns ends the reading.
 */
function holdLog(database: Database.Database): () => void {
  expect(database.pragma('wal_checkpoint(TRUNCATE)')).toMatchObject([{ busy: 0 }]);
  const reader = new Database(database.name, { readonly: true });
  reader.exec('BEGIN');
  reader.prepare('SELECT count(*) FROM unsubscribes').get();
  return () => reader.close();
}

function isCopied(database: Database.Database): boolean {
  const [outcome] = database.pragma('wal_checkpoint(PASSIVE)') as { log: number; checkpointed: number }[];
  return outcome?.log === outcome?.checkpointed;
}

/** To the last octet. */
function fillDisk(disk: string): void {
  spawnSync('dd', ['if=/dev/zero', `of=${join(disk, 'filler')}`, 'bs=4k'], { stdio: 'ignore' });
}
