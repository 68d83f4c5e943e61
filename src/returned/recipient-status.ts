import type { DeliveryAction } from './delivery-status.js';
import { type Hardness, hardnessOf, reasonOf, saysDisabled } from './reason.js';
import type { Reason } from './reason-wordings.js';
import { codesIn, isUnspecific, isVague } from './status-code.js';
import { plainWords, says } from './wording.js';

/** What a report says about one recipient. */
export interface RecipientStatus {
  /** As the report names it. */
  readonly address: string;
  /** The address that the message was sent to, where the report names it beside another; '' elsewhere. RFC 3464 §2.3.1 */
  readonly originalRecipient: string;
  readonly action: DeliveryAction;
  /** Of a message that failed. Anything else is soft. */
  readonly hardness: Hardness;
  readonly reason: Reason;
  /** RFC 3463: the report's, or where that says nothing the server's reply's; '' without one. */
  readonly status: string;
  /** RFC 5321 §4.2; 0 without one. */
  readonly replyCode: number;
  /** The server's words, on one line of at most 500 characters; '' without any. */
  readonly diagnostic: string;
}

/** What a report says about one recipient, before it is judged. Texts that are left out are empty. */
export interface ToldStatus {
  readonly address?: string;
  readonly originalRecipient?: string;
  readonly action: DeliveryAction;
  /** The Status field. */
  readonly status?: string;
  /** The server's reply, or the words of the report about the recipient. */
  readonly said: string;
  /** Words that may say which command was refused; `said` without it. */
  readonly context?: string;
}

const maxDiagnosticCharacters = 500;

export function judgeRecipient({
  address = '',
  originalRecipient = '',
  action,
  status: field = '',
  said,
  context = said,
}: ToldStatus): RecipientStatus {
  const codes = codesIn(said);
  const status = statusOf(field, codes.status);
  const reason = reasonAtCommand(reasonOf(said, status), status, plainWords(context));
  const isPermanent = action === 'failed' && !status.startsWith('4');
  return {
    address,
    originalRecipient,
    action,
    hardness: isPermanent && isProven(reason, address, status, said, context) ? hardnessOf(reason) : 'soft',
    reason,
    status,
    replyCode: codes.replyCode,
    diagnostic: said.replaceAll(/\s+/g, ' ').trim().slice(0, maxDiagnosticCharacters),
  };
}

/** The field, unless the reply says more. */
function statusOf(field: string, replied: string): string {
  if (field === '' || (isUnspecific(field) && replied !== '')) return replied;
  return isVague(field) && replied !== '' && !isVague(replied) ? replied : field;
}

/**
 * A server that refuses MAIL refuses the sender. One that refuses the message had taken its recipient before, and wants none of the message,
 * whatever it calls the recipient; unless the status is of the address, since several commands go in one group (RFC 2920).
 */
function reasonAtCommand(reason: Reason, status: string, words: string): Reason {
  if (hardnessOf(reason) === 'soft') return reason;
  if (says(words, ['after mail from', 'in reply to mail from'])) return 'sender';
  if (reason !== 'unknown-mailbox' || isOfAddress(status) || says(words, ['delivery error dd ']))
    return reason;
  const isRefusedMessage = says(words, ['in reply to end of data', 'after end of data', 'data 5']);
  return isRefusedMessage || /^5\.7\./.test(status) ? 'policy' : reason;
}

/** 5.1.7 and 5.1.8 are of the sender's. RFC 3463 §3.2 */
function isOfAddress(status: string): boolean {
  return /^5\.1\.(?![78]$)\d/.test(status);
}

/**
 * That there is no such mailbox needs more than words, which servers that want none of a message use too: a status of the address, a refusal of RCPT,
 * a reply that names the address, or the server that keeps the mailboxes itself. Words that contradict each other prove nothing.
 */
function isProven(reason: Reason, address: string, status: string, said: string, context: string): boolean {
  if (reason !== 'unknown-mailbox' || isOfAddress(status)) return true;
  if (saysKeeper(plainWords(said)) || said.includes('unknown user: "')) return true;
  if (saysDisabled(context)) return false;
  const isRefusedRecipient = says(plainWords(context), [
    'rcpt ',
    'does not like recipient',
    'rejected recipient',
  ]);
  return isRefusedRecipient || isNamedInReply(said, address);
}

/** `550 <a@b.example>: …`, also behind an enhanced status code. */
function isNamedInReply(said: string, address: string): boolean {
  const code = said.search(/(?<![\w.])55[0-4][ -]/);
  if (code === -1 || address === '') return false;
  const text = said.slice(code + 4, code + 400).replace(/^#?5\.\d{1,3}\.\d{1,3}/, '');
  return text
    .replace(/^[ :]{0,5}[<"'[]{0,2}/, '')
    .toLowerCase()
    .startsWith(address.toLowerCase());
}

/** Words of servers about their own mailboxes: Exchange with its code, Domino with its directory, Yahoo's delivery. */
function saysKeeper(words: string): boolean {
  return (
    /\b[0-9a-f]{8} unknown recipient/.test(words) ||
    says(words, ['final delivery', 'delivery error dd ', 'not listed in'])
  );
}
