/**
 * What strangers send to an open port, octet for octet. None of it proves to be a fetch, so none of it may leave a row; what asks
 * for a pixel is answered as any token would be, and the rest is refused in HTTP's own words.
 */
import { createKeyRing } from '../../src/tracking/key.js';
import { printArticleToken, sealToken } from '../../src/tracking/token.js';
import { testKey, testRing } from '../tracking/keys.js';

export interface HostileRequest {
  readonly name: string;
  /** One character an octet. */
  readonly bytes: string;
  /** Status codes in order; `pixel` is the whole answer to an unknown token. None: the connection is closed. */
  readonly answers: readonly (number | 'pixel')[];
}

const content = { purpose: 'pixel', emailNumber: 42, recipientNumber: 1 } as const;
const valid = sealToken(testRing, content);
const unknown = 'a'.repeat(48);

export const validToken = valid;
export const unknownRequest = get(pixel(unknown));

export function get(target: string, headers = '', version = 'HTTP/1.1'): string {
  return `GET ${target} ${version}\r\nHost: t.example.com\r\n${headers}Connection: close\r\n\r\n`;
}

export function pixel(token: string): string {
  return `/email_opened/${token}/tracking.png`;
}

function article(json: string): string {
  return Buffer.from(json).toString('base64url');
}

const tokens: Readonly<Record<string, string>> = {
  'no token': '',
  'one character': 'a',
  'a token without its last character': valid.slice(0, -1),
  'a token and one character more': `${valid}a`,
  'a token twice': valid + valid,
  'two tokens': `${valid}/${valid}`,
  'a token without its tag': valid.slice(0, 22),
  'a token with an empty tag': `${valid.slice(0, 22)}${'a'.repeat(26)}`,
  'a token of an unknown key': sealToken(createKeyRing([testKey(8)]), content),
  'a token of the same key under another id': sealToken(createKeyRing([{ ...testKey(7), id: 9 }]), content),
  'a token to unsubscribe': sealToken(testRing, { ...content, purpose: 'unsubscribe' }),
  'a token of a rehearsal': sealToken(testRing, { ...content, purpose: 'rehearsal' }),
  'a token backwards': [...valid].reverse().join(''),
  'a letter that turns into k in lower case': `%E2%84%AA${valid.slice(1)}`,
  'a digit that is not in the alphabet': `${valid.slice(0, -1)}0`,
  'a token in quotes': `%22${valid}%22`,
  'a token with a space behind': `${valid}%20`,
  'a token with a line end behind': `${valid}%0D%0A`,
  'a token with NUL behind': `${valid}%00`,
  'a token percent-encoded twice': valid.replace('c', '%2563'),
  '64 characters': 'b'.repeat(64),
  '7,000 characters': 'c'.repeat(7_000),
  '2,000 percent-encoded NULs': '%00'.repeat(2_000),
  'octets that are no UTF-8': '%C0%AF%FE%FF',
  'percent signs alone': '%%%%',
  'half an escape': '%4',
  'an escape of nothing': '%zz',
  'standard base64': 'eyJh+/8=',
  'base64 padded wrongly': 'eyJhIjoxfQ===',
  'an article token for nobody': printArticleToken({ emailId: 'em_x', emailAddress: 'a@example.com' }),
  'an article token that is a list': article('["em_x","a@example.com"]'),
  'an article token that is null': article('null'),
  'an article token that is a number': article('1e400'),
  'an article token with a field more': article('{"email_id":"a","email_address":"b","c":1}'),
  'an article token with numbers': article('{"email_id":1,"email_address":2}'),
  'an article token with __proto__': article('{"__proto__":{"email_id":"a"},"email_address":"b"}'),
  'an article token with NUL': article('{"email_id":"a\\u0000","email_address":"b"}'),
  'an article token with SQL': article('{"email_id":"\' OR 1=1 --","email_address":"x\' OR \'1\'=\'1"}'),
  'an article token cut short': article('{"email_id":"em_x","email_addr'),
  'an article token nested a thousand deep': article(`${'['.repeat(500)}${']'.repeat(500)}`),
  SQL: "'%20OR%201=1%20--",
  'a script': '%3Cscript%3Ealert(1)%3C/script%3E',
  'a template': '%7B%7B7*7%7D%7D',
  'a lookup': '$%7Bjndi:ldap://x.example/a%7D',
  __proto__: '__proto__',
  constructor: 'constructor',
  undefined: 'undefined',
  'the way up': '../../../etc/passwd',
  'the way up, encoded': '..%2f..%2f..%2fetc%2fpasswd',
  backslashes: '..\\..\\windows',
  'terminal sequences': '%1B]0;x%07%1B[31m',
  'right-to-left override': '%E2%80%AE',
  'an emoji': '%F0%9F%93%A7',
};

