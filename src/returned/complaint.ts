import { addressesIn, firstAddressIn } from './addresses-in-text.js';
import { HeaderFields } from './header-fields.js';
import type { MessageParts } from './message-parts.js';
import { readServerNotification } from './server-notification.js';

/** A feedback report: a mailbox provider passes on that somebody called the message unwanted. RFC 5965 */
export interface Complaint {
  /** In lower case: `abuse`, `fraud`, `virus`, `opt-out`, `not-spam`, `auth-failure`, `other`. RFC 5965 §7.3, RFC 6591 §3.1 */
  readonly feedbackType: string;
  /** Whether the recipient wants no more such mail: `not-spam` and `auth-failure` say nothing of the kind. */
  readonly isUnwanted: boolean;
  /** Who complained, as far as the report names them; providers often remove it. */
  readonly addresses: readonly string[];
  /** The message that the complaint is about, or its header; empty when there is none. */
  readonly original: Uint8Array;
}

const maxHeaderOctets = 64 * 1024;

export function readComplaint(parts: MessageParts): Complaint | undefined {
  const original = parts.original ?? new Uint8Array();
  if (parts.feedbackReport !== undefined) {
    const fields = new HeaderFields(parts.feedbackReport);
    const feedbackType = fields.first('feedback-type').toLowerCase() || 'other';
    const named = [...fields.every('original-rcpt-to'), ...fields.every('removal-recipient')];
    return complaint(feedbackType, named.flatMap(addressesOf), original);
  }
  const notification = readServerNotification(parts.text);
  if (notification?.kind === 'complaint') {
    return complaint(
      'abuse',
      notification.recipients.map(({ finalRecipient }) => finalRecipient),
      original,
    );
  }
  // A provider older than the format: the returned message alone, with the complainant in a field of its header.
  const complainant = headerOf(original).first('x-hmxmroriginalrecipient');
  if (complainant !== '') return complaint('abuse', addressesOf(complainant), original);
  return parts.header.first('x-apple-unsubscribe') === 'true'
    ? complaint('opt-out', [firstAddressIn(parts.header.first('from'))], original)
    : undefined;
}

/** A report without a name is about the recipient of the message, if that had one alone. */
function complaint(feedbackType: string, named: readonly string[], original: Uint8Array): Complaint {
  const header = headerOf(original);
  const addressees = [...header.every('to'), ...header.every('cc')].flatMap(addressesOf);
  const addresses = named.length > 0 ? named : addressees.length === 1 ? addressees : [];
  return {
    feedbackType,
    isUnwanted: feedbackType !== 'not-spam' && feedbackType !== 'auth-failure',
    addresses: [...new Set(addresses)],
    original,
  };
}

function headerOf(original: Uint8Array) {
  return new HeaderFields(
    Buffer.from(original.subarray(0, maxHeaderOctets)).toString('utf8').split('\n\n')[0] ?? '',
  );
}

function addressesOf(value: string): readonly string[] {
  return addressesIn(value.slice(0, 100_000)).map(({ address }) => address);
}
