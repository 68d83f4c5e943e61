import { crc32, inflateSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { pixelImage, pixelPath, pixelUrl, tokenOfPath } from '../../src/tracking/pixel.js';
import { printArticleToken, sealToken } from '../../src/tracking/token.js';
import { fc } from '../properties/fast-check.js';
import { testRing } from './keys.js';

const token = sealToken(testRing, { purpose: 'pixel', emailNumber: 1, recipientNumber: 2 });

it('is a well-formed PNG of one transparent pixel in 67 octets', () => {
  const image = Buffer.from(pixelImage);
  expect(image).toHaveLength(67);
  expect(image.subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n');
  const chunks = readChunks(image.subarray(8));
  expect(chunks.map(({ type }) => type)).toEqual(['IHDR', 'IDAT', 'IEND']);
  // Width, height, 8 bits per sample, red green blue alpha, the only compression and filter, no interlace.
  expect([...(chunks[0]?.data ?? [])]).toEqual([0, 0, 0, 1, 0, 0, 0, 1, 8, 6, 0, 0, 0]);
  // One line: no filter, then one pixel of alpha 0.
  expect([...inflateSync(chunks[1]?.data ?? Buffer.alloc(0))]).toEqual([0, 0, 0, 0, 0]);
});

it('has a URL below the base, with nothing in it that needs escaping', () => {
  expect(pixelUrl('https://t.example.com/m', token)).toBe(
    `https://t.example.com/m/email_opened/${token}/tracking.png`,
  );
  expect(pixelPath(token)).toMatch(/^[a-z0-9/_.]+$/);
});

it.each([
  ['as it is', `/email_opened/${token}/tracking.png`],
  ['upper case', `/EMAIL_OPENED/${token}/TRACKING.PNG`],
  ['.PNG', `/email_opened/${token}/tracking.PNG`],
  ['a query', `/email_opened/${token}/tracking.png?x=1&y=/email_opened/z/tracking.png`],
  ['an empty query', `/email_opened/${token}/tracking.png?`],
  ['a fragment', `/email_opened/${token}/tracking.png#top`],
  ['a slash at the end', `/email_opened/${token}/tracking.png/`],
  ['slashes too many', `//email_opened///${token}//tracking.png//`],
  ['percent-encoding', `/%65mail%5Fopened%2F${token}%2ftracking%2Epng`],
  ['a percent-encoded token', `/email_opened/${token.replace(/./g, hexEscape)}/tracking.png`],
  ['the absolute form', `http://t.example.com:8080/email_opened/${token}/tracking.png?x`],
  ['the absolute form in upper case', `HTTPS://T.EXAMPLE.COM/email_opened/${token}/tracking.png`],
])('finds the token in a target with %s', (_, target) => {
  expect(tokenOfPath(target)).toBe(token);
});

it('leaves the case of the token alone, on which an article token depends', () => {
  expect(tokenOfPath('/Email_Opened/aBcD/Tracking.png')).toBe('aBcD');
});

it.each([
  ['plain', (text: string) => text],
  ['percent-encoded', encodeURIComponent],
])('finds an article token in standard base64, %s, slashes and all', (_, encode) => {
  const article = { emailId: 'em_?~>?', emailAddress: 'ö?~>?@example.com' };
  const standard = Buffer.from(printArticleToken(article), 'base64url').toString('base64');
  expect(standard).toMatch(/[/]/);
  expect(tokenOfPath(`/email_opened/${encode(standard)}/tracking.png`)).toBe(standard);
});

it.each([
  ['/email_opened//tracking.png', ''],
  ['/email_opened/%/tracking.png', '%'],
  ['/email_opened/%zz%4/tracking.png', '%zz%4'],
  ['/email_opened/%00%ff/tracking.png', '\0\xff'],
  ['/email_opened/../tracking.png', '..'],
])('takes %s for a pixel too, whatever its token', (target, expected) => {
  expect(tokenOfPath(target)).toBe(expected);
});

it.each([
  '/',
  '',
  '*',
  '/email_opened',
  `/email_opened/${token}`,
  `/email_opened/${token}/tracking.gif`,
  `/email_opened/${token}/tracking.png.html`,
  `/x/email_opened/${token}/tracking.png`,
  '/tracking.png',
  `/?/email_opened/${token}/tracking.png`,
])('finds no token in %j', target => {
  expect(tokenOfPath(target)).toBeUndefined();
});

it('finds any token it was given, and never throws', () => {
  fc.assert(
    fc.property(fc.base64String({ minLength: 1 }), text => {
      fc.pre(!/^\/|\/$|\/\//.test(text));
      expect(tokenOfPath(pixelPath(text))).toBe(text);
    }),
  );
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), text => {
      expect(() => tokenOfPath(text)).not.toThrow();
      expect(typeof tokenOfPath(`/email_opened/${text.replace(/[?#]/g, '')}/tracking.png`)).toBe('string');
    }),
  );
});

function readChunks(bytes: Buffer): readonly { type: string; data: Buffer }[] {
  const chunks = [];
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const typed = bytes.subarray(at + 4, at + 8 + length);
    expect(bytes.readUInt32BE(at + 8 + length)).toBe(crc32(typed));
    chunks.push({ type: typed.toString('latin1', 0, 4), data: typed.subarray(4) });
    at += 12 + length;
  }
  return chunks;
}

function hexEscape(character: string): string {
  return `%${character.charCodeAt(0).toString(16)}`;
}

it.each(['.', ',', ')', '>"', ';:', "'"])('ignores %s that a mail program made a part of the URL', glued => {
  expect(tokenOfPath(`/email_opened/abc/tracking.png${glued}`)).toBe('abc');
  expect(tokenOfPath(`/email_opened/abc/tracking.png${encodeURIComponent(glued)}`)).toBe('abc');
  expect(tokenOfPath(`/email_opened/abc/tracking.png${glued}x`)).toBeUndefined();
});
