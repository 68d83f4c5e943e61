import { describe, expect, it } from 'vitest';
import { parseLogLine } from '../../src/tracking/access-log.js';
import { fc } from '../properties/fast-check.js';

const at = Date.UTC(2026, 10, 24, 22, 44, 58);
const request = {
  address: '203.0.113.7',
  at,
  method: 'GET',
  target: '/email_opened/abc/tracking.png',
  status: 200,
  userAgent: 'Thunderbird/128',
};
const first = 'GET /email_opened/abc/tracking.png HTTP/1.1';

describe('a line of an access log', () => {
  it.each([
    ['combined', `203.0.113.7 - - [24/Nov/2026:22:44:58 +0000] "${first}" 200 67 "-" "Thunderbird/128"`],
    [
      'combined, elsewhere',
      `203.0.113.7 - - [25/Nov/2026:04:29:58 +0545] "${first}" 200 67 "-" "Thunderbird/128"`,
    ],
    [
      'combined, with a user of two words',
      `203.0.113.7 x a b [24/Nov/2026:22:44:58 +0000] "${first}" 200 - "-" "Thunderbird/128"`,
    ],
    [
      'combined, behind a virtual host',
      `t.example.com:443 203.0.113.7 - - [24/Nov/2026:22:44:58 +0000] "${first}" 200 67 "-" "Thunderbird/128"`,
    ],
    [
      'combined, behind a virtual host that is an address',
      `[2001:db8::1]:443 203.0.113.7 - a [24/Nov/2026:22:44:58 +0000] "${first}" 200 67 "-" "Thunderbird/128"`,
    ],
    [
      'combined, and more',
      `203.0.113.7 - - [24/Nov/2026:22:44:58 +0000] "${first}" 200 67 "-" "Thunderbird/128" "-" 0.001`,
    ],
    [
      'JSON of nginx',
      `{"time":"2026-11-24T22:44:58+00:00","address":"203.0.113.7","method":"GET","uri":"/email_opened/abc/tracking.png","status":200,"agent":"Thunderbird/128"}`,
    ],
    [
      'JSON of nginx in its own names, all text',
      `{"msec":"1795560298.000","remote_addr":"203.0.113.7","request":"${first}","status":"200","http_user_agent":"Thunderbird/128"}`,
    ],
    [
      'JSON of Caddy',
      `{"level":"info","ts":1795560298.0004,"logger":"http.log.access","msg":"handled request","request":{"remote_ip":"10.0.0.1","remote_port":"41342","client_ip":"203.0.113.7","proto":"HTTP/2.0","method":"GET","host":"t.example.com","uri":"/email_opened/abc/tracking.png","headers":{"User-Agent":["Thunderbird/128"],"Accept":["*/*"]}},"bytes_read":0,"duration":0.0009,"size":67,"status":200,"resp_headers":{"Server":["Caddy"]}}`,
    ],
  ])('is read: %s', (_, line) => {
    expect(parseLogLine(line)).toEqual(request);
  });

  it('in the common format does not say which user agent', () => {
    const line = `2001:db8::1 - - [24/Nov/2026:22:44:58 +0000] "HEAD /x HTTP/1.0" 499 0`;
    expect(parseLogLine(line)).toEqual({
      address: '2001:db8::1',
      at,
      method: 'HEAD',
      target: '/x',
      status: 499,
      userAgent: undefined,
    });
  });

  it.each([
    ['2001:db8::1 - - ', '2001:db8::1'],
    ['t.example.com:80 2001:db8::1 - - ', '2001:db8::1'],
    ['reader.example.net ident ann ', 'reader.example.net'],
    ['203.0.113.7 - 198.51.100.1 ', '203.0.113.7'],
  ])('that begins with %j is of %s', (beginning, address) => {
    const line = `${beginning}[24/Nov/2026:22:44:58 +0000] "${first}" 200 67`;
    expect(parseLogLine(line)?.address).toBe(address);
  });

  it('that has a dash for the user agent had none', () => {
    const line = `203.0.113.7 - - [24/Nov/2026:22:44:58 +0000] "${first}" 200 67 "-" "-"`;
    expect(parseLogLine(line)?.userAgent).toBe('');
  });

  it('has what was escaped back, octet by octet', () => {
    const line = String.raw`203.0.113.7 - - [24/Nov/2026:22:44:58 +0000] "GET /a\x22b HTTP/1.1" 200 67 "-" "Gr\xC3\xBC\xC3\x9Fe \"x\" \\ \x5C"`;
    expect(parseLogLine(line)).toMatchObject({
      target: '/a"b',
      userAgent: `${Buffer.from('Grüße').toString('latin1')} "x" \\ \\`,
    });
  });

  it.each([
    '',
    'garbage',
    '[24/Nov/2026:22:44:58 +0000]',
    `203.0.113.7 - - [99/Nov/2026:22:44:58 +0000] "${first}" 200 67`,
    `203.0.113.7 - - [24/Foo/2026:22:44:58 +0000] "${first}" 200 67`,
    `203.0.113.7 - - [24/Nov/2026:22:44:58 +0000] "${first} 200 67`,
    '{"time":"2026-11-24T22:44:58+00:00"}',
    '{"time":"yesterday","address":"203.0.113.7","method":"GET","uri":"/x","status":200}',
    '{"time":1e300,"address":"203.0.113.7","method":"GET","uri":"/x","status":200}',
    '{"__proto__":{"status":200}}',
    '{"a":',
    '{}',
    '[]',
    'null',
  ])('is not %j', line => {
    expect(parseLogLine(line)).toBeUndefined();
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), text => {
        parseLogLine(text);
        parseLogLine(`{${text}`);
        parseLogLine(`1.2.3.4 - - [24/Nov/2026:22:44:58 +0000] "${text}" 200 1 "${text}" "${text}"`);
      }),
    );
    for (const long of ['\\"', '"', ' ', '[', '\\x4', 'a ']) {
      expect(
        parseLogLine(`1.2.3.4 - - [24/Nov/2026:22:44:58 +0000] "${long.repeat(30_000)}`),
      ).toBeUndefined();
      expect(parseLogLine(long.repeat(30_000))).toBeUndefined();
    }
  });
});
