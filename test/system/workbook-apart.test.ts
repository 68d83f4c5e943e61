/** What is started is the built `workbook-job.js`: run `npm run build` after a change there. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { Problem } from '../../src/problem.js';
import { parseList } from '../../src/recipients/list.js';
import { type ReadWorkbook, readWorkbook } from '../../src/recipients/xlsx-records.js';
import { createWorkbookReader } from '../../src/system/workbook-apart.js';
import { workbook } from '../recipients/workbook.js';

const folder = mkdtempSync(join(tmpdir(), 'workbook-'));
afterAll(() => rmSync(folder, { recursive: true }));

const built = createWorkbookReader({
  timeoutMs: 30_000,
  memoryMb: 512,
  job: pathToFileURL(join(process.cwd(), 'dist/system/workbook-job.js')),
});

/** A job that does this instead of reading. */
function reader(code: string, timeoutMs = 30_000): ReadWorkbook {
  const job = join(folder, 'job.mjs');
  writeFileSync(job, code);
  return createWorkbookReader({ timeoutMs, memoryMb: 64, job: pathToFileURL(job) });
}

const people = workbook({
  name: 'People',
  rows: {
    1: ['email', 'city', 'seats'],
    2: ['anna@example.com', 'Zürich', 3],
    3: ['ben@example.com', { xml: 't="e"><v>#N/A</v></c>' }, 1],
    5: ['carla@example.com', undefined, 2],
  },
});

async function readList(octets: Uint8Array, readApart: ReadWorkbook, sheet?: string) {
  const items: unknown[] = [];
  const onColumns = (facts: unknown) => items.push(facts);
  const reading = { readWorkbook: readApart, sheet, onColumns };
  for await (const item of parseList([octets.subarray(0, 50), octets.subarray(50)], 'p.xlsx', reading))
    items.push(item instanceof Problem ? { ...item, message: item.message } : item);
  return items;
}

describe('a workbook in a process of its own', () => {
  it('gives the rows, the problems and the sheet that reading it here gives', async () => {
    const here = await readList(people, readWorkbook);
    expect(here).toHaveLength(4);
    expect(await readList(people, built)).toEqual(here);
  });

  it('is refused in the words of reading it here', async () => {
    const here = await readList(people, readWorkbook, 'Poeple');
    expect(here).toMatchObject([{ message: 'there is no sheet "Poeple"', fix: 'Did you mean "People"?' }]);
    expect(await readList(people, built, 'Poeple')).toEqual(here);
  });

  it('is refused when reading it takes too long', async () => {
    expect(await readList(people, reader('for (;;);', 50))).toMatchObject([
      {
        code: 'list-syntax',
        message: 'p.xlsx is not read after 0.05 seconds',
        where: { file: 'p.xlsx' },
        fix: 'Save the sheet as CSV, which is read as a stream.',
      },
    ]);
  });

  it('is refused when reading it takes too much memory', async () => {
    const hoard = 'const a = []; for (;;) a.push(new Array(1000).fill(a.length));';
    expect(await readList(people, reader(hoard))).toMatchObject([
      {
        code: 'list-syntax',
        message: 'p.xlsx takes more than 64 MB of memory to read',
        where: { file: 'p.xlsx' },
        fix: 'Save the sheet as CSV, which is read as a stream.',
      },
    ]);
  });

  it('is refused before it is read when it has more than 20 MB', async () => {
    expect(await readList(new Uint8Array(20_000_001), reader('for (;;);'))).toMatchObject([
      { code: 'list-syntax', message: 'the workbook has more than 20 MB' },
    ]);
  });
});
