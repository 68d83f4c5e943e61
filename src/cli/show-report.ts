import { reportRows } from '../report/csv.js';
import { openJson, recipientJson, reportJson } from '../report/json.js';
import type { JudgedFetch } from '../report/summary.js';
import { inBatches, printJsonLists } from '../terminal/json-lists.js';
import { reportLines } from '../terminal/report-view.js';
import { createStyle } from '../terminal/style.js';
import { createTimeFormat } from '../time-format.js';
import type { ReadReport } from '../workflow/read-report.js';
import type { Context } from './context.js';
import { terminalWidth } from './output.js';

export interface ShowReportOptions {
  readonly color: boolean;
  readonly csv?: boolean;
  readonly opens?: boolean;
}

/** Lines that are written at once. */
const batch = 500;

export async function showReport(
  context: Context,
  { report, opens }: ReadReport,
  options: ShowReportOptions,
): Promise<void> {
  const { output, json } = context;
  if (json) {
    const { email, recipients } = report;
    const lists = [{ name: 'recipients', batches: inBatches(recipients, batch, recipientJson) }];
    const opened = { name: 'opens', batches: inJson(opens, one => openJson(email, one)) };
    const all = options.opens === true ? [...lists, opened] : lists;
    for await (const piece of printJsonLists(reportJson(report), all)) output.text(piece);
  } else if (options.csv === true) {
    for (const some of joined(reportRows(report))) output.text(some);
  } else {
    const style = createStyle({
      color: options.color,
      environment: process.env,
      isTerminal: output.stdout.isTTY === true,
    });
    const lines = reportLines(report, {
      width: terminalWidth(output.stdout),
      style,
      time: createTimeFormat(new Date()),
    });
    for (const some of joined(lines, '\n')) output.text(some);
  }
}

/** Texts of many lines: there may be a million. */
function* joined(lines: Iterable<string>, lineEnd = ''): Generator<string, void, void> {
  let some: string[] = [];
  for (const line of lines) {
    if (some.push(line + lineEnd) < batch) continue;
    yield some.join('');
    some = [];
  }
  yield some.join('');
}

async function* inJson(
  opens: ReadReport['opens'],
  make: (open: JudgedFetch) => object,
): AsyncGenerator<readonly object[], void, void> {
  for await (const some of opens()) yield some.map(make);
}
