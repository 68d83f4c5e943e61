/** How far an email has come, for a command that would send the same again: nothing is claimed that is not recorded. */
import { Problem, type ProblemDetails } from '../problem.js';
import { createTimeFormat } from '../time-format.js';
import type { EmailReader, EmailRecord, Ledger, LockHolder, StateCounts } from './ports.js';

export interface Standing {
  readonly email: EmailRecord;
  readonly counts: StateCounts;
  readonly recipients: number;
  /** The process that sends it at the moment. */
  readonly heldBy: LockHolder['heldBy'] | undefined;
}

export async function readStanding(
  email: EmailRecord,
  ports: {
    readonly ledger: Pick<Ledger, 'findHolder'>;
    readonly reader: Pick<EmailReader, 'countStates'>;
  },
): Promise<Standing> {
  // In this order: a run that ends in between has recorded everything by then.
  const heldBy = await ports.ledger.findHolder(email.emailId);
  const counts = await ports.reader.countStates(email.emailId);
  return { email, counts, heldBy, recipients: Object.values(counts).reduce((sum, count) => sum + count, 0) };
}

/** @param subject `the same email`, or whatever else names it. */
export function describeStanding(standing: Standing, subject: string): string {
  const { email, counts, heldBy } = standing;
  const as = `as ${email.emailId}`;
  const begun = `begun on ${printTime(email.createdAt)} ${as}`;
  const totals = describeCounts(standing);
  if (heldBy !== undefined)
    return `${subject} is being sent ${as} by ${nameHolder(heldBy)}: ${totals} so far`;
  if (email.cancelledAt !== undefined) return `${subject} was ${begun} and then cancelled: ${totals}`;
  if (unsent(counts) > 0) return `${subject} was ${begun} and is not finished: ${totals}`;
  if (mayHaveLeft(counts) === 0) return `${subject} was ${begun}, and nobody got it: ${totals}`;
  return `${subject} was sent on ${printTime(email.createdAt)} ${as}: ${totals}`;
}

/** The command that goes on with the email, or looks at it. */
export function adviseNext({ email: { emailId, cancelledAt }, counts, heldBy }: Standing): string {
  if (heldBy !== undefined)
    return `Wait for it, or end it with SIGTERM; then \`mailtrack resume ${emailId}\` goes on.`;
  if (cancelledAt === undefined && unsent(counts) > 0)
    return `\`mailtrack resume ${emailId}\` sends it to the rest.`;
  if (abandoned(counts) > 0) {
    return `Those who are uncertain may have got it: \`mailtrack resume ${emailId} --resend-uncertain\` sends it to them again, \`--resolve accepted\` takes it as delivered.`;
  }
  return `\`mailtrack report ${emailId}\` has each recipient.`;
}

/** For a `send` that nobody asked to repeat. Exit 64: what it would do was done already, or was begun. */
export function alreadySent(standing: Standing): Problem {
  const { email, counts, heldBy } = standing;
  const canGoOn = heldBy !== undefined || (email.cancelledAt === undefined && unsent(counts) > 0);
  const again = canGoOn
    ? `To begin anew instead, first \`mailtrack cancel ${email.emailId}\`; then pass --again.`
    : 'Pass --again to send it to everybody again.';
  const details: ProblemDetails = { fix: `${adviseNext(standing)} ${again}` };
  return new Problem('already-sent', describeStanding(standing, 'the same email'), details);
}

/** For `sendEmail`, and every other command that needs the email for itself. */
export function nameHolder(heldBy: LockHolder['heldBy']): string {
  return heldBy === 'unknown' ? 'another process' : `process ${heldBy.pid} on ${heldBy.host}`;
}

function describeCounts({ counts, recipients, heldBy }: Standing): string {
  // Without a process that sends them, those are the handed-over ones of a run that died.
  const uncertain = counts.uncertain + (heldBy === undefined ? counts.sending : 0);
  const others = [
    [counts.rejected, 'rejected'],
    [uncertain, 'uncertain'],
    [counts.deferred, 'deferred'],
    [counts.pending + (heldBy === undefined ? 0 : counts.sending), 'pending'],
    [counts.skipped, 'skipped'],
  ] as const;
  return [
    `${counts.accepted} of ${recipients} sent`,
    ...others.filter(([count]) => count > 0).map(([count, state]) => `${count} ${state}`),
  ].join(', ');
}

const unsent = ({ pending, deferred }: StateCounts): number => pending + deferred;
const abandoned = ({ uncertain, sending }: StateCounts): number => uncertain + sending;
const mayHaveLeft = (counts: StateCounts): number => counts.accepted + abandoned(counts);

function printTime(at: Date): string {
  return createTimeFormat(at).full(at);
}
