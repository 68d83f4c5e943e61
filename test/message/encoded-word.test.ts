import { decodeWords } from 'postal-mime';
import { expect, it } from 'vitest';
import { encodeWords } from '../../src/message/encoded-word.js';
import { fc } from '../properties/fast-check.js';

it.each([
  ['=?utf-8?q?a?=', '=?UTF-8?B?PT91dGYtOD9xP2E/PQ==?='],
  ['ü', '=?UTF-8?B?w7w=?='],
  ['', '=?UTF-8?B??='],
  ['a'.repeat(46), `=?UTF-8?B?${'YWFh'.repeat(15)}?= =?UTF-8?B?YQ==?=`],
])('encodes %j', (text, words) => {
  expect(encodeWords(text)).toBe(words);
});

it('is read back as the text, in words of at most 75 characters that split no character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), text => {
      if (text.includes('\uFEFF')) return;
      const words = encodeWords(text);
      expect(decodeWords(words)).toBe(text);
      for (const word of words.split(' ')) {
        expect(word.length).toBeLessThanOrEqual(75);
        const octets = Buffer.from(word.slice('=?UTF-8?B?'.length, -2), 'base64');
        expect(Buffer.from(octets.toString())).toEqual(octets);
      }
    }),
  );
});
