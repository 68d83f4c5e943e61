/** The image, and the URLs it is asked for under. */
import { decodePercent } from './percent-encoding.js';

/** A PNG of one transparent pixel, 8-bit RGBA: 67 octets are the least a well-formed PNG can have. */
export const pixelImage: Uint8Array = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAACklEQVR42mMAAQAABQABoIJXOQAAAABJRU5ErkJggg==',
  'base64',
);

const folder = 'email_opened';
const file = 'tracking.png';
/** As we write it, and nearly all ask for it: nothing in it has to be undone. */
const usualTarget = /^\/email_opened\/([A-Za-z0-9]+)\/tracking\.png$/;

export function pixelPath(token: string): string {
  return `/${folder}/${token}/${file}`;
}

/** @param base the tracking URL, without a trailing slash. */
export function pixelUrl(base: string, token: string): string {
  return base + pixelPath(token);
}

/**
 * The token in the target of a request for a pixel. Reads through what gateways and proxies do to URLs: another
 * case, percent-encoding, an appended query, slashes too many, the absolute form (RFC 9112 §3.2.2). Never throws.
 * @returns the token as it came, percent-decoded and '' when empty; undefined when this is no pixel's URL.
 */
export function tokenOfPath(requestTarget: string): string | undefined {
  return usualTarget.exec(requestTarget)?.[1] ?? tokenOfUnusual(requestTarget);
}

function tokenOfUnusual(requestTarget: string): string | undefined {
  const [path = ''] = requestTarget.replace(/^https?:\/\/[^/?#]*/i, '').split(/[?#]/, 1);
  // Everything between folder and file is the token: standard base64 may hold a slash. It never holds two in a row
  // when it encodes UTF-8, so nothing is lost with the empty segments.
  const [first, ...rest] = decodePercent(path)
    .split('/')
    .filter(segment => segment !== '');
  const last = rest.pop();
  const isPixel = first?.toLowerCase() === folder && last !== undefined && isFile(last);
  return isPixel ? rest.join('/') : undefined;
}

/** Programs that find an address in a text take the full stop or the bracket behind it for a part of it. */
function isFile(segment: string): boolean {
  return (
    segment.slice(0, file.length).toLowerCase() === file && /^[.,;:)>"']*$/.test(segment.slice(file.length))
  );
}
