import { addressesIn } from './addresses-in-text.js';
import { type NamedRecipient, recipientsInWords } from './bounce-text.js';
import { type DeliveryAction, readDeliveryStatus, type StatusFields } from './delivery-status.js';
import type { MessageParts } from './message-parts.js';
import { type Hardness, hardnessOf, reasonOf, saysDisabled } from './reason.js';
import type { Reason } from './reason-wordings.js';
import { cutReturnedMessage } from './returned-message.js';
import { readServerNotification } from './server-notification.js';
import { isReportByServer } from './signs-of-report.js';
import { codesIn, isUnspecific, isVague } from './status-code.js';
import { listed, plainWords, says, type Wording } from './wording.js';

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

/** A report of servers on what became of a message. */
export interface DeliveryReport {
  readonly recipients: readonly RecipientStatus[];
  /** What a report says that names nobody: its address is ''. The returned message may tell whom it is about. */
  readonly unnamed?: RecipientStatus;
  /** ENVID; '' without one. */
  readonly envelopeId: string;
  /** Whether fields say it, which RFC 3464 defines, or words for people. */
  readonly by: 'fields' | 'words';
  /** The returned message or its header; empty when there is none. */
  readonly original: Uint8Array;
}

const maxWordsCharacters = 4_000;

/** @returns undefined when no server reports on a message. */
export function readDeliveryReport(parts: MessageParts): DeliveryReport | undefined {
  const { words, original: pastedOriginal } = cutReturnedMessage(parts.text);
  const original = parts.original ?? Buffer.from(pastedOriginal);
  const attached = readDeliveryStatus(parts.deliveryStatus.join('\n\n'));
  if (attached.recipients.length > 0) {
    const recipients = judgedFields(attached.recipients, words, parts.text);
    return { recipients, envelopeId: attached.envelopeId, by: 'fields', original };
  }
  const notification = readServerNotification(parts.text);
  if (notification?.kind === 'bounce') {
    return {
      recipients: judgedFields(notification.recipients, [], ''),
      envelopeId: '',
      by: 'fields',
      original,
    };
  }
  if (!isReportByServer(parts, words, pastedOriginal)) return undefined;
  const pasted = readDeliveryStatus(words.join('\n'));
  if (pasted.recipients.length > 0) {
    return {
      recipients: judgedFields(pasted.recipients, words, ''),
      envelopeId: pasted.envelopeId,
      by: 'fields',
      original,
    };
  }
  return { ...judgedWords(parts, words), envelopeId: '', by: 'words', original };
}

function judgedWords(
  parts: MessageParts,
  words: readonly string[],
): Pick<DeliveryReport, 'recipients' | 'unnamed'> {
  const text = words.join('\n').slice(0, maxWordsCharacters);
  const action = isDelay(`${parts.subject}\n${text}`) ? 'delayed' : 'failed';
  const named = namedRecipients(parts, words, text);
  if (named.length === 0) return { recipients: [], unnamed: judged('', '', action, '', text, text) };
  return {
    recipients: named.map(({ address, expandedFrom, words: said }) =>
      judged(address, expandedFrom, action, '', said, said),
    ),
  };
}

/** Exim names them in a field of the header; elsewhere the words do. */
function namedRecipients(
  { header }: MessageParts,
  words: readonly string[],
  text: string,
): readonly NamedRecipient[] {
  const notMeant = [...header.every('to'), ...header.every('from')].flatMap(addressesOf);
  const named = recipientsInWords(words, new Set(notMeant.map(address => address.toLowerCase())));
  const failed = header.every('x-failed-recipients').flatMap(addressesOf);
  if (failed.length === 0) return named;
  const byAddress = mapOf(named);
  return failed.map(
    address => byAddress.get(address.toLowerCase()) ?? { address, expandedFrom: '', words: text },
  );
}

function addressesOf(value: string): readonly string[] {
  return addressesIn(value.slice(0, 100_000)).map(({ address }) => address);
}

function mapOf(named: readonly NamedRecipient[]): ReadonlyMap<string, NamedRecipient> {
  return new Map(named.map(one => [one.address.toLowerCase(), one]));
}

