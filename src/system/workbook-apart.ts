/**
 * Reading a workbook in a bounded process: it may come from somebody else, and a few kilobytes of the right cells kept the library that
 * reads it busy for a minute.
 */
import { Problem } from '../problem.js';
import { collectWorkbook, type ReadWorkbook } from '../recipients/xlsx-records.js';
import type { Bounds } from './bounded-process.js';
import type { WorkbookAnswer, WorkbookQuestion } from './workbook-job.js';

interface Limits extends Bounds {
  readonly job: URL;
}

const usual: Limits = {
  timeoutMs: 300_000,
  memoryMb: 2_000,
  job: new URL('./workbook-job.js', import.meta.url),
};

/** As `readWorkbook`. @throws Problem `list-syntax` also for a workbook that goes beyond the limits. */
export const readWorkbookApart: ReadWorkbook = createWorkbookReader(usual);

export function createWorkbookReader(limits: Limits): ReadWorkbook {
  return async function* (chunks, file, { sheet, headerRow, visibleRows, onSheet } = {}) {
    // Imported here, since most commands start no process. It loads its libraries while the file is being read.
    const { BoundedProcess, problemOf } = await import('./bounded-process.js');
    const process = new BoundedProcess(limits.job, '', limits);
    try {
      const octets = await collectWorkbook(chunks, file);
      const question = { octets, file, flags: { sheet, headerRow, visibleRows } };
      const ending = await process.ask<WorkbookQuestion, WorkbookAnswer>(question);
      if (ending.kind === 'too-slow')
        throw tooMuch(file, `is not read after ${limits.timeoutMs / 1000} seconds`);
      if (ending.kind === 'too-large')
        throw tooMuch(file, `takes more than ${limits.memoryMb.toLocaleString('en')} MB of memory to read`);
      if (ending.answer.sheet !== undefined) onSheet?.(ending.answer.sheet);
      for (const row of ending.answer.rows) yield 'code' in row ? problemOf(row) : row;
    } finally {
      process.end();
    }
  };
}

function tooMuch(file: string, why: string): Problem {
  return new Problem('list-syntax', `${file} ${why}`, {
    where: { file },
    fix: 'Save the sheet as CSV, which is read as a stream.',
  });
}
