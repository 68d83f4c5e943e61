import type { OverlapStanding } from './overlap.js';
import type { Reply } from './reply.js';

/** How a server behaves beyond what it announces, as far as its greeting and its reply to EHLO give it away. */
export interface ServerTraits {
  /** Whether it takes the next envelope behind the final dot of a message (`overlap.ts`). */
  readonly overlap: OverlapStanding;
  /** Messages worth sending in one session; undefined: as many as there are. */
  readonly messagesPerSession: number | undefined;
}

/** Names in the greeting of servers that were seen to take it: Postfix 3.7, sendmail 8.17, qpsmtpd 0.94. */
const takeOverlap = /\bESMTP (?:Postfix|Sendmail)\b|\bESMTP qpsmtpd\b/i;
const isExim = /\bESMTP Exim\b/i;
/** Haraka 3.3 answers 503 to each command behind the dot; Dovecot 2.3 closes the connection. */
const refuseOverlap = /\bESMTP Haraka\b|\bDovecot\b/i;
/** Courier 1.0 has no name in its greeting. It reads nothing of what comes behind the dot. */
const isCourier = /^XVERP=Courier$/im;

/** Exim queues the messages behind the tenth of a session for its next queue run (`smtp_accept_queue_per_connection`). */
const eximMessagesPerSession = 10;

/**
 * @param greeting the text of the 220 reply; '' when it is not known.
 * @param ehlo the reply to EHLO; undefined for a server that knows only HELO.
 */
export function traitsOf(greeting: string, ehlo: Reply | undefined): ServerTraits {
  const keywords = ehlo?.lines.slice(1).join('\n') ?? '';
  if (isExim.test(greeting)) return { overlap: 'taken', messagesPerSession: eximMessagesPerSession };
  if (refuseOverlap.test(greeting) || isCourier.test(keywords))
    return { overlap: 'not-taken', messagesPerSession: undefined };
  return { overlap: takeOverlap.test(greeting) ? 'taken' : 'untried', messagesPerSession: undefined };
}

/**
 * A greeting without what changes from one session to the next (dates, times, session and host numbers), so that what was
 * learnt about a server is found again.
 */
export function greetingKey(greeting: string): string {
  return greeting
    .slice(0, 300)
    .split(/[\s,;()<>[\]]+/)
    .filter(word => word !== '' && !/\d/.test(word) && !calendarWords.has(word.toLowerCase()))
    .join(' ');
}

const calendarWords: ReadonlySet<string> = new Set(
  'mon tue wed thu fri sat sun jan feb mar apr may jun jul aug sep oct nov dec am pm gmt utc'.split(' '),
);
