import type { Capabilities } from './capabilities.js';
import { findBareLineEnd } from './dot-stuff.js';
import { lengthOf, type Octets } from './octets.js';
import type { SendOutcome } from './outcome.js';

/** One message for one recipient: what MAIL, RCPT and DATA carry. RFC 5321 §2.3.1 */
export interface MailTransaction {
  /** The caller's handle; no two transactions under way have the same. */
  readonly position: number;
  /** addr-spec, or '' for the null reverse-path. */
  readonly reversePath: string;
  readonly forwardPath: string;
  /** The whole message, CRLF line ends, not dot-stuffed. */
  readonly message: Octets;
}

/** The commands before the message. */
export type EnvelopeStep = 'reset' | 'mail' | 'rcpt' | 'data';

/** Without its line end. */
export function commandOf(step: EnvelopeStep, transaction: MailTransaction, server: Capabilities): string {
  switch (step) {
    case 'reset':
      return 'RSET';
    case 'mail':
      return mailCommand(transaction, server);
    case 'rcpt':
      return rcptCommand(transaction);
    case 'data':
      return 'DATA';
  }
}

export function mailCommand(
  { reversePath, forwardPath, message }: MailTransaction,
  server: Capabilities,
): string {
  const parameters = [
    // With line ends, without the dots that DATA adds. RFC 1870 §5
    ...(server.size ? [`SIZE=${lengthOf(message)}`] : []),
    // Nothing else needs it: messages are 7-bit, and domains are in A-labels. RFC 6531 §3.4
    ...(needsSmtpUtf8(reversePath) || needsSmtpUtf8(forwardPath) ? ['SMTPUTF8'] : []),
  ];
  return [`MAIL FROM:<${reversePath}>`, ...parameters].join(' ');
}

export function rcptCommand({ forwardPath }: MailTransaction): string {
  return `RCPT TO:<${forwardPath}>`;
}

/** What the server is known to refuse, or must never see. @returns the outcome, with nothing sent; else undefined. */
export function refuseLocally(transaction: MailTransaction, server: Capabilities): SendOutcome | undefined {
  const { reversePath, forwardPath, message } = transaction;
  // Paths were checked when they were read. Here they become commands, and a line end would begin another one.
  if (hasControl(reversePath)) {
    return refusal('sender-refused', 'mail', '5.1.7', 'the envelope sender holds a control character');
  }
  if (hasControl(forwardPath)) {
    return refusal('rejected', 'rcpt', '5.1.3', 'the address holds a control character');
  }
  if (!server.smtpUtf8 && needsSmtpUtf8(reversePath)) {
    const why = `the server does not offer SMTPUTF8, which the envelope sender ${reversePath} needs`;
    return refusal('sender-refused', 'mail', '5.6.7', why);
  }
  if (!server.smtpUtf8 && needsSmtpUtf8(forwardPath)) {
    const why = `the server does not offer SMTPUTF8, which the address ${forwardPath} needs`;
    return refusal('rejected', 'rcpt', '5.6.7', why);
  }
  const length = lengthOf(message);
  if (server.maxMessageBytes !== undefined && length > server.maxMessageBytes) {
    const why = `the message has ${length} octets, and the server takes at most ${server.maxMessageBytes}`;
    return refusal('rejected', 'mail', '5.3.4', why);
  }
  const bareLineEnd = findBareLineEnd(message);
  if (bareLineEnd !== undefined) {
    const why = `the message has a line end that is not CRLF, at octet ${bareLineEnd} (RFC 5321 §2.3.8)`;
    return refusal('rejected', 'data', '5.6.0', why);
  }
  return undefined;
}

function refusal(
  kind: 'rejected' | 'sender-refused',
  stage: SendOutcome['stage'],
  enhancedStatusCode: string,
  why: string,
): SendOutcome {
  return { kind, stage, replyCode: 0, enhancedStatusCode, replyText: `${why}; nothing was sent` };
}

function needsSmtpUtf8(path: string): boolean {
  return /[^\x00-\x7f]/.test(path);
}

function hasControl(path: string): boolean {
  return /[\x00-\x1f\x7f]/.test(path);
}
