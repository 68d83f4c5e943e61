import type { OverlapStanding } from './pipelining.js';
import { judgedText, type Reply } from './reply.js';

/** How a server behaves beyond what it announces, as far as its greeting and its reply to EHLO give it away. */
export interface ServerTraits {
  /** Whether it takes the next envelope behind the final dot of a message (`pipelining.ts`). */
  readonly overlap: OverlapStanding;
  /** Messages worth sending in one session; undefined: as many as there are. */
  readonly messagesPerSession: number | undefined;
}

/**
 * Names in the greeting, in one line with host and protocol. Seen to take it: Postfix 3.7 and its smtp-sink (which gives its name
 * as the host's), sendmail 8.17, qpsmtpd 0.94.
 */
const takesByGreeting = /\bESMTP (?:Postfix|Sendmail|qpsmtpd)\b|^smtp-sink ESMTP\b/i;
/** smtp-server 3.21, also in maildev and WildDuck, whose greeting is an option. */
const isSmtpServer = / Nice to meet you, /;
/** What Postfix offers first, in this order; its greeting is often changed, and VRFY switched off. */
const offerOfPostfix = /^PIPELINING\nSIZE(?: \d{1,20})?\n(?:VRFY\n)?ETRN(?:\n|$)/;
const isExim = /\bESMTP Exim\b/i;
/** Haraka 3.3 answers 503 to each command behind the dot; chasquid 1.11 reads none of it; Dovecot 2.3 closes the connection. */
const refusesByGreeting = /\bESMTP (?:Haraka|chasquid)\b|\bDovecot\b/i;
/** The same, Dovecot by what it offers; and Courier 1.0, which reads nothing of what comes behind the dot. */
const refusesByEhlo = /Haraka is at your service|^BURL imap$|^XVERP=Courier$|^XEXDATA$/im;

/** Exim queues the messages behind the tenth of a session for its next queue run (`smtp_accept_queue_per_connection`). */
const eximMessagesPerSession = 10;

/**
 * @param greeting the text of the 220 reply; '' when it is not known.
 * @param ehlo the reply to EHLO; undefined for a server that knows only HELO.
 */
export function traitsOf(greeting: string, ehlo: Reply | undefined): ServerTraits {
  const text = judgedText(greeting);
  const [hello = '', ...keywords] = ehlo?.lines ?? [];
  const messagesPerSession = isExim.test(text) ? eximMessagesPerSession : undefined;
  return {
    overlap: overlapOf(text, judgedText(hello), judgedText(keywords.join('\n'))),
    messagesPerSession,
  };
}

function overlapOf(greeting: string, hello: string, offer: string): OverlapStanding {
  const isRefused = refusesByGreeting.test(greeting) || refusesByEhlo.test(`${hello}\n${offer}`);
  if (isRefused) return 'not-taken';
  const isKnown = takesByGreeting.test(greeting) || isExim.test(greeting);
  return isKnown || isSmtpServer.test(hello) || offerOfPostfix.test(offer) ? 'taken' : 'untried';
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
