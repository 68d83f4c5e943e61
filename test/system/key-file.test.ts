import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { changeKeyFile, isOpenToOthers, readOrCreateKeyFile } from '../../src/system/key-file.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mailtrack-key-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('makes a key that only its owner reads, and keeps it from then on', async () => {
  const path = join(folder, 'deep', 'key');
  expect(await readOrCreateKeyFile(path, () => 'first')).toEqual({ text: 'first', created: true });
  expect(await readOrCreateKeyFile(path, () => 'second')).toEqual({ text: 'first', created: false });
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(statSync(join(folder, 'deep')).mode & 0o777).toBe(0o700);
});

it('lets one win when many start together, and all use that one', async () => {
  const path = join(folder, 'key');
  const made = await Promise.all(
    Array.from({ length: 20 }, (_, index) => readOrCreateKeyFile(path, () => `key ${index}`)),
  );
  expect(new Set(made.map(({ text }) => text)).size).toBe(1);
  expect(made.filter(({ created }) => created)).toHaveLength(1);
  expect(readdirSync(folder)).toEqual(['key']);
  expect(readFileSync(path, 'utf8')).toBe(made[0]?.text);
});

it.skipIf(process.getuid?.() === 0)('says why a key cannot be read (root can read everything)', async () => {
  const path = join(folder, 'key');
  await readOrCreateKeyFile(path, () => 'k');
  chmodSync(path, 0o000);
  await expect(readOrCreateKeyFile(path, () => 'x')).rejects.toMatchObject({ code: 'key' });
});

it('is changed by many at once, each after the other, and never seen half written', async () => {
  const path = join(folder, 'key');
  await readOrCreateKeyFile(path, () => '0\n');
  const seen = new Set<string>();
  const watching = setInterval(() => seen.add(readFileSync(path, 'utf8')), 1);
  await Promise.all(
    Array.from({ length: 20 }, (_, index) => changeKeyFile(path, text => `${text}${index + 1}\n`)),
  );
  clearInterval(watching);
  const lines = readFileSync(path, 'utf8').trim().split('\n').map(Number);
  expect(lines.sort((a, b) => a - b)).toEqual(Array.from({ length: 21 }, (_, index) => index));
  expect([...seen].every(text => text.startsWith('0\n') && text.endsWith('\n'))).toBe(true);
  expect(readdirSync(folder)).toEqual(['key']);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

it('stays as it is when the change is refused', async () => {
  const path = join(folder, 'key');
  await readOrCreateKeyFile(path, () => 'key\n');
  const refused = changeKeyFile(path, () => {
    throw new Error('no');
  });
  await expect(refused).rejects.toMatchObject({
    code: 'key',
    message: `the key file ${path} cannot be changed: no`,
  });
  expect(readFileSync(path, 'utf8')).toBe('key\n');
  expect(readdirSync(folder)).toEqual(['key']);
});

it('is changed where it is when its name is a link', async () => {
  const path = join(folder, 'key');
  writeFileSync(path, 'key\n');
  symlinkSync(path, join(folder, 'link'));
  await changeKeyFile(join(folder, 'link'), text => `${text}more\n`);
  expect(readFileSync(path, 'utf8')).toBe('key\nmore\n');
});

it('names the lock of a process that was killed while it changed it', async () => {
  const path = join(folder, 'key');
  writeFileSync(path, 'key\n');
  writeFileSync(`${path}.lock`, '1\n');
  await expect(changeKeyFile(path, text => text, 30)).rejects.toMatchObject({
    code: 'key',
    message: `the key file ${path} is being changed by another process`,
    fix: `If none is running, remove ${path}.lock.`,
  });
});

it.runIf(process.platform !== 'win32').each([
  [0o600, false],
  [0o400, false],
  [0o640, true],
  [0o604, true],
  [0o602, true],
  [0o620, true],
])('with mode %o is open to others: %s', async (mode, expected) => {
  const path = join(folder, 'key');
  writeFileSync(path, '');
  chmodSync(path, mode);
  expect(await isOpenToOthers(path)).toBe(expected);
});

it('is open to nobody when it is not there', async () => {
  expect(await isOpenToOthers(join(folder, 'key'))).toBe(false);
});
