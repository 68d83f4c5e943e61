import { openReaderIfAny } from '../../store/open-reader.js';
import { printJson } from '../../terminal/json.js';
import { readReport } from '../../workflow/read-report.js';
import { createContext } from '../context.js';
import { unknownWithoutDatabase } from '../no-database.js';
import type { GlobalOptions } from '../options.js';
import { ownNetworks } from '../own-networks.js';
import { showReport } from '../show-report.js';

export interface ReportOptions extends GlobalOptions {
  readonly csv?: boolean;
  readonly opens?: boolean;
}

export async function runReport(emailId: string, options: ReportOptions): Promise<void> {
  const context = await createContext(options);
  const store = await openReaderIfAny(context.storeUrl, { ofOneMoment: true });
  if (store === undefined && emailId !== 'latest') throw unknownWithoutDatabase(emailId, context.storeUrl);
  try {
    const wants = { fields: options.csv === true && !context.json, isOwnNetwork: ownNetworks(context) };
    const read = store === undefined ? undefined : await readReport(store.reader, emailId, wants);
    if (read !== undefined) {
      await showReport(context, read, options);
    } else if (context.json) {
      context.output.data(printJson({ schema: 'mailtrack.report/1', email: null }));
    } else {
      context.output.say(
        'No email has been sent yet. `mailtrack demo` shows the whole loop; `mailtrack send --help` begins it.',
      );
    }
  } finally {
    store?.close();
  }
}
