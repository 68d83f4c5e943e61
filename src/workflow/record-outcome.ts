/** One transaction and its record: the intent is durable before the session writes the last octets of a message. */
import { type AttemptCause, stateAfter } from '../recipients/transitions.js';
import type { TransactionRecord } from '../report/summary.js';
import type { Octets } from '../smtp/octets.js';
import type { SendOutcome } from '../smtp/outcome.js';
import { asProblem, type DeliveryRun } from './delivery-run.js';
import type { RecipientRecord, Session } from './ports.js';

export async function transact(
  run: DeliveryRun,
  session: Session,
  recipient: RecipientRecord,
  message: Octets,
): Promise<SendOutcome> {
  const { ledger, clock } = run.ports;
  const { email, ownReversePath } = run.request;
  const reversePath = ownReversePath?.(recipient.recipientNumber) ?? run.request.reversePath;
  const startedAt = clock.now();
  let intended = false;
  const outcome = await session.send(
    { position: recipient.position, reversePath, forwardPath: recipient.emailAddress, message },
    async () => {
      try {
        intended = await ledger.recordIntent(email.emailId, recipient.position, clock.now());
      } catch (error) {
        // An intent that cannot be recorded (disk full, database locked) must not be acted upon.
        run.stopped ??= asProblem(error);
      }
      return intended;
    },
  );
  recordOutcome(run, recipient, outcome, startedAt, intended);
  return outcome;
}

/** @param intended the recipient is `sending` in the ledger. */
export function recordOutcome(
  run: DeliveryRun,
  recipient: RecipientRecord,
  outcome: SendOutcome,
  startedAt: Date,
  intended: boolean,
): void {
  const { kind, stage, replyCode, enhancedStatusCode, replyText } = outcome;
  const before = intended ? 'sending' : recipient.state;
  const state = kind === 'withdrawn' ? undefined : stateAfter(kind, before);
  if (state === undefined || kind === 'withdrawn') return;
  const endedAt = run.ports.clock.now();
  const transaction = { startedAt, endedAt, state, stage, replyCode, enhancedStatusCode, replyText };
  const recorded = record(run, recipient, kind, transaction)
    .catch((error: unknown) => {
      // The recipient stays `sending` in the ledger, and so becomes uncertain: never silently sent again.
      run.stopped ??= asProblem(error);
    })
    .finally(() => run.recording.delete(recorded));
  run.recording.add(recorded);
}

async function record(
  run: DeliveryRun,
  recipient: RecipientRecord,
  cause: AttemptCause,
  transaction: TransactionRecord,
): Promise<void> {
  const { emailId } = run.request.email;
  const attempt = await run.ports.ledger.recordTransaction(emailId, recipient.position, cause, transaction);
  emitSettled(run, recipient, { ...transaction, attempt: attempt ?? recipient.attempts + 1 });
}

export function emitSettled(
  run: DeliveryRun,
  { emailAddress, role }: RecipientRecord,
  settled: Omit<TransactionRecord, 'startedAt' | 'stage'> & { readonly attempt: number },
): void {
  const { state, replyCode, enhancedStatusCode, replyText, attempt, endedAt } = settled;
  run.ports.emit({
    kind: 'recipient-settled',
    emailId: run.request.email.emailId,
    emailAddress,
    role,
    state,
    replyCode,
    enhancedStatusCode,
    replyText,
    attempt,
    at: endedAt,
  });
}
