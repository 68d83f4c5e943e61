import { describe, expect, it } from 'vitest';
import { encodeData, findBareLineEnd } from '../../src/smtp/dot-stuff.js';
import { cutOctets, joined, lengthOf } from '../../src/smtp/octets.js';
import { fc } from '../properties/fast-check.js';

const encode = (message: string) => Buffer.concat(encodeData(Buffer.from(message))).toString();

/** What a server does, written from RFC 5321 §4.5.2 and not from our code: line by line, until the lone dot. */
function serverReads(data: string): { message: string; rest: string } {
  let message = '';
  let rest = data;
  for (;;) {
    const end = rest.indexOf('\r\n') + 2;
    const line = rest.slice(0, end);
    rest = rest.slice(end);
    if (line === '.\r\n') return { message, rest };
    message += line.startsWith('.') ? line.slice(1) : line;
  }
}

describe('the octets after DATA', () => {
  it.each([
    ['a\r\n', 'a\r\n.\r\n'],
    ['a', 'a\r\n.\r\n'],
    ['.\r\n', '..\r\n.\r\n'],
    ['..\r\n', '...\r\n.\r\n'],
    ['a\r\n.\r\nb\r\n', 'a\r\n..\r\nb\r\n.\r\n'],
    ['.\r\n.\r\n.', '..\r\n..\r\n..\r\n.\r\n'],
    ['a.\r\n', 'a.\r\n.\r\n'],
    ['\r\n', '\r\n.\r\n'],
  ])('of %j are %j', (message, data) => {
    expect(encode(message)).toBe(data);
  });

  it('read as the message, with nothing left over', () => {
    const line = fc
      .array(fc.constantFrom('.', '..', 'a', ' ', 'é'), { maxLength: 4 })
      .map(parts => parts.join(''));
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 8 }), lines => {
        const message = `${lines.join('\r\n')}\r\n`;
        expect(serverReads(encode(message))).toEqual({ message, rest: '' });
      }),
    );
  });

  it('read as the message whatever its octets are, ended by the only lone dot', () => {
    const piece = fc.oneof(
      fc
        .constantFrom('\r\n', '.', '..', '\r\n.\r\n', '\r\n..', 'MAIL FROM:<a@b>', '')
        .map(text => Buffer.from(text)),
      fc.uint8Array({ maxLength: 8 }).map(octets => octets.filter(octet => octet !== 0x0d && octet !== 0x0a)),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), pieces => {
        const message = Buffer.concat(pieces);
        const whole = message.toString('latin1').endsWith('\r\n')
          ? message
          : Buffer.concat([message, Buffer.from('\r\n')]);
        const data = Buffer.concat(encodeData(message)).toString('latin1');
        expect(serverReads(data)).toEqual({ message: whole.toString('latin1'), rest: '' });
        expect(`\r\n${data}`.indexOf('\r\n.\r\n')).toBe(data.length - 3);
      }),
      { numRuns: 1_000 },
    );
  });

  it('are those of a view into a larger memory', () => {
    const memory = Buffer.from('xx.a\r\nxx');
    expect(Buffer.concat(encodeData(memory.subarray(2, 6))).toString()).toBe('..a\r\n.\r\n');
  });
});

describe('a line end that is not CRLF', () => {
  it.each([
    ['a\r\nb\r\n', undefined],
    ['', undefined],
    ['a\nb', 1],
    ['\na', 0],
    ['a\rb', 1],
    ['a\r', 1],
    ['a\r\r\n', 1],
    ['a\r\nb\rc\nd', 4],
    ['a\n\r\n', 1],
    ['a\r\n.\n', 4],
  ])('stands in %j at %s', (message, at) => {
    expect(findBareLineEnd(Buffer.from(message))).toBe(at);
  });

  it('is found where a regular expression finds it', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'\r\n.a'), maxLength: 30 }), message => {
        const at = message.search(/\r(?!\n)|(?<!\r)\n/);
        expect(findBareLineEnd(Buffer.from(message))).toBe(at === -1 ? undefined : at);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('a message in pieces', () => {
  const cut = (message: Buffer, places: readonly number[]) => {
    const ends = [...places.map(place => place % (message.length + 1)), message.length].sort((a, b) => a - b);
    return ends.map((end, index) => message.subarray(ends[index - 1] ?? 0, end));
  };
  const message = fc
    .string({ unit: fc.constantFrom(...'\r\n.a'), maxLength: 20 })
    .map(text => Buffer.from(text));
  const places = fc.array(fc.nat(40), { maxLength: 5 });

  it('is encoded and looked at as the whole, wherever it is cut', () => {
    fc.assert(
      fc.property(message, places, (whole, at) => {
        const pieces = cut(whole, at);
        expect(Buffer.concat(encodeData(pieces))).toEqual(Buffer.concat(encodeData(whole)));
        expect(findBareLineEnd(pieces)).toBe(findBareLineEnd(whole));
      }),
      { numRuns: 2_000 },
    );
  });

  it('is cut in two where it is asked to be, without a copy', () => {
    fc.assert(
      fc.property(message, places, fc.nat(25), (whole, at, end) => {
        const pieces = cut(whole, at);
        const [before, behind] = cutOctets(pieces, end);
        expect(Buffer.concat(before)).toEqual(whole.subarray(0, end));
        expect(Buffer.concat(behind)).toEqual(whole.subarray(end));
        expect([...before, ...behind].every(({ buffer }) => buffer === whole.buffer)).toBe(true);
        expect(lengthOf(pieces)).toBe(whole.length);
        expect(Buffer.from(joined(pieces))).toEqual(whole);
      }),
    );
  });

  it('with a dot in each of its lines is not encoded as a view for each', () => {
    expect(encodeData(Buffer.from('.\r\n'.repeat(1_000))).length).toBeLessThan(5);
  });
});
