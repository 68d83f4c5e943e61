/** The tokens in links that people press, as mail programs hand them on. */
import type { KeyRing } from './key.js';
import { decodePercent } from './percent-encoding.js';
import { openToken, type SealedContent, sealedLength, type TokenPurpose } from './token.js';

/**
 * The token in a request target, as it came but percent-decoded: '' when the link was cut before it.
 * @param folder the first part of the path, in lower case.
 * @returns undefined when it is another path.
 */
export function linkTokenOf(requestTarget: string, folder: string): string | undefined {
  const [path = ''] = requestTarget.replace(/^https?:\/\/[^/?#]*/i, '').split(/[?#]/, 1);
  const [first, ...rest] = decodePercent(path)
    .split('/')
    .filter(segment => segment !== '');
  return first?.toLowerCase() === folder ? rest.join('/') : undefined;
}

/**
 * Whose link it is. Mail programs take the full stop or the bracket behind a link for a part of it, and put blanks into one
 * that they wrap: everything but letters and digits is ignored, and so is what comes after a whole token. The tag still has
 * to verify, so nobody can act with a link that was not theirs.
 * @returns undefined unless a key of the ring sealed the token, for this purpose.
 */
export function openLinkToken(ring: KeyRing, text: string, purpose: TokenPurpose): SealedContent | undefined {
  const token = text.replace(/[^a-z0-9]/gi, '').slice(0, sealedLength);
  const opened = openToken(ring, token);
  return opened?.purpose === purpose ? opened : undefined;
}
