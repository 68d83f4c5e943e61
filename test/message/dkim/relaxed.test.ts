import { describe, expect, it } from 'vitest';
import { relaxEnd, relaxField, relaxPieces, startBody } from '../../../src/message/dkim/relaxed.js';
import { fc } from '../../properties/fast-check.js';

function relaxBody(...pieces: readonly Uint8Array[]): Buffer {
  const state = startBody();
  return Buffer.concat([...pieces.map(piece => relaxPieces(state, [piece])), relaxEnd(state)]);
}

const relaxText = (text: string) => relaxBody(Buffer.from(text, 'latin1')).toString('latin1');

describe('the relaxed form of a body', () => {
  it.each([
    ['nothing of nothing', '', ''],
    ['nothing of empty lines', '\r\n\r\n', ''],
    ['nothing of blank lines', ' \t\r\n \r\n', ''],
    ['the example of RFC 6376 §3.4.5', ' C \r\nD \t E\r\n\r\n\r\n', ' C\r\nD E\r\n'],
    ['one line end when the last is missing', 'a', 'a\r\n'],
    ['empty lines at the start and between', '\r\n\r\na\r\n\r\nb\r\n\r\n', '\r\n\r\na\r\n\r\nb\r\n'],
    ['a line of blanks as an empty line', 'a\r\n \t \r\nb\r\n', 'a\r\n\r\nb\r\n'],
    ['a space at the start of a line', '\t a\r\n', ' a\r\n'],
    ['other octets as they are', '\x00\x0b\xa0\xff\r\n', '\x00\x0b\xa0\xff\r\n'],
    ['half line ends as octets', 'a\rb\nc \r d\r', 'a\rb\nc \r d\r\r\n'],
  ])('has %s', (_, body, relaxed) => {
    expect(relaxText(body)).toBe(relaxed);
  });

  const awkward = fc
    .array(fc.constantFrom(' ', '\t', '\r\n', '\r', '\n', 'a', 'bc', '=', '.', '\xff'), { maxLength: 60 })
    .map(parts => Buffer.from(parts.join(''), 'latin1'));

  it('is the same wherever the body is split', () => {
    fc.assert(
      fc.property(awkward, fc.array(fc.nat(80), { maxLength: 10 }), (body, at) => {
        const cuts = [0, ...at.map(cut => Math.min(cut, body.length)).sort((a, b) => a - b), body.length];
        const pieces = cuts.slice(1).map((cut, index) => body.subarray(cuts[index], cut));
        expect(relaxBody(...pieces)).toEqual(relaxBody(body));
        const state = startBody();
        expect(Buffer.concat([relaxPieces(state, pieces), relaxEnd(state)])).toEqual(relaxBody(body));
      }),
      { numRuns: 1_000 },
    );
  });

  it('is its own relaxed form', () => {
    fc.assert(
      fc.property(awkward, body => {
        expect(relaxBody(relaxBody(body))).toEqual(relaxBody(body));
      }),
      { numRuns: 1_000 },
    );
  });

  it('is what four replacements on the whole text make of it', () => {
    const lines = fc.array(fc.array(fc.constantFrom(' ', '\t', 'a', 'b'), { maxLength: 6 }), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(lines, parts => {
        const body = parts.map(part => `${part.join('')}\r\n`).join('');
        const expected = body
          .replaceAll(/[ \t]+\r\n/g, '\r\n')
          .replaceAll(/[ \t]+/g, ' ')
          .replace(/(\r\n)+$/, '\r\n')
          .replace(/^\r\n$/, '');
        expect(relaxText(body)).toBe(expected);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('the relaxed form of a field', () => {
  it.each([
    ['A', ' X', 'a:X'],
    ['B \t', ' Y\t\r\n\tZ  ', 'b:Y Z'],
    ['Subject', '\r\n a\r\n \t b', 'subject:a b'],
    ['Cc', '', 'cc:'],
    ['Cc', ' \t ', 'cc:'],
  ])('is in lower case, unfolded, with single spaces: %j %j', (name, value, relaxed) => {
    expect(relaxField(name, value)).toBe(relaxed);
  });

  it('is its own relaxed form', () => {
    const value = fc
      .array(fc.constantFrom(' ', '\t', '\r\n ', 'a', ':', '"'), { maxLength: 30 })
      .map(parts => parts.join(''));
    fc.assert(
      fc.property(value, text => {
        const [name = '', ...rest] = relaxField('To', text).split(':');
        expect(relaxField(name, rest.join(':'))).toBe(relaxField('To', text));
      }),
    );
  });
});

it('makes one space of each run of blanks and of folding in a field, as one replacement does', () => {
  const piece = fc.constantFrom(' ', '\t', '\r\n ', '\r\n', '\r', '\n', 'a', 'é', '\u{1f600}');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), parts => {
      const value = parts.join('');
      const folded = value.replaceAll(/(?:[ \t]|\r\n(?=[ \t]))+/g, ' ').replace(/^ /, '');
      expect(relaxField('X', value)).toBe(`x:${folded.replace(/ $/, '')}`);
    }),
    { numRuns: 1_000 },
  );
});
