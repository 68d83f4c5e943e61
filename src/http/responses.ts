import { pixelImage } from '../tracking/pixel.js';

/** A whole response but for its Date, made once: no request changes an octet of it. */
export interface PreparedResponse {
  readonly status: number;
  /** Names and values in turn. */
  readonly headers: string[];
  /** The same for the last answer on a connection. RFC 9112 §9.6 */
  readonly lastHeaders: string[];
  /** One character an octet, so that Node sends it in one piece with the header; undefined: none, as 204 demands. */
  readonly body: string | undefined;
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
export const linkNotAllowed = prepareText(405, 'Method not allowed\n', ['Allow', 'GET, HEAD, POST']);
export const optionsResponse = prepareEmpty(204, [...allow, 'Access-Control-Allow-Origin', '*']);

/** Says which key verifies tokens here, so that a sender with another key learns of it before sending. */
export function createHealthResponse(keyFingerprint: string): PreparedResponse {
  const body = JSON.stringify({ status: 'ok', key: keyFingerprint });
  return prepare(200, 'application/json', Buffer.from(body), noStore);
}

/** Pages for people: nothing is loaded, nothing runs, nobody may frame them. */
const pageHeaders = [
  ...noStore,
  'Content-Security-Policy',
  "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  'Referrer-Policy',
  'no-referrer',
  'X-Robots-Tag',
  'noindex, nofollow',
];

/** A GET only asks: scanners fetch every link of a mail. RFC 8058 §3.2 */
export const unsubscribePage = preparePage(
  'Unsubscribe',
  '<p>Do you want no more mail from this sender?</p><form method="post"><button>Unsubscribe</button></form>',
);
export const unsubscribedPage = preparePage(
  'Unsubscribed',
  '<p>You will get no more mail from this sender.</p>',
);
export const stopTrackingPage = preparePage(
  'Stop tracking',
  '<p>Shall this sender no longer see whether you open their mail? You go on getting it.</p><form method="post"><button>Stop tracking</button></form>',
);
export const trackingStoppedPage = preparePage(
  'Tracking stopped',
  '<p>From now on it is not recorded when you open this message. The sender learns of it, and so do their other messages.</p>',
);
export const selfPage = preparePage(
  'This is me',
  '<p>Is this your own browser? Then what it opens of your mail is not counted.</p><form method="post"><button>This is me</button></form>',
);
export const selfMarkedPage = preparePage(
  'Not counted',
  '<p>What this browser opens of your mail is not counted, for a year or until its cookies are removed.</p>',
);
export const linkFailedPage = {
  ...preparePage('Not yet', '<p>This could not be recorded just now. Please try again in a minute.</p>'),
  status: 503,
};

/** 404, since there is no such link; the page says what to do, and that nothing was done. */
export const linkIncompletePage = {
  ...preparePage(
    'This link is incomplete',
    '<p>Nothing was changed, and nobody was unsubscribed. A part of the link may have been lost on its way, or it is of another sender: open it from the message itself, or copy all of it. If that does not help, answer the message and say what you want.</p>',
  ),
  status: 404,
};

function preparePage(title: string, content: string): PreparedResponse {
  const html = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title><style>
:root{color-scheme:light dark}body{font:18px/1.5 system-ui,sans-serif;max-width:30rem;margin:15vh auto;padding:0 1.5rem}
button{font:inherit;padding:.7rem 1.4rem;border:0;border-radius:.5rem;background:#0b6e4f;color:#fff;min-height:44px;cursor:pointer}
</style></head><body><main><h1>${title}</h1>${content}</main></body></html>
`;
  return prepare(200, 'text/html; charset=utf-8', Buffer.from(html), pageHeaders);
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
  const all = [...description, ...headers, 'X-Content-Type-Options', 'nosniff'];
  return { ...prepareEmpty(status, all), body: Buffer.from(body).toString('latin1') };
}

function prepareEmpty(status: number, headers: string[]): PreparedResponse {
  return { status, headers, lastHeaders: [...headers, 'Connection', 'close'], body: undefined };
}
