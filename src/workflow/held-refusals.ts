/** Recipients who were refused in words about the sender: held until it is known whom the refusal is about. */
import { domainOf } from '../message/mailbox.js';
import { Problem } from '../problem.js';
import { type HeldRefusal, isSpentQuota } from '../smtp/blame.js';
import { refusesEhloName } from '../smtp/ehlo-name.js';
import type { SendOutcome } from '../smtp/outcome.js';
import type { DeliveryRun } from './delivery-run.js';
import type { RecipientRecord } from './ports.js';
import { emitSettled } from './record-outcome.js';

/** MAIL names no recipient: its refusal ends the run. Any other refusal holds the recipient, and the others are tried. */
export function holdRefused(run: DeliveryRun, recipient: RecipientRecord, outcome: SendOutcome): void {
  if (outcome.stage === 'mail') {
    run.stopped ??= senderRefused(recipient, outcome);
    return;
  }
  run.refused.add(recipient.position);
  run.blame.refused({
    recipient,
    domain: domainOf(recipient.emailAddress).toLowerCase(),
    reply: outcome,
    refusedAtMs: run.ports.clock.monotonicMs(),
  });
  if (run.blame.isSenderRefused) run.stopped ??= senderRefused(recipient, outcome);
}

/** @param begunAtMs when the transaction of a message that was accepted began, on the monotonic clock. */
export async function clearSender(run: DeliveryRun, begunAtMs: number): Promise<void> {
  await rejectThose(run, run.blame.accepted(begunAtMs));
}

/** Everybody was tried once: those held are rejected if somebody was accepted. */
export async function decideHeld(run: DeliveryRun): Promise<void> {
  await rejectThose(run, run.blame.everybodyTried());
}

/** What is still held at the end of a run is about the sender, as far as anybody can tell. */
export function explainHeld(run: DeliveryRun): Problem | undefined {
  const { unexplained } = run.blame;
  const [first] = unexplained;
  if (first === undefined) return undefined;
  return unexplained.length === 1 || !run.blame.isAccepted
    ? senderRefused(first.recipient, first.reply)
    : someRefused(unexplained.length, first, run.request.email.emailId);
}

async function rejectThose(
  run: DeliveryRun,
  refusals: readonly HeldRefusal<RecipientRecord>[],
): Promise<void> {
  if (refusals.length === 0) return;
  const { ledger, clock } = run.ports;
  const positions = refusals.map(({ recipient }) => recipient.position);
  // Their transactions may still be on their way into the ledger.
  await Promise.all(run.recording);
  const at = clock.now();
  await ledger.moveThese(run.request.email.emailId, 'sender-cleared', positions, at);
  for (const { recipient, reply } of refusals) {
    emitSettled(run, recipient, {
      ...reply,
      state: 'rejected',
      attempt: recipient.attempts + 1,
      endedAt: at,
    });
  }
}

function fixFor(reply: HeldRefusal<RecipientRecord>['reply']): string {
  const { replyCode, replyText } = reply;
  if (isSpentQuota(reply))
    return 'The quota of this sender is used up: run `mailtrack resume` once there is a new one, slower with --rate.';
  return refusesEhloName(replyCode, replyText)
    ? 'Set smtp.ehlo_name to the full name of this machine, then run `mailtrack resume`.'
    : 'Fix the sender address, the login or the DNS of the domain, then run `mailtrack resume`.';
}

function senderRefused(recipient: RecipientRecord, reply: HeldRefusal<RecipientRecord>['reply']): Problem {
  return new Problem(
    'sender-refused',
    `the server refuses the sender, at the copy for ${recipient.emailAddress}: ${words(reply)}`,
    { fix: `${fixFor(reply)} No recipient was marked as rejected because of it.` },
  );
}

function someRefused(
  count: number,
  { recipient, reply }: HeldRefusal<RecipientRecord>,
  emailId: string,
): Problem {
  return new Problem(
    'sender-refused',
    `the server refused ${count} recipients because of the sender, ${recipient.emailAddress} first: ${words(reply)}`,
    {
      fix: `${fixFor(reply)} They stay pending; \`mailtrack resume ${emailId} --resolve skip --recipient <address>\` gives one up.`,
    },
  );
}

function words({ replyCode, replyText }: HeldRefusal<RecipientRecord>['reply']): string {
  return `${replyCode} ${replyText}`.trim();
}
