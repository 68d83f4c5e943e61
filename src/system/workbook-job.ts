/** The program of the process that reads workbooks; `workbook-apart.ts` asks it. */
import { Problem } from '../problem.js';
import type { SheetFacts } from '../recipients/list-facts.js';
import type { ListRecord } from '../recipients/list-record.js';
import { prepareToReadWorkbook, readWorkbook, type WorkbookFlags } from '../recipients/xlsx-records.js';
import { doJob, type PlainProblem, toPlain } from './bounded-job.js';

export interface WorkbookQuestion {
  readonly octets: Uint8Array;
  /** Its name, for problems. */
  readonly file: string;
  readonly flags: WorkbookFlags;
}

export interface WorkbookAnswer {
  readonly sheet: SheetFacts | undefined;
  /** Each row, or in its place the problem with it. */
  readonly rows: readonly (ListRecord | PlainProblem)[];
}

doJob<WorkbookQuestion, WorkbookAnswer>({
  prepare: prepareToReadWorkbook,
  async answer({ octets, file, flags }) {
    let sheet: SheetFacts | undefined;
    const onSheet = (facts: SheetFacts) => {
      sheet = facts;
    };
    const rows: (ListRecord | PlainProblem)[] = [];
    for await (const row of readWorkbook([octets], file, { ...flags, onSheet }))
      rows.push(row instanceof Problem ? toPlain(row) : row);
    return { sheet, rows };
  },
});
