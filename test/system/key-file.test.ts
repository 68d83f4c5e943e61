import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readOrCreateKeyFile } from '../../src/system/key-file.js';

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
