import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemFiles } from '../../src/system/files.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mailtrack-files-'));
  mkdirSync(join(folder, 'mails/parts'), { recursive: true });
  for (const name of ['outside', 'mails/..inside', 'mails/parts/deep'])
    writeFileSync(join(folder, name), 'x');
  symlinkSync('../outside', join(folder, 'mails/out'));
  symlinkSync('parts/deep', join(folder, 'mails/in'));
  symlinkSync('..', join(folder, 'mails/up'));
  symlinkSync('mails', join(folder, 'alias'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it.each([
  ['mails/parts/deep', true],
  ['mails/..inside', true],
  ['mails/in', true],
  ['alias/in', true],
  ['outside', false],
  ['mails/../outside', false],
  ['mails/out', false],
  ['mails/up/outside', false],
  ['mails', false],
])('knows whether a file is in a folder, links followed: %s', async (path, inside) => {
  expect(await systemFiles.isInside(join(folder, path), join(folder, 'mails'))).toBe(inside);
});
