import type { Store } from '../store/open-store.js';
import { systemClock } from '../system/clock.js';
import { compileApart } from '../system/compile-apart.js';
import { systemFiles } from '../system/files.js';
import { systemRandom } from '../system/random.js';
import { readWorkbookApart } from '../system/workbook-apart.js';
import { findForgotten } from '../workflow/forget-person.js';
import { type PlannedEmail, planEmail } from '../workflow/plan-email.js';
import type { DraftPorts, EmailDraft } from '../workflow/read-draft.js';
import { openAddressBook } from './address-book.js';
import type { Context } from './context.js';
import { readKeyRing } from './key-ring.js';

/**
 * @param store undefined: there is no database, and so nobody is suppressed.
 * @param told what was understood of the lists, also when something else is wrong; and how far it is.
 * @throws Problems as `planEmail`.
 */
export async function planWithSystem(
  draft: EmailDraft,
  context: Context,
  store: Store | undefined,
  told: Pick<DraftPorts, 'tellLists' | 'tellRead'> = {},
): Promise<PlannedEmail> {
  return planEmail(draft, {
    ...told,
    files: systemFiles,
    compile: compileApart,
    readWorkbook: readWorkbookApart,
    clock: systemClock,
    random: systemRandom,
    addressBook: await openAddressBook(context),
    optedOut: await store?.people.readOptOuts(),
    findSuppressed: async keys =>
      store === undefined
        ? new Set()
        : new Set([
            ...(await store.ledger.findSuppressed(keys)),
            ...(await findForgotten(keys, store.people, readKeyRing)),
          ]),
  });
}
