import { reportCsv } from '../../report/csv.js';
import { reportJson } from '../../report/json.js';
import { openStore } from '../../store/open-store.js';
import { systemClock } from '../../system/clock.js';
import { reportLines } from '../../terminal/report-view.js';
import { createStyle } from '../../terminal/style.js';
import { readReport } from '../../workflow/read-report.js';
import { createContext } from '../context.js';
import type { GlobalOptions } from '../options.js';

export interface ReportOptions extends GlobalOptions {
  readonly csv?: boolean;
  readonly opens?: boolean;
}

export async function runReport(emailId: string, options: ReportOptions): Promise<void> {
  const context = await createContext(options);
  const store = await openStore(context.storeUrl);
  void [reportCsv, reportJson, systemClock, reportLines, createStyle, readReport, emailId, store];
}
