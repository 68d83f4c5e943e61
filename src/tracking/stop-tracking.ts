import type { KeyRing } from './key.js';
import { linkTokenOf, openLinkToken } from './link-token.js';
import type { SealedContent } from './token.js';

const folder = 'stop-tracking';

/** `<base>/stop-tracking/<token>`: the link that stops the recording of one reader's opens. */
export function stopTrackingUrl(base: string, token: string): string {
  return `${base}/${folder}/${token}`;
}

/** As `linkTokenOf`. */
export function stopTokenOf(requestTarget: string): string | undefined {
  return linkTokenOf(requestTarget, folder);
}

/** As `openLinkToken`. */
export function openStopToken(ring: KeyRing, text: string): SealedContent | undefined {
  return openLinkToken(ring, text, 'optout');
}
