import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { isEmailLocked, takeEmailLock } from '../../src/store/sqlite/email-lock.js';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mailtrack-lock-'));
  file = join(folder, 'mailtrack.db');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const lockFile = () => `${file}-em_a.lock`;
const messageOf = (taken: Promise<unknown>) =>
  taken.then(
    () => 'it was taken',
    (error: Error) => error.message.replaceAll(folder, ''),
  );

it('holds a file that nobody else can read, and removes it', async () => {
  const release = await takeEmailLock(file, 'em_a');
  const made = readdirSync(folder);
  expect(made).toContain('mailtrack.db-em_a.lock');
  expect(made.filter(name => (statSync(join(folder, name)).mode & 0o777) !== 0o600)).toEqual([]);
  expect([await isEmailLocked(file, 'em_a'), await isEmailLocked(file, 'em_b')]).toEqual([true, false]);
  release?.();
  expect([await isEmailLocked(file, 'em_a'), readdirSync(folder)]).toEqual([false, []]);
});

it('is refused to a second holder, and free when the first one releases it', async () => {
  const release = await takeEmailLock(file, 'em_a');
  expect(await takeEmailLock(file, 'em_a')).toBeUndefined();
  release?.();
  const again = await takeEmailLock(file, 'em_a');
  expect(again).toBeTypeOf('function');
  again?.();
});

it('is refused with the reason when its file cannot be made, and nobody tries for ever', async () => {
  rmSync(folder, { recursive: true });
  expect(await messageOf(takeEmailLock(file, 'em_a'))).toBe(
    'the database /mailtrack.db-em_a.lock cannot be opened',
  );
  expect(await isEmailLocked(file, 'em_a')).toBe(false);
});

it('is not taken through a link, which may lead to a file of somebody else', async () => {
  const target = join(folder, 'other');
  symlinkSync(target, lockFile());
  expect(await messageOf(takeEmailLock(file, 'em_a'))).toBe(
    'the database /mailtrack.db-em_a.lock failed: it is a link',
  );
  expect(existsSync(target)).toBe(false);
});

it('is not taken, and not free, when its file is no lock', async () => {
  writeFileSync(lockFile(), 'this is a letter, and long enough to have a header of its own');
  const message = 'the database /mailtrack.db-em_a.lock is not a mailtrack database';
  expect(await messageOf(takeEmailLock(file, 'em_a'))).toBe(message);
  expect(await messageOf(isEmailLocked(file, 'em_a'))).toBe(message);
});
