import { refusesEhloName } from './ehlo-name.js';
import type { OutcomeKind, SmtpStage } from './outcome.js';
import { judgedText, type Reply } from './reply.js';

/** The stages of a transaction that wait for a reply. */
export type TransactionStage = Extract<SmtpStage, 'mail' | 'rcpt' | 'data' | 'end-of-data'>;

/** As a person reads it in a message. */
export const stageName: Readonly<Record<TransactionStage, string>> = {
  mail: 'MAIL',
  rcpt: 'RCPT',
  data: 'DATA',
  'end-of-data': 'the end of the message',
};

/** What a reply means for the transaction: go on, its outcome, or that the server has lost its place. */
export type Verdict = 'proceed' | 'out-of-protocol' | Exclude<OutcomeKind, 'uncertain' | 'withdrawn'>;

/**
 * Decides by the first digit, as RFC 5321 §4.2.1 asks of clients, so that codes nobody has heard of are understood too;
 * what a 5yz is about depends on the stage and on the enhanced status code.
 */
export function judgeReply(stage: TransactionStage, reply: Reply): Verdict {
  // The session is over, nobody was refused. Only after the whole message is it an answer: not taken. RFC 5321 §3.8
  if (isClosing(reply)) return stage === 'end-of-data' ? 'deferred' : 'not-sent';
  // About this session: in another one, or later, the recipient may be taken.
  if (stage !== 'end-of-data' && isSessionLimit(reply)) return 'not-sent';
  const replyClass = Math.floor(reply.code / 100);
  if (replyClass === 4) return 'deferred';
  if (replyClass === 5) return judgePermanent(stage, reply);
  return replyClass === positiveClass[stage] ? positiveVerdict[stage] : 'out-of-protocol';
}

/** The server closes the session, whatever it was asked (RFC 5321 §4.2.2), or leaves closing it to us. */
export function isClosing(reply: Reply): boolean {
  return reply.code === 421 || isSessionFull(reply);
}

/** OpenSMTPD, by default after 100 messages, and Exim: further MAIL gets this, until the client comes in another session. */
export function isSessionFull({ code, enhancedStatusCode, text }: Omit<Reply, 'lines'>): boolean {
  if (code === 421)
    return /too many messages (?:in|per|for) (?:this|one|a) (?:session|connection)/i.test(judgedText(text));
  return code === 452 && enhancedStatusCode === '4.5.3' && /too many messages/i.test(judgedText(text));
}

/**
 * The server wants fewer sessions at a time, not slower ones. Worded as Microsoft 365 ("432 4.3.2 Concurrent connections limit
 * exceeded"), Exim ("too many concurrent SMTP connections") and Postfix ("too many connections from") do.
 */
export function isSessionLimit({ code, text }: Pick<Reply, 'code' | 'text'>): boolean {
  if (code < 400 || code > 499) return false;
  const words = judgedText(text);
  if (/\btoo many (?:connection|session)s\b/i.test(words)) return true;
  return /\bconcurrent\b/i.test(words) && /\b(?:connection|session)s?\b/i.test(words);
}

/** It does not know the command, or not with these parameters; what it says is not about the transaction. RFC 5321 §4.2.2 */
export function isUnknownCommand({ code }: Reply): boolean {
  return [500, 501, 502, 504].includes(code);
}

/** DATA is answered with 354 "go on", everything else with 250 "done". RFC 5321 §4.3.2 */
const positiveClass = { mail: 2, rcpt: 2, data: 3, 'end-of-data': 2 } as const;
const positiveVerdict = {
  mail: 'proceed',
  rcpt: 'proceed',
  data: 'proceed',
  'end-of-data': 'accepted',
} as const;

