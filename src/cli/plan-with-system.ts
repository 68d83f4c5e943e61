import type { Store } from '../store/open-store.js';
import { systemClock } from '../system/clock.js';
import { compileApart } from '../system/compile-apart.js';
import { systemFiles } from '../system/files.js';
import { systemRandom } from '../system/random.js';
import { type PlannedEmail, planEmail } from '../workflow/plan-email.js';
import type { EmailDraft } from '../workflow/read-draft.js';
import { readAddressBook } from './address-book.js';
import type { Context } from './context.js';

/** @param store undefined: there is no database, and so nobody is suppressed. @throws Problems as `planEmail`. */
export async function planWithSystem(
  draft: EmailDraft,
  context: Context,
  store: Store | undefined,
): Promise<PlannedEmail> {
  return planEmail(draft, {
    files: systemFiles,
    compile: compileApart,
    clock: systemClock,
    random: systemRandom,
    addressBook: await readAddressBook(context),
    readSuppressed: async () => (await store?.ledger.readSuppressed()) ?? new Set(),
  });
}
