import { describe, expect, it } from 'vitest';
import { type FedReplies, printReply, ReplyParser } from '../../src/smtp/reply.js';
import { fc } from '../properties/fast-check.js';

const parse = (...pieces: (string | Uint8Array)[]): FedReplies => {
  const parser = new ReplyParser();
  let fed: FedReplies = { replies: [] };
  for (const piece of pieces) {
    const { replies, fault } = parser.feed(Buffer.from(piece));
    fed = { replies: [...fed.replies, ...replies], ...(fault === undefined ? {} : { fault }) };
  }
  return fed;
};

describe('a reply', () => {
  it('has a code, lines, and an enhanced status code', () => {
    expect(parse('550-5.1.1 No such user\r\n550 5.1.1 here\r\n')).toEqual({
      replies: [
        {
          code: 550,
          lines: ['5.1.1 No such user', '5.1.1 here'],
          text: '5.1.1 No such user 5.1.1 here',
          enhancedStatusCode: '5.1.1',
        },
      ],
    });
  });

  it.each([
    ['250\r\n', [''], 'the code alone'],
    ['250 \r\n', [''], 'the code and a space'],
    ['250-\r\n250\r\n', ['', ''], 'lines of nothing but codes'],
    ['250 ok\n', ['ok'], 'a bare LF at the end'],
    ['250 a\rb\r\n', ['a\rb'], 'a CR within the line'],
    ['250 Grüße\r\n', ['Grüße'], 'UTF-8'],
    ['250 a\u2028b\r\n', ['a\u2028b'], 'separators of lines that are none here'],
    ['299 odd\r\n', ['odd'], 'a code nobody has heard of'],
  ])('may be %j', (octets, lines) => {
    expect(parse(octets).replies.map(reply => reply.lines)).toEqual([lines]);
  });

  it('is read on when octets are not UTF-8', () => {
    const { replies } = parse(Buffer.from('250 Gr\xfc\xdfe\r\n550 no\r\n', 'latin1'));
    expect(replies.map(({ code, text }) => `${code} ${text}`)).toEqual(['250 Gr\ufffd\ufffde', '550 no']);
  });

  it.each([
    ['250 5.1.1 class of another code', ''],
    ['250 2.0.0', '2.0.0'],
    ['250 2.0.0queued', ''],
    ['250 2.0.1234 long', ''],
    ['354 3.0.0 no such class', ''],
    ['550 id 5.1.1', ''],
  ])('%j has the enhanced status code %j', (line, enhanced) => {
    expect(parse(`${line}\r\n`).replies[0]?.enhancedStatusCode).toBe(enhanced);
  });

  it.each([
    ['hello\r\n', '"hello", which is no reply'],
    ['\r\n', '"", which is no reply'],
    ['25\r\n', '"25", which is no reply'],
    ['2500 ok\r\n', '"2500 ok", which is no reply'],
    ['150 ok\r\n', '"150 ok", which is no reply'],
    ['999 ok\r\n', '"999 ok", which is no reply'],
    ['250_ok\r\n', '"250_ok", which is no reply'],
    ['250-ok\r\n550 no\r\n', 'one reply with two codes, 250 and 550'],
    ['250-x\r\n'.repeat(101), 'a reply of more than 100 lines'],
    ['x'.repeat(70_000), 'a reply of more than 65536 octets'],
    [`250-${'x'.repeat(40_000)}\r\n`.repeat(2), 'a reply of more than 65536 octets'],
  ])('is none: %j', (octets, fault) => {
    expect(parse(octets).fault).toBe(fault);
  });

  it('is not looked for behind a fault', () => {
    expect(parse('250 one\r\nwhat\r\n250 two\r\n', '250 three\r\n').replies.map(({ text }) => text)).toEqual([
      'one',
    ]);
  });

  it('does not keep memory that the caller uses again', () => {
    const parser = new ReplyParser();
    const memory = Buffer.from('250 o');
    parser.feed(memory);
    memory.fill('x');
    expect(parser.feed(Buffer.from('k\r\n')).replies[0]?.text).toBe('ok');
  });

  it('prints as one line', () => {
    expect(parse('550-a\r\n550 b\r\n').replies.map(printReply)).toEqual(['550 a b']);
    expect(parse('250\r\n').replies.map(printReply)).toEqual(['250']);
  });
});

const oneReply = fc
  .tuple(
    fc.integer({ min: 200, max: 599 }),
    fc.array(
      fc.string({ maxLength: 30 }).map(text => text.replace(/[\r\n]/g, '')),
      { minLength: 1, maxLength: 5 },
    ),
  )
  .map(([code, lines]) =>
    lines.map((line, index) => `${code}${index < lines.length - 1 ? '-' : ' '}${line}\r\n`).join(''),
  );

/** Cuts octets at places chosen by `cuts`. */
function cut(octets: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [0, ...cuts.map(place => place % (octets.length + 1)), octets.length].sort((a, b) => a - b);
  return places.slice(1).map((end, index) => octets.subarray(places[index], end));
}

describe('replies', () => {
  it('are the same however they are cut', () => {
    fc.assert(
      fc.property(
        fc.array(oneReply, { maxLength: 5 }),
        fc.array(fc.nat(), { maxLength: 20 }),
        (texts, cuts) => {
          const octets = Buffer.from(texts.join(''));
          const whole = parse(octets);
          expect(whole.replies).toHaveLength(texts.length);
          expect(parse(...cut(octets, cuts))).toEqual(whole);
          expect(parse(...Array.from(octets, octet => Buffer.of(octet)))).toEqual(whole);
        },
      ),
    );
  });

  it('come back as they were printed', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 200, max: 599 }),
        fc.string({ unit: 'grapheme' }).map(text => text.replace(/[\r\n]/g, '').trim()),
        (code, text) => {
          const [reply] = parse(`${code} ${text}\r\n`).replies;
          expect(reply).toMatchObject({ code, lines: [text], text });
          expect(parse(`${printReply(reply!)}\r\n`).replies).toEqual([reply]);
        },
      ),
    );
  });

  it('never throw and never grow beyond their limits, for any octets', () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 50 }),
      fc
        .constantFrom('250-', '250 ', '\r\n', '\n', '250-a\r\n', '550 5.1.1 b\r\n', '\0', '999 ')
        .map(text => Buffer.from(text)),
      fc.nat(40_000).map(length => Buffer.alloc(length, 'x')),
      fc.nat(200).map(lines => Buffer.from('250-go on\r\n'.repeat(lines))),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), pieces => {
        const { replies, fault } = parse(...pieces);
        for (const reply of replies) {
          expect(reply.lines.length).toBeLessThanOrEqual(100);
          expect(Buffer.byteLength(reply.lines.join(''))).toBeLessThanOrEqual(3 * 64 * 1024);
          expect(reply.code >= 200 && reply.code <= 599).toBe(true);
          expect(['', String(reply.code)[0]]).toContain(reply.enhancedStatusCode.charAt(0));
        }
        // Only quoted in part: a fault is shown to people.
        if (fault !== undefined) expect(fault.length).toBeLessThan(300);
      }),
      { numRuns: 500 },
    );
  });
});
