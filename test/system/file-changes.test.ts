import { mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { fileChanges, watchFiles } from '../../src/system/file-changes.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mailtrack-watch-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const path = (name: string) => join(folder, name);

it('notices a file that was replaced, behind a link too, once both are there', async () => {
  writeFileSync(path('one.1'), 'a');
  writeFileSync(path('other'), 'b');
  symlinkSync('one.1', path('one'));
  const haveChanged = fileChanges([path('one'), path('other')]);
  expect(await haveChanged()).toBe(false);
  expect(await haveChanged()).toBe(false);

  writeFileSync(path('one.2'), 'c');
  symlinkSync('one.2', path('new'));
  renameSync(path('new'), path('one'));
  expect(await haveChanged()).toBe(true);
  expect(await haveChanged()).toBe(false);

  rmSync(path('other'));
  expect(await haveChanged()).toBe(false);
  writeFileSync(path('other'), 'longer');
  expect(await haveChanged()).toBe(true);
});

it('tells of it', async () => {
  writeFileSync(path('one'), 'a');
  let heard: () => void = () => undefined;
  const change = new Promise<void>(resolve => {
    heard = resolve;
  });
  const end = watchFiles([path('one')], 1, heard);
  // Written until it is heard: the first look may come after the first change.
  const writing = setInterval(() => writeFileSync(path('one'), String(Math.random())), 5);
  await change;
  clearInterval(writing);
  end();
});
