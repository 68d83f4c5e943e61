import { describe, expect, it } from 'vitest';
import { printBase32, readBase32 } from '../../src/base32.js';
import { createKey, createKeyRing } from '../../src/tracking/key.js';
import { pixelUrl } from '../../src/tracking/pixel.js';
import {
  openToken,
  parseToken,
  printArticleToken,
  readArticleToken,
  sealToken,
  type TokenPurpose,
} from '../../src/tracking/token.js';
import { fc } from '../properties/fast-check.js';
import { testKey, testRing } from './keys.js';

const number48 = fc.integer({ min: 0, max: 2 ** 48 - 1 });
const purpose = fc.constantFrom<TokenPurpose[]>('pixel', 'rehearsal', 'unsubscribe');
const content = fc.record({ purpose, emailNumber: number48, recipientNumber: number48 });
const pixel = { purpose: 'pixel', emailNumber: 2 ** 48 - 1, recipientNumber: 1 } as const;

describe('a sealed token', () => {
  it('comes back as what was sealed, in any mixture of cases', () => {
    fc.assert(
      fc.property(content, fc.array(fc.boolean(), { minLength: 44, maxLength: 44 }), (sealed, upper) => {
        const token = sealToken(testRing, sealed);
        expect(token).toMatch(/^[a-z2-7]{44}$/);
        const mixed = [...token].map((letter, at) => (upper[at] ? letter.toUpperCase() : letter)).join('');
        expect(openToken(testRing, mixed)).toEqual(sealed);
      }),
    );
  });

  it('has one fixed spelling, on which mail already sent depends', () => {
    expect(sealToken(testRing, pixel)).toBe('ced7777777776aaaaaaaaajvqdsmfwmttopmy5pffuiq');
  });

  it('is refused with any of its bits flipped', () => {
    const bytes = readBase32(sealToken(testRing, pixel)) ?? new Uint8Array();
    const accepted = Array.from({ length: bytes.length * 8 }, (_, bit) => {
      const flipped = bytes.map((byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
      return openToken(testRing, printBase32(flipped));
    }).filter(opened => opened !== undefined);
    expect(bytes).toHaveLength(27);
    expect(accepted).toEqual([]);
  });

  it('is refused with any of its characters replaced', () => {
    const token = sealToken(testRing, pixel);
    for (const [at, letter] of [...token].entries()) {
      const other = letter === 'a' ? 'b' : 'a';
      expect(openToken(testRing, token.slice(0, at) + other + token.slice(at + 1))).toBeUndefined();
    }
  });

  it('is refused in a second spelling, with bits left over that are not zero', () => {
    const token = sealToken(testRing, pixel);
    const lastLetter = token.at(-1) ?? '';
    expect('aq').toContain(lastLetter);
    for (const other of 'abcdefghijklmnopqrstuvwxyz234567'.replace(lastLetter, '')) {
      expect(openToken(testRing, token.slice(0, -1) + other)).toBeUndefined();
    }
  });

  it('is no path that filters take for a web bug', () => {
    const longImagePath = /\/[0-9a-z]{45,}\/\w+\.(?:png|gif|jpe?g)$/i;
    expect(pixelUrl('https://t.example.com', sealToken(testRing, pixel))).not.toMatch(longImagePath);
  });

  it('differs per purpose, email, recipient and key', () => {
    const tokens = [
      sealToken(testRing, pixel),
      sealToken(testRing, { ...pixel, purpose: 'rehearsal' }),
      sealToken(testRing, { ...pixel, emailNumber: 5 }),
      sealToken(testRing, { ...pixel, recipientNumber: 5 }),
      sealToken(createKeyRing([testKey(8)]), pixel),
    ];
    // Not only in the part that says so: the tag depends on all of it.
    expect(new Set(tokens.map(token => token.slice(-20))).size).toBe(tokens.length);
  });

  it('verifies with an older key of the ring, and not once that is gone', () => {
    const token = sealToken(testRing, pixel);
    expect(openToken(createKeyRing([testKey(7), testKey(8)]), token)).toEqual(pixel);
    expect(openToken(createKeyRing([testKey(8)]), token)).toBeUndefined();
    expect(openToken(createKeyRing([createKey(7, new Uint8Array(32))]), token)).toBeUndefined();
  });

  it.each([
    ['nothing', ''],
    ['one character less', sealToken(testRing, pixel).slice(1)],
    ['one character more', `${sealToken(testRing, pixel)}a`],
    ['padding', `${sealToken(testRing, pixel).slice(0, -1)}=`],
    ['a Kelvin sign, whose lower case is k', `\u212a${'a'.repeat(43)}`],
    ['ten thousand characters', 'a'.repeat(10_000)],
  ])('is not %s', (_, text) => {
    expect(openToken(testRing, text)).toBeUndefined();
  });
});

describe('an article token', () => {
  const alice = { emailId: 'em_7k3fabcdefgh', emailAddress: 'alice???>>>ö@example.com' };
  const json = '{"email_id":"em_7k3fabcdefgh","email_address":"alice???>>>ö@example.com"}';
  const standard = Buffer.from(json).toString('base64');

  it('is base64url of the JSON of the original idea', () => {
    expect(Buffer.from(printArticleToken(alice), 'base64url').toString()).toBe(json);
    expect(printArticleToken(alice)).toMatch(/^[A-Za-z0-9_-]+$/);
  });

  it('comes back as what was printed', () => {
    const text = fc
      .string({ unit: 'grapheme', maxLength: 60 })
      .filter(value => !/[\p{Cc}\p{Cs}]/u.test(value));
    fc.assert(
      fc.property(text, text, (emailId, emailAddress) => {
        const token = printArticleToken({ emailId, emailAddress });
        fc.pre(token.length <= 1_024);
        expect(readArticleToken(token)).toEqual({ emailId, emailAddress });
      }),
    );
  });

  it.each([
    ['standard base64, percent-encoded', encodeURIComponent(standard)],
    ['base64url with every character percent-encoded', printArticleToken(alice).replace(/./g, hexEscape)],
    [
      'JSON with spaces and another order',
      base64url('{ "email_address": "alice???>>>ö@example.com", "email_id": "em_7k3fabcdefgh" }'),
    ],
  ])('is read from %s', (_, text) => {
    expect(readArticleToken(text)).toEqual(alice);
  });

  it('is read from standard base64 with its +, / and =', () => {
    expect(standard).toMatch(/[/].*\+.*=$/);
    expect(readArticleToken(standard)).toEqual(alice);
  });

  it.each([
    ['a key too many', '{"email_id":"a","email_address":"b","x":"c"}'],
    ['a key too few', '{"email_id":"a"}'],
    ['a prototype', '{"__proto__":{"email_id":"a"},"email_address":"b"}'],
    ['a prototype beside the two', '{"__proto__":{},"email_id":"a","email_address":"b"}'],
    ['a key every object inherits', '{"constructor":"a","email_address":"b"}'],
    ['a number', '{"email_id":1,"email_address":"b"}'],
    ['an object as address', '{"email_id":"a","email_address":{}}'],
    ['an array', '["a","b"]'],
    ['null', 'null'],
    ['a string', '"email_id"'],
    ['half an object', '{"email_id":"a",'],
    ['a control character', '{"email_id":"a","email_address":"\\u001b[2J"}'],
    ['half a character', '{"email_id":"a","email_address":"\\ud800"}'],
    ['a byte order mark', '\ufeff{"email_id":"a","email_address":"b"}'],
    ['more than 1,024 characters', `{"email_id":"a","email_address":"${'b'.repeat(1_000)}"}`],
    ['nesting without end', '['.repeat(700)],
  ])('is refused with %s', (_, text) => {
    expect(readArticleToken(base64url(text))).toBeUndefined();
  });

  it.each([
    [
      'octets that are not UTF-8',
      Buffer.from('{"email_id":"a","email_address":"\xff"}', 'latin1').toString('base64url'),
    ],
    ['characters that are not base64', `!${base64url('{"email_id":"a","email_address":"b"}')}`],
    ['padding in the middle', `ey=${base64url('{"email_id":"a","email_address":"b"}').slice(2)}`],
    ['nothing', ''],
  ])('is not %s', (_, text) => {
    expect(readArticleToken(text)).toBeUndefined();
  });
});

describe('a token of unknown kind', () => {
  it('is told by what it proves to be', () => {
    const article = { emailId: 'em_7k3fabcdefgh', emailAddress: 'a@example.com' };
    expect(parseToken(testRing, sealToken(testRing, pixel))).toEqual({ kind: 'sealed', ...pixel });
    expect(parseToken(testRing, printArticleToken(article))).toEqual({ kind: 'article', ...article });
  });

  it('never makes the reader throw, and verifies nothing', () => {
    const base64 = fc.uint8Array({ maxLength: 800 }).map(bytes => Buffer.from(bytes).toString('base64'));
    const base32 = fc.uint8Array({ minLength: 30, maxLength: 30 }).map(printBase32);
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json().map(base64url), base64, base32), text => {
        expect(parseToken(testRing, text)).toBeUndefined();
      }),
      { numRuns: 2_000 },
    );
  });
});

function base64url(text: string): string {
  return Buffer.from(text).toString('base64url');
}

function hexEscape(character: string): string {
  return `%${character.charCodeAt(0).toString(16)}`;
}
