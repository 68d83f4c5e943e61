import { reportCsv } from '../report/csv.js';
import { reportJson } from '../report/json.js';
import type { Report } from '../report/summary.js';
import { printJson } from '../terminal/json.js';
import { reportLines } from '../terminal/report-view.js';
import { createStyle } from '../terminal/style.js';
import { createTimeFormat } from '../time-format.js';
import type { Context } from './context.js';
import { terminalWidth } from './output.js';

export interface ShowReportOptions {
  readonly color: boolean;
  readonly csv?: boolean;
  readonly opens?: boolean;
}

export function showReport(context: Context, report: Report, options: ShowReportOptions): void {
  const { output, json } = context;
  if (json) {
    output.data(printJson(reportJson(report, options.opens === true)));
  } else if (options.csv === true) {
    output.text(reportCsv(report));
  } else {
    const style = createStyle({
      color: options.color,
      environment: process.env,
      isTerminal: output.stdout.isTTY === true,
    });
    for (const line of reportLines(report, {
      width: terminalWidth(output.stdout),
      style,
      time: createTimeFormat(new Date()),
    })) {
      output.data(line);
    }
  }
}
