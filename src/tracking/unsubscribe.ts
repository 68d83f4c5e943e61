import type { KeyRing } from './key.js';
import { linkTokenOf, openLinkToken } from './link-token.js';
import type { SealedContent } from './token.js';

const folder = 'unsubscribe';

/** `<base>/unsubscribe/<token>`: the link of one recipient of one email. RFC 8058 §3.1 */
export function unsubscribeUrl(base: string, token: string): string {
  return `${base}/${folder}/${token}`;
}

/** As `linkTokenOf`. */
export function unsubscribeTokenOf(requestTarget: string): string | undefined {
  return linkTokenOf(requestTarget, folder);
}

/** As `openLinkToken`. */
export function openUnsubscribeToken(ring: KeyRing, text: string): SealedContent | undefined {
  return openLinkToken(ring, text, 'unsubscribe');
}
