import { pixelImage } from '../tracking/pixel.js';

/** A whole response but for its Date, made once: no request changes an octet of it. */
export interface PreparedResponse {
  readonly status: number;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  /** undefined: none, as 204 demands. */
  readonly body: Uint8Array | undefined;
}

/** Image proxies ask again when a message is opened again only if told so, and with commas between the directives. */
const noStore = [
  'Cache-Control',
  'no-store, no-cache, must-revalidate, max-age=0, private',
  'Pragma',
  'no-cache',
  'Expires',
  '0',
];

/**
 * Always 200 and always whole: without a validator or ranges there is nothing to revalidate or to cut
 * (RFC 9110 §8.8, §14.3), and an error would be kept by proxies and would tell a good token from a bad one.
 */
export const pixelResponse = prepare(200, 'image/png', pixelImage, [
  ...noStore,
  'Accept-Ranges',
  'none',
  // Webmail that isolates itself from other origins may still show the image.
  'Cross-Origin-Resource-Policy',
  'cross-origin',
  'Access-Control-Allow-Origin',
  '*',
  'Referrer-Policy',
  'no-referrer',
  'X-Robots-Tag',
  'noindex, nofollow',
]);

export const robotsResponse = prepareText(200, 'User-agent: *\nAllow: /\n');
export const notFound = prepareText(404, 'Not found\n');

/** RFC 9110 §15.5.6: 405 names the methods that are allowed. */
const allow = ['Allow', 'GET, HEAD, OPTIONS'];
export const notAllowed = prepareText(405, 'Method not allowed\n', allow);
export const optionsResponse: PreparedResponse = {
  status: 204,
  headers: [...allow, 'Access-Control-Allow-Origin', '*'],
  body: undefined,
};

/** Says which key verifies tokens here, so that a sender with another key learns of it before sending. */
export function createHealthResponse(keyFingerprint: string): PreparedResponse {
  const body = JSON.stringify({ status: 'ok', key: keyFingerprint });
  return prepare(200, 'application/json', Buffer.from(body), noStore);
}

function prepareText(status: number, text: string, headers: readonly string[] = []): PreparedResponse {
  return prepare(status, 'text/plain; charset=utf-8', Buffer.from(text), headers);
}

function prepare(
  status: number,
  contentType: string,
  body: Uint8Array,
  headers: readonly string[],
): PreparedResponse {
  const description = ['Content-Type', contentType, 'Content-Length', String(body.length)];
  return { status, headers: [...description, ...headers, 'X-Content-Type-Options', 'nosniff'], body };
}
