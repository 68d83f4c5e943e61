import type { KeyRing } from './key.js';
import { decodePercent } from './percent-encoding.js';
import { openToken, type SealedContent, sealedLength } from './token.js';

const folder = 'unsubscribe';

/** `<base>/unsubscribe/<token>`: the link of one recipient of one email. RFC 8058 §3.1 */
export function unsubscribeUrl(base: string, token: string): string {
  return `${base}/${folder}/${token}`;
}

/**
 * The token in a request target, as it came but percent-decoded: '' when the link was cut before it.
 * @returns undefined when it is another path.
 */
export function unsubscribeTokenOf(requestTarget: string): string | undefined {
  const [path = ''] = requestTarget.replace(/^https?:\/\/[^/?#]*/i, '').split(/[?#]/, 1);
  const [first, ...rest] = decodePercent(path)
    .split('/')
    .filter(segment => segment !== '');
  return first?.toLowerCase() === folder ? rest.join('/') : undefined;
}

/**
 * Whose link it is. Mail programs take the full stop or the bracket behind a link for a part of it, and put blanks into one
 * that they wrap: everything but letters and digits is ignored, and so is what comes after a whole token. The tag still has
 * to verify, so nobody can be unsubscribed by a link that was not theirs.
 * @returns undefined unless a key of the ring sealed the token, for this purpose.
 */
export function openUnsubscribeToken(ring: KeyRing, text: string): SealedContent | undefined {
  const token = text.replace(/[^a-z0-9]/gi, '').slice(0, sealedLength);
  const opened = openToken(ring, token);
  return opened?.purpose === 'unsubscribe' ? opened : undefined;
}
