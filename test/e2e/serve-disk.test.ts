/** `serve` on a real disk of its own that becomes nearly full: it says so, only counts, and keeps rows again afterwards. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { printKey } from '../../src/tracking/key.js';
import { pixelPath } from '../../src/tracking/pixel.js';
import { sealToken } from '../../src/tracking/token.js';
import { testKey, testRing } from '../tracking/keys.js';
import { jsonLines, User } from './command.js';

const isRoot = process.getuid?.() === 0;
const mebibyte = 1_048_576;

let user: User;
let disk: string;
beforeEach(() => {
  user = new User();
  mkdirSync(join(user.folder, 'data', 'mailtrack'), { recursive: true });
  user.write('data/mailtrack/key', `${printKey(testKey(7))}\n`);
  disk = join(user.folder, 'disk');
  mkdirSync(disk);
  if (isRoot) execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=240m', 'tmpfs', disk]);
});
afterEach(() => {
  if (isRoot) execFileSync('umount', ['-l', disk]);
  user.leave();
});

it.runIf(isRoot)(
  'says that its disk is nearly full and counts only; and that there is room again',
  async () => {
    const server = await user.serve(['--db', 'disk/mailtrack.db', '--metrics', '127.0.0.1:0']);
    const path = pixelPath(sealToken(testRing, { purpose: 'pixel', emailNumber: 42, recipientNumber: 1 }));
    const metric = async () => {
      const text = await (await fetch(`http://${server.private}/metrics`)).text();
      return /^mailtrack_disk_nearly_full (\d)$/m.exec(text)?.[1];
    };
    await fetch(server.url + path);
    expect(await metric()).toBe('0');

    const full = server.says(/"event":"disk-nearly-full"/);
    execFileSync('fallocate', ['-l', String(60 * mebibyte), join(disk, 'filler')]);
    await full;
    await fetch(server.url + path);
    expect(await metric()).toBe('1');

    const room = server.says(/"event":"disk-has-room"/);
    rmSync(join(disk, 'filler'));
    await room;
    await fetch(server.url + path);
    expect(await metric()).toBe('0');

    const { status, stderr } = await server.stop();
    expect(status).toBe(0);
    const events = jsonLines(stderr).filter(({ event }) => String(event).startsWith('disk-'));
    expect(events).toMatchObject([
      { level: 'warning', event: 'disk-nearly-full', free_bytes: expect.any(Number) },
      { level: 'info', event: 'disk-has-room', seconds: expect.any(Number) },
    ]);
    const database = new Database(join(disk, 'mailtrack.db'), { readonly: true });
    expect([
      database.prepare('SELECT count(*) FROM fetches').pluck().get(),
      database.prepare('SELECT fetches FROM fetch_counters').pluck().all(),
    ]).toEqual([2, [1]]);
    database.close();
  },
  30_000,
);