function judgePermanent(stage: TransactionStage, reply: Reply): Verdict {
  // Larger than the server takes: about this message, wherever it is said. RFC 1870 §6, RFC 3463 §3.4
  if (reply.code === 552 || reply.enhancedStatusCode === '5.3.4') return 'rejected';
  // Courier says it with 534, which elsewhere is about the login.
  if (stage === 'mail' && /\btoo (?:big|large)\b/i.test(judgedText(reply.text))) return 'rejected';
  if (isAboutSender(stage, reply)) return 'sender-refused';
  if (stage !== 'mail') return 'rejected';
  // A MAIL that is out of order says nothing about who sends; one of us has lost the place. RFC 5321 §4.1.4
  return reply.code === 503 && !/\bauth\b/i.test(judgedText(reply.text))
    ? 'out-of-protocol'
    : 'sender-refused';
}

/** Login wanted or refused. RFC 4954 §6 */
const authenticationCodes: readonly number[] = [530, 534, 535, 538];

/** Enhanced status codes that are about us and would meet every recipient alike. */
const senderStatusCodes: readonly string[] = [
  '5.1.7', // sender's address syntax, RFC 3463 §3.2
  '5.1.8', // sender's domain, RFC 3463 §3.2
  '5.4.5', // Gmail: daily sending quota; network congestion in RFC 3463 §3.5
  '5.7.3', // Exchange: client not authenticated
  '5.7.8', // credentials invalid, RFC 4954 §6
  '5.7.9', // mechanism too weak, RFC 4954 §6
  '5.7.10', // encryption needed, RFC 5248
  '5.7.11', // encryption required for the mechanism, RFC 4954 §6
  '5.7.13', // user account disabled, RFC 5248
  '5.7.20', // no passing DKIM signature, RFC 7372 §3.1
  '5.7.21', // no acceptable DKIM signature, RFC 7372 §3.1
  '5.7.22', // no valid author-matched DKIM signature, RFC 7372 §3.1
  '5.7.23', // SPF validation failed, RFC 7372 §3.2
  '5.7.24', // SPF validation error, RFC 7372 §3.2
  '5.7.25', // reverse DNS validation failed, RFC 7372 §3.3
  '5.7.26', // multiple authentication checks failed, RFC 7372 §3.4
  '5.7.27', // sender address has null MX, RFC 7505 §4.2
  '5.7.28', // mail flood detected
  '5.7.29', // ARC validation failed
  '5.7.509', // Microsoft: the domain does not pass DMARC
  '5.7.515', // Microsoft: the domain does not meet the authentication level
];

/**
 * For servers that send 5.7.1 or no enhanced code at all. Worded as Postfix, Exim, Exchange and Gmail do: "Relay access
 * denied", "relay not permitted", "Daily SMTP relay limit exceeded", "Sender address rejected", "Client host … blocked
 * using", "Authentication required", "Unauthenticated email … DMARC policy".
 */
const senderText =
  /\brelay(?:ing)?\b|authenticat|\bauth (?:first|required)|\b(?:SPF|DKIM|DMARC)\b|\bsender (?:address|verify|denied|rejected)|\bclient host\b|\bblocked using\b|\bdaily .*\b(?:limit|quota)|\b(?:sending|message) (?:limit|quota)/i;

/** Transport rules of Exchange, at RCPT too. */
const ruleText = /\btransport\.rules\b|\borgani[sz]ation(?:al)? policy\b/i;

/** At RCPT a policy is mostly the recipient's; once the message is read, it is about sender and domain. */
const policyText = /\bpolicy\b|\b(?:block|black) ?list/i;

function isAboutSender(stage: TransactionStage, { code, enhancedStatusCode, text }: Reply): boolean {
  if (authenticationCodes.includes(code) || senderStatusCodes.includes(enhancedStatusCode)) return true;
  // Postfix keeps its refusal of EHLO for the first RCPT: it would be said to everybody.
  if (stage !== 'end-of-data' && refusesEhloName(code, text)) return true;
  // X.7 is security or policy, where only the words tell whose; other subjects are about mailbox, system or content.
  if (enhancedStatusCode !== '' && !enhancedStatusCode.startsWith('5.7.')) return false;
  const words = judgedText(text);
  if (senderText.test(words) || ruleText.test(words)) return true;
  return stage === 'end-of-data' && policyText.test(words);
}
