import { printDuration } from '../amount.js';
import type { RecipientState } from '../recipients/recipient.js';
import { createTimeFormat } from '../time-format.js';
import type {
  Comparison,
  RecipientSettled,
  SendEvent,
  SendFinished,
  SentEarlier,
} from '../workflow/events.js';
import { visible } from './clean.js';
import type { Style } from './style.js';

/** What is worth a line of its own while sending; empty for the rest. */
export function eventLines(event: SendEvent, style: Style): readonly string[] {
  switch (event.kind) {
    case 'recipient-settled':
      return event.state === 'accepted' ? [] : [settledLine(event, style)];
    case 'send-resumed': {
      const { pending, deferred, uncertain } = event.counts;
      const line = `Resuming ${event.emailId} “${visible(event.subject)}”: ${pending + deferred} to go`;
      if (uncertain === 0) return [line];
      const more = uncertain - event.uncertain.length;
      return [
        style.warn(`! ${uncertain} uncertain, not sent to again by this:`),
        ...event.uncertain.map(address => style.warn(`    ${visible(address)}`)),
        ...(more > 0 ? [style.warn(`    and ${more} more`)] : []),
        line,
      ];
    }
    case 'session-lost':
      return [style.warn(`Session lost: ${visible(event.why)}. Opening another.`)];
    case 'server-silent':
      return [
        `The server has said nothing for ${event.seconds} s. Some take minutes; Ctrl-C leaves everybody for mailtrack resume.`,
      ];
    case 'session-refused':
      return [`The server admits no further session: ${visible(event.why)}. Going on with fewer.`];
    case 'slowed-down':
      return [
        `The server asks to slow down: ${visible(event.why)}. Pausing ${printDuration(event.pauseMs / 1_000)}.`,
      ];
    case 'retry-scheduled': {
      const { clock, zone } = createTimeFormat(event.at);
      return [
        `${event.deferred} deferred; trying again at ${clock(event.at)} ${zone}. Ctrl-C leaves them for mailtrack resume.`,
      ];
    }
    case 'interrupted':
      return [`${event.signal}: finishing what is under way. Once more ends it now.`];
    case 'sent-earlier':
      return sentEarlierLines(event, style);
    case 'send-finished':
    case 'send-planned':
    case 'session-opened':
      return [];
  }
}

function settledLine(event: RecipientSettled, style: Style): string {
  const reply =
    event.replyCode === 0 ? visible(event.replyText) : `${event.replyCode} ${visible(event.replyText)}`;
  const line = `${event.state.padEnd(9)} ${visible(event.emailAddress)}  ${reply}`;
  return event.state === 'deferred' ? line : style.warn(line);
}

/** Why nothing is sent, the state the email of that id is in, and the command that comes next. */
export function sentEarlierLines(event: SentEarlier, style: Style): readonly string[] {
  return [
    `• Nothing was sent: ${visible(event.what)}`,
    `  ${visible(event.next)}`,
    ...comparedLines(event.compared, style),
  ];
}

function comparedLines(compared: Comparison, style: Style): readonly string[] {
  switch (compared.kind) {
    case 'same':
      return [];
    case 'other':
      return [
        style.warn(
          `! Not what this command would send now. What differs: ${visible(compared.parts.join(', '))}.`,
        ),
        '  An email of one id is sent once. Use another --id for another email.',
      ];
    case 'not-compared':
      return [style.warn(`! What this command would send now cannot be compared: ${visible(compared.why)}`)];
  }
}

/**
 * How it ended, and the command that comes next.
 * @param uncertain addresses whose delivery is not known.
 * @param flags of the command that would be needed again, with a blank before each.
 */
export function finishedLines(
  finished: SendFinished,
  uncertain: readonly string[],
  style: Style,
  flags = '',
): readonly string[] {
  const { counts, emailId, recipients, stopped } = finished;
  const lines: string[] = [];
  if (counts.uncertain > 0) {
    lines.push(
      style.warn(
        `! ${counts.uncertain} uncertain: handed over, and no answer came. They are not sent to again by themselves.`,
      ),
      ...uncertain.map(address => style.warn(`    ${visible(address)}`)),
    );
  }
  const done = counts.accepted === recipients;
  const rest = (['deferred', 'rejected', 'pending', 'skipped'] as const)
    .map(state => [state, counts[state] + (state === 'pending' ? counts.sending : 0)] as const)
    .filter(([, count]) => count > 0)
    .map(([state, count]) => `${count} ${state}`);
  const summary = `${done ? '✓' : '•'} ${counts.accepted} of ${recipients} accepted${rest.length > 0 ? `, ${rest.join(', ')}` : ''} in ${finished.seconds.toFixed(1)} s`;
  lines.push(done ? style.good(summary) : summary);
  if (stopped !== undefined) {
    lines.push(style.bad(`  Stopped: ${visible(stopped.message)}`));
    if (stopped.fix !== undefined) lines.push(`  ${visible(stopped.fix)}`);
  }
  lines.push(...nextSteps(emailId, counts, flags));
  return lines;
}

function nextSteps(
  emailId: string,
  counts: Readonly<Record<RecipientState, number>>,
  flags: string,
): readonly string[] {
  const unfinished = counts.pending + counts.sending + counts.deferred > 0;
  if (unfinished) return [`  Go on with: mailtrack resume ${emailId}${flags}`];
  if (counts.uncertain > 0) {
    return [
      `  Settle them with: mailtrack resume ${emailId}${flags} --resend-uncertain, or --resolve accepted`,
    ];
  }
  return [`  Who opened: mailtrack report ${emailId}`];
}
