import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readLogLines } from '../../src/system/log-lines.js';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mailtrack-log-'));
  file = join(folder, 'access.log');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function lines(): Promise<(string | undefined)[]> {
  const all: (string | undefined)[] = [];
  for await (const line of readLogLines(file)) all.push(line);
  return all;
}

it('splits at line ends only, keeps every other octet, and takes a last line without a line end', async () => {
  writeFileSync(file, Buffer.from('a\r\n\n\xff\x00\xe9\nlast', 'latin1'));
  expect(await lines()).toEqual(['a', '', '\xff\x00\xe9', 'last']);
  writeFileSync(file, '');
  expect(await lines()).toEqual([]);
});

it('reads gzip, of several members too', async () => {
  writeFileSync(file, Buffer.concat([gzipSync('one\ntwo\n'), gzipSync('three\n')]));
  expect(await lines()).toEqual(['one', 'two', 'three']);
});

it('keeps nothing of a line of ten megabytes', async () => {
  writeFileSync(file, `before\n${'x'.repeat(10_000_000)}\nafter\n${'y'.repeat(65_537)}`);
  expect(await lines()).toEqual(['before', undefined, 'after', undefined]);
  writeFileSync(file, `${'y'.repeat(65_536)}\n`);
  expect(await lines()).toEqual(['y'.repeat(65_536)]);
});

it('says what it cannot read', async () => {
  await expect(lines()).rejects.toMatchObject({ code: 'input-missing' });
  writeFileSync(file, Buffer.from('28b52ffd00', 'hex'));
  await expect(lines()).rejects.toMatchObject({
    code: 'io',
    message: `${file} is compressed with zstd, which is not read here`,
    fix: `Run zstdcat ${file} | mailtrack ingest -`,
  });
  writeFileSync(file, gzipSync('one\n'.repeat(1_000)));
  truncateSync(file, 40);
  await expect(lines()).rejects.toMatchObject({
    code: 'io',
    message: expect.stringContaining('cannot be read'),
  });
});
