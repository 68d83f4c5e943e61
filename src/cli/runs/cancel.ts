import { plural } from '../../amount.js';
import { openStoreIfAny } from '../../store/open-store.js';
import { systemClock } from '../../system/clock.js';
import { printJson } from '../../terminal/json.js';
import { cancelEmail } from '../../workflow/cancel-email.js';
import { findEmail } from '../../workflow/find-email.js';
import { createContext } from '../context.js';
import { unknownWithoutDatabase } from '../no-database.js';
import type { GlobalOptions } from '../options.js';

export async function runCancel(idOrPrefix: string, options: GlobalOptions): Promise<void> {
  const { output, json, storeUrl } = await createContext(options);
  const store = await openStoreIfAny(storeUrl);
  if (store === undefined) throw unknownWithoutDatabase(idOrPrefix, storeUrl);
  try {
    const { emailId } = await findEmail(store.reader, idOrPrefix);
    const skipped = await cancelEmail(emailId, { ledger: store.ledger, clock: systemClock });
    if (json) output.data(printJson({ schema: 'mailtrack.cancel/1', email_id: emailId, skipped }));
    else
      output.say(
        `${emailId} is cancelled; ${plural(skipped, 'recipient')} ${skipped === 1 ? 'was' : 'were'} not sent to and will not be.`,
      );
  } finally {
    await store.close();
  }
}
