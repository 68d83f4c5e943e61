/** `send --id` of an id that is used: the email of that id is looked at, and nothing is sent. */
import { Problem, Problems } from '../problem.js';
import type { Store } from '../store/open-store.js';
import { compareEmails } from '../workflow/compare-emails.js';
import { adviseNext, describeStanding, readStanding } from '../workflow/email-standing.js';
import type { Comparison } from '../workflow/events.js';
import type { PlannedEmail } from '../workflow/plan-email.js';
import type { EmailRecord } from '../workflow/ports.js';
import type { Context } from './context.js';
import { exitCodeOfStanding } from './exit-codes.js';
import { createSendView } from './send-view.js';

/** @throws Problem `usage`. */
export function checkIdUsage({ id, again }: { readonly id?: string; readonly again?: boolean }): void {
  if (id === undefined || again !== true) return;
  throw new Problem('usage', '--again does not go with --id: an email of one id is sent once', {
    fix: 'Use another --id to send it again.',
  });
}

/**
 * Ends the command with the state of that email.
 * @param plan what the command would send now. Its problems stop nothing: a job that runs again may find its files gone.
 */
export async function endAsSentEarlier(
  earlier: EmailRecord,
  store: Store,
  context: Context,
  options: { readonly color: boolean },
  plan: () => Promise<PlannedEmail>,
): Promise<void> {
  const compared = await compare(earlier, store, plan);
  const standing = await readStanding(earlier, store);
  const view = createSendView(context, options.color);
  view.show({
    kind: 'sent-earlier',
    emailId: earlier.emailId,
    sendId: earlier.sendId ?? '',
    createdAt: earlier.createdAt,
    cancelledAt: earlier.cancelledAt,
    counts: standing.counts,
    recipients: standing.recipients,
    beingSent: standing.heldBy !== undefined,
    what: describeStanding(standing, subjectOf(earlier)),
    next: adviseNext(standing),
    compared,
  });
  await view.close();
  process.exitCode = exitCodeOfStanding(standing);
}

/** For the plan of an email with an id. @param used the email of that id, which only a dry run goes on with. */
export async function idWarnings(store: Store, used: EmailRecord | undefined): Promise<readonly string[]> {
  return [
    ...(used === undefined ? [] : [await usedWarning(store, used)]),
    // "Once" is what one database knows.
    ...((await store.ledger.isCopy())
      ? ['the database was copied from elsewhere, and may not know that this id was used since']
      : []),
  ];
}

async function usedWarning(store: Store, used: EmailRecord): Promise<string> {
  const standing = await readStanding(used, store);
  return `without --dry-run nothing would be sent: ${describeStanding(standing, subjectOf(used))}`;
}

function subjectOf({ sendId }: EmailRecord): string {
  return `the email with --id ${sendId}`;
}

async function compare(
  earlier: EmailRecord,
  store: Store,
  plan: () => Promise<PlannedEmail>,
): Promise<Comparison> {
  try {
    const planned = await plan();
    return compareEmails(earlier, await store.reader.countStates(earlier.emailId), planned);
  } catch (error) {
    if (error instanceof Problems) return { kind: 'not-compared', why: error.problems[0]?.message ?? '' };
    if (error instanceof Problem) return { kind: 'not-compared', why: error.message };
    throw error;
  }
}