function judgedFields(
  recipients: readonly StatusFields[],
  words: readonly string[],
  session: string,
): readonly RecipientStatus[] {
  const named = recipientsInWords(words, new Set());
  const byAddress = mapOf(named);
  const isOnly = recipients.length === 1;
  return recipients.flatMap(one => {
    const [first] = named;
    const address =
      one.finalRecipient ||
      one.originalRecipient ||
      (isOnly && named.length === 1 ? (first?.address ?? '') : '');
    if (address === '') return [];
    const own =
      byAddress.get(address.toLowerCase())?.words ??
      (isOnly ? words.join('\n').slice(0, maxWordsCharacters) : '');
    // The exit code of a program says nothing.
    const isTold = /[a-z]{3}/i.test(one.diagnostic);
    const said = isTold ? one.diagnostic : `${one.diagnostic}\n${own || one.comment}`;
    // Of several recipients, the session at the end of a report tells nothing of one.
    const context = isOnly ? `${own}\n${session.slice(0, maxWordsCharacters)}` : own;
    return [judged(address, one.originalRecipient, one.action, one.status, said, context)];
  });
}

/** @param context words that may say which command was refused. */
function judged(
  address: string,
  originalRecipient: string,
  action: DeliveryAction,
  field: string,
  said: string,
  context: string,
): RecipientStatus {
  const codes = codesIn(said);
  const isTold =
    field !== '' &&
    !(isUnspecific(field) && codes.status !== '') &&
    !(isVague(field) && codes.status !== '' && !isVague(codes.status));
  const status = isTold ? field : codes.status;
  const reason = provenReason(reasonOf(said, status), address, status, said, context);
  return {
    address,
    originalRecipient,
    action,
    hardness: action === 'failed' && !status.startsWith('4') ? hardnessOf(reason) : 'soft',
    reason,
    status,
    replyCode: codes.replyCode,
    diagnostic: said.replaceAll(/\s+/g, ' ').trim().slice(0, 500),
  };
}

/**
 * That there is no such mailbox needs more than words, which servers that want none of a message use too: a status of the address
 * (5.1), a refusal of RCPT, a reply that names the address, or the server that keeps the mailboxes itself. A server that refuses MAIL refuses the sender, and
 * one that refuses the message had taken its recipient before.
 */
function provenReason(
  reason: Reason,
  address: string,
  status: string,
  said: string,
  context: string,
): Reason {
  if (hardnessOf(reason) === 'soft') return reason;
  const words = plainWords(context);
  if (says(words, ['after mail from', 'in reply to mail from'])) return 'sender';
  if (reason !== 'unknown-mailbox' || /^5\.1\.(?![78]$)\d/.test(status)) return reason;
  if (saysKeeper(plainWords(said)) || said.includes('unknown user: "')) return reason;
  const isRefusedMessage = says(words, ['in reply to end of data', 'after end of data', 'data 5']);
  if (isRefusedMessage || /^5\.7\./.test(status)) return 'policy';
  // Words that contradict each other prove nothing.
  if (saysDisabled(context)) return 'disabled';
  const isRefusedRecipient = says(words, ['rcpt ', 'does not like recipient', 'rejected recipient']);
  return isRefusedRecipient || isNamedInReply(said, address) ? reason : 'policy';
}

/** `550 <a@b.example>: …`, also behind an enhanced status code. */
function isNamedInReply(said: string, address: string): boolean {
  const code = said.search(/(?<![\w.])55[0-4][ -]/);
  if (code === -1) return false;
  const text = said.slice(code + 4, code + 400).replace(/^#?5\.\d{1,3}\.\d{1,3}/, '');
  return text
    .replace(/^[ :]{0,5}[<"'[]{0,2}/, '')
    .toLowerCase()
    .startsWith(address.toLowerCase());
}

/** Words of servers about their own mailboxes: Exchange with its code, Domino with its directory, Postfix's local delivery. */
function saysKeeper(words: string): boolean {
  return (
    /\b[0-9a-f]{8} unknown recipient/.test(words) ||
    says(words, ['final delivery', 'delivery error dd ', 'not listed in'])
  );
}

function isDelay(text: string): boolean {
  const words = plainWords(text);
  return !says(words, ['permanent', 'given up', 'giving up']) && says(words, delays);
}

const delays: readonly Wording[] = [
  ...listed(
    'warning message only | warning only | delay | not yet been delivered | not need to re send | not need to resend | postponed',
  ),
  [['will', 'being', 'attempts'], 12, ['continue', 'keep', 'retried', 'be retried', 'try']],
];
