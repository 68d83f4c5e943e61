import { addressesIn } from './addresses-in-text.js';
import { HeaderFields } from './header-fields.js';
import type { MessageParts } from './message-parts.js';

/** What a mail program did with the message: no report on its delivery. RFC 8098 */
export interface Disposition {
  /** `displayed`, `deleted`, `processed`, `dispatched`, or as it stands; '' without one. */
  readonly disposition: string;
  /** Whether a person asked the mail program to send it; a rule of the mailbox did otherwise. RFC 8098 §3.2.6.1 */
  readonly isManual: boolean;
  readonly addresses: readonly string[];
  readonly original: Uint8Array;
}

export function readDisposition(parts: MessageParts): Disposition | undefined {
  if (parts.dispositionNotification === undefined) return undefined;
  const fields = new HeaderFields(parts.dispositionNotification);
  const [mode = '', type = ''] = fields.first('disposition').toLowerCase().split(';');
  const named = fields.first('original-recipient') || fields.first('final-recipient');
  return {
    disposition: /[\w-]+/.exec(type)?.[0] ?? '',
    isManual: /manual-action/.test(mode),
    addresses: addressesIn(named.slice(0, 1_000)).map(({ address }) => address),
    original: parts.original ?? new Uint8Array(),
  };
}
