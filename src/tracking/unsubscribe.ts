import { decodePercent } from './percent-encoding.js';

/** `<base>/unsubscribe/<token>`: the link of one recipient of one email. RFC 8058 §3.1 */
export function unsubscribeUrl(base: string, token: string): string {
  return `${base}/unsubscribe/${token}`;
}

/** The token of a request target, or undefined when it is another path. */
export function unsubscribeTokenOf(requestTarget: string): string | undefined {
  const [path = ''] = requestTarget.replace(/^https?:\/\/[^/?#]*/i, '').split(/[?#]/, 1);
  const segments = decodePercent(path)
    .split('/')
    .filter(segment => segment !== '');
  const [first, token] = segments;
  return segments.length === 2 && first?.toLowerCase() === 'unsubscribe' ? token : undefined;
}
