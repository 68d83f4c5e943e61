import { describe, expect, it } from 'vitest';
import { discreet } from '../../src/terminal/discreet.js';
import { serveJson, serveLine } from '../../src/terminal/serve-log.js';
import { printArticleToken, sealToken } from '../../src/tracking/token.js';
import { testRing } from '../tracking/keys.js';

const at = new Date('2026-11-23T09:00:00.000Z');
const token = sealToken(testRing, { purpose: 'pixel', emailNumber: 42, recipientNumber: 1 });
const article = printArticleToken({ emailId: 'em_7k3fabcdefgh', emailAddress: 'alice@example.com' });

describe('an event of a server', () => {
  it('is one JSON object with time, level, name, words and facts', () => {
    const event = {
      kind: 'started',
      port: 8080,
      keyFingerprint: 'aa547da8192bbeb8',
      database: '/var/lib/mailtrack/mailtrack.db',
      version: '0.1.0',
    } as const;
    expect(JSON.parse(serveJson(event, at))).toEqual({
      at: '2026-11-23T09:00:00.000Z',
      level: 'info',
      event: 'started',
      message: 'Serving pixels on port 8080, key aa547da8192bbeb8, database /var/lib/mailtrack/mailtrack.db.',
      port: 8080,
      key: 'aa547da8192bbeb8',
      database: '/var/lib/mailtrack/mailtrack.db',
      version: '0.1.0',
    });
  });

  it.each([
    [
      { kind: 'disk-nearly-full', freeBytes: 199_999_999 } as const,
      'warning',
      'The disk is nearly full, 199 MB are free: fetches are only counted until there are 220 MB.',
      { free_bytes: 199_999_999 },
    ],
    [
      { kind: 'disk-has-room', freeBytes: 220_000_000, seconds: 61.26 } as const,
      'info',
      'The disk has room again, 220 MB, after 61.3 s: fetches have rows.',
      { free_bytes: 220_000_000, seconds: 61.26 },
    ],
    [
      { kind: 'descriptors-scarce', open: 16_000, limit: 20_000 } as const,
      'warning',
      '16000 of 20000 file descriptors are in use; at the limit no connection is accepted. ' +
        'Raise LimitNOFILE of the service, or `ulimit -n`.',
      { open: 16_000, limit: 20_000 },
    ],
    [
      { kind: 'descriptors-enough', open: 13_999, limit: 20_000 } as const,
      'info',
      'Enough file descriptors again: 13999 of 20000 are in use.',
      { open: 13_999, limit: 20_000 },
    ],
    [
      { kind: 'user-agents-forgotten', fetches: 312, before: new Date('2026-10-24T09:00:00.000Z') } as const,
      'info',
      'User agents from before 24 Oct 2026, 09:00 UTC are forgotten, of 312 fetches.',
      { fetches: 312, before: '2026-10-24T09:00:00.000Z' },
    ],
  ])('says what it knows: $kind', (event, level, message, facts) => {
    expect(JSON.parse(serveJson(event, at))).toEqual({
      at: at.toISOString(),
      level,
      event: event.kind,
      message,
      ...facts,
    });
  });

  it('is one line, whatever is in it', () => {
    const line = serveJson({ kind: 'fault', reason: 'a\nb\u009b2J\u2028' }, at);
    expect(line).not.toMatch(/[\n\u009b\u2028]/);
    expect(serveLine({ kind: 'fault', reason: 'a\nb\u009b2J' })).toBe('A request failed: a\\x0ab\\x9b2J');
  });

  it.each([token, token.toUpperCase(), article, `https://t.example.com/email_opened/${token}/tracking.png`])(
    'never has a whole token in it: %s',
    text => {
      const line = serveJson({ kind: 'fault', reason: `Cannot read ${text} now` }, at);
      expect(line).toContain('…');
      expect(line).not.toMatch(/[a-z2-7]{9}…/i);
      expect(line).not.toContain(text);
    },
  );
});

it.each([
  ['read ECONNRESET 203.0.113.7:4711', 'read ECONNRESET 203.0.113.0/24:4711'],
  ['from 2001:db8:1:2::3 at 10:20:30', 'from 2001:db8:1::/48 at 10:20:30'],
  ['from ::ffff:203.0.113.7', 'from 203.0.113.0/24'],
  ['better-sqlite3 12.11.0 on 300.1.1.1', 'better-sqlite3 12.11.0 on 300.1.1.1'],
  ['/var/lib/mailtrack/mailtrack.db is locked', '/var/lib/mailtrack/mailtrack.db is locked'],
])('makes %j discreet', (text, expected) => {
  expect(discreet(text)).toBe(expected);
});
