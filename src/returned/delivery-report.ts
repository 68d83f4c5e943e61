import { addressesIn } from './addresses-in-text.js';
import { type NamedRecipient, recipientsInWords } from './bounce-text.js';
import { readDeliveryStatus, type StatusFields } from './delivery-status.js';
import type { MessageParts } from './message-parts.js';
import { judgeRecipient, type RecipientStatus } from './recipient-status.js';
import { cutReturnedMessage } from './returned-message.js';
import { readServerNotification } from './server-notification.js';
import { isReportByServer } from './signs-of-report.js';
import { listed, plainWords, says, type Wording } from './wording.js';

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
  if (named.length === 0) return { recipients: [], unnamed: judgeRecipient({ action, said: text }) };
  return {
    recipients: named.map(({ address, expandedFrom, words: said }) =>
      judgeRecipient({ address, originalRecipient: expandedFrom, action, said }),
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
    return [
      judgeRecipient({
        address,
        originalRecipient: one.originalRecipient,
        action: one.action,
        status: one.status,
        said,
        context,
      }),
    ];
  });
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
