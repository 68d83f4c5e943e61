import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readDkimKeyFile } from '../../src/system/dkim-key-file.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mailtrack-dkim-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('reads a key and says whether everybody else could', async () => {
  const path = join(folder, 'key.pem');
  writeFileSync(path, 'pem');
  chmodSync(path, 0o640);
  expect(await readDkimKeyFile(path)).toEqual({ pem: 'pem', isOpen: false });
  chmodSync(path, 0o644);
  expect(await readDkimKeyFile(path)).toEqual({ pem: 'pem', isOpen: true });
});

it('says why a key cannot be read', async () => {
  expect(await readDkimKeyFile(join(folder, 'key.pem'))).toEqual({ why: 'does not exist' });
  expect(await readDkimKeyFile(folder)).toEqual({ why: 'is not a file' });
});

it.skipIf(process.getuid?.() === 0)('says that it may not read it (root can read everything)', async () => {
  const path = join(folder, 'key.pem');
  writeFileSync(path, 'pem', { mode: 0o000 });
  expect(await readDkimKeyFile(path)).toEqual({ why: 'cannot be read: permission denied' });
});