/** The URL of an unknown pixel, as gateways and scanners change it. */
const targets: Readonly<Record<string, string>> = {
  'a query of 5,000 characters': `${pixel(unknown)}?x=${'y'.repeat(5_000)}`,
  'a query that is a URL': `${pixel(unknown)}?u=https://evil.example/`,
  'a fragment': `${pixel(unknown)}#x`,
  'a path parameter': `/email_opened;v=1/${unknown}/../../email_opened/x/tracking.png`.replace(
    '/email_opened;v=1',
    '/email_opened',
  ),
  'a thousand slashes': `${'/'.repeat(1_000)}email_opened/${unknown}/tracking.png`,
  'a slash behind': `${pixel(unknown)}/`,
  'upper case': pixel(unknown).toUpperCase(),
  'an encoded folder': `/email%5Fopened/${unknown}/tracking%2Epng`,
  'the absolute form': `http://t.example.com${pixel(unknown)}`,
  'the absolute form of another host': `https://evil.example:99${pixel(unknown)}`,
  'the absolute form with a user': `http://a:b@t.example.com${pixel(unknown)}`,
};

/** Beside a request for an unknown pixel. */
const headers: Readonly<Record<string, string>> = {
  'a range': 'Range: bytes=0-0\r\n',
  'a thousand ranges': `Range: bytes=${'0-0,'.repeat(1_000)}0-1\r\n`,
  conditions: 'If-None-Match: *\r\nIf-Modified-Since: Mon, 23 Nov 2026 09:00:00 GMT\r\nIf-Match: "x"\r\n',
  encodings: 'Accept-Encoding: gzip, br, zstd, identity;q=0\r\n',
  'a type it does not accept': 'Accept: text/html;q=1, image/*;q=0\r\n',
  'cookies and an origin': 'Cookie: a=b\r\nOrigin: null\r\nReferer: javascript:alert(1)\r\n',
  'two user agents': 'User-Agent: one\r\nUser-Agent: two\r\n',
  'a user agent of 7,000 characters': `User-Agent: ${'u'.repeat(7_000)}\r\n`,
  'a user agent with octets beyond ASCII': 'User-Agent: \xff\xfe\xe9\r\n',
  'an empty user agent': 'User-Agent:\r\n',
  'proxies it made up':
    'X-Forwarded-For: 203.0.113.7\r\nForwarded: for=203.0.113.7\r\nX-Real-IP: 203.0.113.7\r\n',
  'methods it made up': 'X-HTTP-Method-Override: DELETE\r\nX-Original-URL: /admin\r\n',
  'a prefetch': 'Purpose: prefetch\r\nSec-Purpose: prefetch;prerender\r\n',
  'a body': 'Content-Length: 0\r\n',
  'a hundred fields': 'X-A: b\r\n'.repeat(100),
  'a name of 1,000 characters': `${'X'.repeat(1_000)}: y\r\n`,
  'no more than an Upgrade': 'Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n',
};

