import type { Store } from '../../store/open-store.js';
import { systemClock } from '../../system/clock.js';
import type { EmailRecord } from '../../workflow/ports.js';
import { takeLock } from '../../workflow/send-email.js';
import { type NamedDecision, settleNamed } from '../../workflow/settle-named.js';
import type { Context } from '../context.js';
import { exitCodeOfSend } from '../exit-codes.js';
import { createSendView } from '../send-view.js';

/** `resume --resolve … --recipient`: settles those recipients and sends nothing, so that no server is needed. */
export async function settleRecipients(
  store: Store,
  { emailId }: EmailRecord,
  decision: NamedDecision,
  { context, color }: { readonly context: Context; readonly color: boolean },
): Promise<void> {
  const { ledger } = store;
  const lock = await takeLock(ledger, emailId);
  try {
    await settleNamed(emailId, decision, { ledger, clock: systemClock });
  } finally {
    await lock.release();
  }
  const counts = await ledger.countStates(emailId);
  const recipients = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const finished = { kind: 'send-finished', emailId, counts, recipients, seconds: 0 } as const;
  const view = createSendView(context, color);
  view.show(finished);
  await view.close();
  process.exitCode = exitCodeOfSend(finished);
}
