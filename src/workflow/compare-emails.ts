import type { Composition } from '../merge/composition.js';
import type { Comparison } from './events.js';
import type { PlannedEmail } from './plan-email.js';
import type { EmailRecord, StateCounts } from './ports.js';

/** @param counts of the earlier email. */
export function compareEmails(
  earlier: EmailRecord,
  counts: StateCounts,
  planned: Pick<PlannedEmail, 'email' | 'composition' | 'plan'>,
): Comparison {
  if (earlier.sourceFingerprint === planned.email.sourceFingerprint) return { kind: 'same' };
  const now = planned.composition;
  const before = JSON.parse(earlier.composition) as Composition;
  const recipients = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const parts = [
    ...changedFiles(before, now),
    ...(before.template.subject === now.template.subject ? [] : ['the subject']),
    ...(sorted(before.set) === sorted(now.set) ? [] : ['the values of --set']),
    ...(planned.plan.recipients === recipients
      ? []
      : [`the number of recipients (${planned.plan.recipients}, then ${recipients})`]),
  ];
  // Whom --where, --sample, the contacts file and the suppressed leave over is in no file of the email.
  return { kind: 'other', parts: parts.length > 0 ? parts : ['the recipients'] };
}

/** By their content: a file that only has another name now is the same. */
function changedFiles(before: Composition, now: Composition): readonly string[] {
  const filesOf = ({ sources, attachments }: Composition) => [...sources, ...attachments];
  const unknownTo = (others: Composition, those: Composition) => {
    const known = new Set(filesOf(others).map(({ sha256 }) => sha256));
    return filesOf(those).flatMap(({ path, sha256 }) => (known.has(sha256) ? [] : [path]));
  };
  return [...new Set([...unknownTo(before, now), ...unknownTo(now, before)])];
}

function sorted(values: Composition['set']): string {
  return JSON.stringify([...values].sort(([one], [other]) => (one < other ? -1 : 1)));
}