const raw: readonly HostileRequest[] = [
  { name: 'HEAD of an unknown pixel', bytes: get(pixel(unknown)).replace('GET', 'HEAD'), answers: [200] },
  { name: 'an HTTP/1.0 request', bytes: `GET ${pixel(unknown)} HTTP/1.0\r\n\r\n`, answers: ['pixel'] },
  {
    name: 'a body on a GET',
    bytes: `${get(pixel(unknown), 'Content-Length: 5\r\n')}hello`,
    answers: ['pixel'],
  },
  {
    name: 'chunks on a GET',
    bytes: `${get(pixel(unknown), 'Transfer-Encoding: chunked\r\n')}5\r\nhello\r\n0\r\n\r\n`,
    answers: ['pixel'],
  },
  {
    name: 'an expectation',
    bytes: `${get(pixel(unknown), 'Expect: 100-continue\r\nContent-Length: 2\r\n')}hi`,
    answers: [100, 'pixel'],
  },
  { name: 'an unknown expectation', bytes: get(pixel(unknown), 'Expect: 200-maybe\r\n'), answers: ['pixel'] },
  ...['POST', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND', 'PURGE', 'LINK'].map(method => ({
    name: `${method} with a valid token`,
    bytes: get(pixel(valid), 'Content-Length: 0\r\n').replace('GET', method),
    answers: [405],
  })),
  { name: 'OPTIONS with a valid token', bytes: get(pixel(valid)).replace('GET', 'OPTIONS'), answers: [204] },
  {
    name: 'a websocket with a POST',
    bytes: get(pixel(valid), 'Upgrade: websocket\r\nSec-WebSocket-Key: x\r\n').replace('GET', 'POST'),
    answers: [405],
  },
  {
    name: 'CONNECT',
    bytes: 'CONNECT t.example.com:443 HTTP/1.1\r\nHost: t.example.com\r\n\r\n',
    answers: [],
  },
  { name: 'an unknown method', bytes: get('/').replace('GET', 'BREW'), answers: [400] },
  { name: 'a method in lower case', bytes: get(pixel(valid)).replace('GET', 'get'), answers: [400] },
  ...[
    '/',
    '/email_opened',
    `/email_opened/${valid}`,
    `/email_opened/${valid}/tracking.gif`,
    `/x/${valid}/tracking.png`,
    `/${valid}`,
    '/../../etc/passwd',
    '/%2e%2e/%2e%2e/etc/passwd',
    '/.git/config',
    '/.env',
    '/wp-login.php',
    '/cgi-bin/luci',
    '/%00',
    '/metrics',
    `/${'a'.repeat(7_000)}`,
    '/unsubscribe',
    '*',
  ].map(path => ({ name: `the path ${path.slice(0, 90)}`, bytes: get(path), answers: [404] })),
  {
    name: 'a link to unsubscribe with a pixel’s token, fetched',
    bytes: get(`/unsubscribe/${valid}`),
    answers: [404],
  },
  {
    name: 'a link to unsubscribe with a pixel’s token, posted',
    bytes: get(`/unsubscribe/${valid}`, 'Content-Length: 0\r\n').replace('GET', 'POST'),
    answers: [404],
  },
  // From here on no HTTP, or too much of it.
  { name: '9 kB of URL', bytes: get(pixel('a'.repeat(9_000))), answers: [431] },
  {
    name: '20 kB of header fields',
    bytes: get(pixel(valid), `X-A: ${'a'.repeat(20_000)}\r\n`),
    answers: [431],
  },
  { name: '5,000 header fields', bytes: get(pixel(valid), 'A: b\r\n'.repeat(5_000)), answers: [431] },
  {
    name: 'a user agent of 9 kB',
    bytes: get(pixel(valid), `User-Agent: ${'u'.repeat(9_000)}\r\n`),
    answers: [431],
  },
  { name: 'no Host', bytes: `GET ${pixel(valid)} HTTP/1.1\r\n\r\n`, answers: [400] },
  {
    name: 'two lengths',
    bytes: get(pixel(valid), 'Content-Length: 1\r\nContent-Length: 2\r\n'),
    answers: [400],
  },
  {
    name: 'a length and chunks',
    bytes: get(pixel(valid), 'Content-Length: 1\r\nTransfer-Encoding: chunked\r\n'),
    answers: [400],
  },
  { name: 'a negative length', bytes: get(pixel(valid), 'Content-Length: -1\r\n'), answers: [400] },
  {
    name: 'a length beyond 2^64',
    bytes: get(pixel(valid), 'Content-Length: 99999999999999999999\r\n'),
    answers: [400],
  },
  { name: 'a length in hex', bytes: get(pixel(valid), 'Content-Length: 0x5\r\n'), answers: [400] },
  {
    name: 'chunks of chunks',
    bytes: get(pixel(valid), 'Transfer-Encoding: chunked, chunked\r\n'),
    answers: [400],
  },
  {
    name: 'an unknown transfer encoding',
    bytes: get(pixel(unknown), 'Transfer-Encoding: xchunked\r\n'),
    answers: ['pixel'],
  },
  { name: 'a bare LF as line end', bytes: get(pixel(valid)).replaceAll('\r\n', '\n'), answers: [400] },
  { name: 'a bare CR as line end', bytes: get(pixel(valid)).replaceAll('\r\n', '\r'), answers: [400] },
  { name: 'a folded field', bytes: get(pixel(valid), 'X-A: b\r\n c\r\n'), answers: [400] },
  { name: 'a space before the colon', bytes: get(pixel(valid), 'X-A : b\r\n'), answers: [400] },
  { name: 'a field without a name', bytes: get(pixel(valid), ': b\r\n'), answers: [400] },
  { name: 'a field without a colon', bytes: get(pixel(valid), 'nonsense\r\n'), answers: [400] },
  { name: 'NUL in a field', bytes: get(pixel(valid), 'X-A: b\0c\r\n'), answers: [400] },
  { name: 'NUL in the URL', bytes: get(pixel(`${valid}\0`)), answers: [400] },
  { name: 'a space in the URL', bytes: get(pixel(`${valid} x`)), answers: [400] },
  { name: 'a tab in the URL', bytes: get(pixel(`${valid}\t`)), answers: [400] },
  {
    name: 'a control character in the user agent',
    bytes: get(pixel(valid), 'User-Agent: a\x01b\r\n'),
    answers: [400],
  },
  { name: 'no URL', bytes: 'GET  HTTP/1.1\r\nHost: a\r\n\r\n', answers: [400] },
  { name: 'HTTP/0.9', bytes: `GET ${pixel(unknown)}\r\n\r\n`, answers: ['pixel'] },
  { name: 'HTTP/3.0', bytes: get(pixel(valid), '', 'HTTP/3.0'), answers: [400] },
  { name: 'HTTP/1.10', bytes: get(pixel(valid), '', 'HTTP/1.10'), answers: [400] },
  { name: 'ICY', bytes: get(pixel(valid), '', 'ICY/1.1'), answers: [400] },
  {
    name: 'the preface of HTTP/2',
    bytes: 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0',
    answers: [400],
  },
  { name: 'the hello of TLS', bytes: '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', answers: [400] },
  { name: 'SSH', bytes: 'SSH-2.0-OpenSSH_9.2\r\n', answers: [400] },
  { name: 'SMTP', bytes: 'EHLO a.example\r\nMAIL FROM:<a@b.example>\r\n', answers: [400] },
  { name: 'Redis', bytes: '*1\r\n$4\r\nINFO\r\n', answers: [400] },
  {
    name: 'the PROXY protocol',
    bytes: `PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n${get(pixel(valid))}`,
    answers: [400],
  },
  { name: 'NULs', bytes: '\0'.repeat(1_000), answers: [400] },
  { name: 'octets 0 to 255', bytes: String.fromCharCode(...Array(256).keys()), answers: [400] },
  { name: 'an answer', bytes: 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n', answers: [400] },
  {
    name: 'a second request hidden in the body of the first',
    bytes: `${get('/', `Content-Length: ${get(pixel(valid)).length}\r\n`)}${get(pixel(valid))}`,
    answers: [404],
  },
  {
    name: 'a broken chunk',
    bytes: `${get(pixel(unknown), 'Transfer-Encoding: chunked\r\n').replace('GET', 'POST')}zz\r\nhello\r\n`,
    answers: [405],
  },
  {
    name: 'an endless chunk extension',
    bytes: `${get(pixel(unknown), 'Transfer-Encoding: chunked\r\n').replace('GET', 'POST')}5;${'x'.repeat(20_000)}`,
    answers: [405],
  },
];

export const hostileRequests: readonly HostileRequest[] = [
  ...entries(tokens, token => get(pixel(token))),
  ...entries(targets, target => get(target)),
  ...entries(headers, fields => get(pixel(unknown), fields)),
  ...raw,
];

function entries(
  table: Readonly<Record<string, string>>,
  bytes: (text: string) => string,
): readonly HostileRequest[] {
  return Object.entries(table).map(([name, text]) => ({ name, bytes: bytes(text), answers: ['pixel'] }));
}
