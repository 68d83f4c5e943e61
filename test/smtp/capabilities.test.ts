import { describe, expect, it } from 'vitest';
import { noCapabilities, parseCapabilities } from '../../src/smtp/capabilities.js';
import { ReplyParser } from '../../src/smtp/reply.js';
import { fc } from '../properties/fast-check.js';

const announced = (...keywords: string[]) => {
  const lines = ['mail.example.org greets you', ...keywords];
  const text = lines.map((line, index) => `250${index < lines.length - 1 ? '-' : ' '}${line}\r\n`).join('');
  const [reply] = new ReplyParser().feed(Buffer.from(text)).replies;
  return parseCapabilities(reply!);
};

describe('what a server announces', () => {
  it.each(['mail.example.org greets you', 'PIPELINING', 'SIZE 5', ''])(
    'is not read from the greeting line, here %j',
    greeting => {
      const [reply] = new ReplyParser().feed(Buffer.from(`250 ${greeting}\r\n`)).replies;
      expect(parseCapabilities(reply!)).toEqual(noCapabilities);
    },
  );

  it('is read in upper, lower and mixed case', () => {
    const keywords = ['Pipelining', 'Chunking', '8BitMime', 'SmtpUtf8', 'EnhancedStatusCodes', 'Size 1000'];
    for (const spelled of [
      keywords,
      keywords.map(keyword => keyword.toLowerCase()),
      keywords.map(keyword => keyword.toUpperCase()),
    ])
      expect(announced(...spelled)).toMatchObject({
        pipelining: true,
        chunking: true,
        eightBitMime: true,
        smtpUtf8: true,
        enhancedStatusCodes: true,
        size: true,
        maxMessageBytes: 1000,
      });
  });

  it('is not what merely begins or ends alike', () => {
    expect(announced('XPIPELINING', 'PIPELININGS', 'SIZES 5')).toEqual(noCapabilities);
  });

  it.each([
    ['SIZE', undefined],
    ['SIZE 0', undefined],
    ['SIZE -1', undefined],
    ['SIZE=-1', undefined],
    ['SIZE lots', undefined],
    ['SIZE 18446744073709551616', undefined],
    ['SIZE 35882577', 35_882_577],
    ['SIZE=1000', 1000],
  ])('offers %s, a limit of %s octets', (keyword, limit) => {
    expect(announced(keyword)).toMatchObject({ size: true, maxMessageBytes: limit });
  });

  it('is nothing in lines without a keyword', () => {
    expect(announced('', ' ', '=', '= SIZE 5')).toEqual(noCapabilities);
  });

  it('is read from any lines, and a limit is a number of octets or none', () => {
    const keyword = fc.constantFrom('SIZE', 'size=', 'LIMITS', 'AUTH', 'AUTH=', 'PIPELINING', '8BITMIME', '');
    const parameter = fc.oneof(
      fc.string({ unit: fc.constantFrom(...'0123456789-+.eE =') }),
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        'MAILMAX=5',
        'RCPTMAX=-1',
        '18446744073709551616',
        '9007199254740993',
        'Infinity',
        '0x10',
      ),
    );
    const lines = fc.array(
      fc.tuple(keyword, parameter).map(parts => parts.join(' ')),
      { maxLength: 10 },
    );
    fc.assert(
      fc.property(lines, keywords => {
        const reply = { code: 250, lines: ['greeting', ...keywords], text: '', enhancedStatusCode: '' };
        const { maxMessageBytes = 1, mailMax = 1, rcptMax = 1, auth } = parseCapabilities(reply);
        for (const limit of [maxMessageBytes, mailMax, rcptMax]) {
          expect(Number.isSafeInteger(limit) && limit > 0).toBe(true);
        }
        expect(auth.every(mechanism => /^\S+$/.test(mechanism))).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  it('is the same in lower case and in any order', () => {
    const keyword = fc.constantFrom(
      'PIPELINING',
      'CHUNKING',
      '8BITMIME',
      'SMTPUTF8',
      'SIZE 5',
      'LIMITS MAILMAX=3',
      'X-Y Z',
    );
    const inTwoOrders = fc
      .uniqueArray(keyword)
      .chain(keywords =>
        fc.tuple(fc.constant(keywords), fc.shuffledSubarray(keywords, { minLength: keywords.length })),
      );
    fc.assert(
      fc.property(inTwoOrders, ([keywords, shuffled]) => {
        const expected = announced(...keywords);
        expect(announced(...keywords.map(one => one.toLowerCase()))).toEqual(expected);
        expect(announced(...shuffled)).toEqual(expected);
      }),
    );
  });

  it('has mechanisms in both spellings of AUTH', () => {
    expect(announced('AUTH PLAIN login', 'AUTH=PLAIN XOAUTH2').auth).toEqual(['PLAIN', 'LOGIN', 'XOAUTH2']);
  });

  it.each([
    ['LIMITS MAILMAX=3 RCPTMAX=100 RCPTDOMAINMAX=1', 3, 100],
    ['limits mailmax=3', 3, undefined],
    ['LIMITS MAILMAX=0 RCPTMAX=many', undefined, undefined],
    ['LIMITS', undefined, undefined],
    ['LIMITS MAILMAX RCPTMAX=2', undefined, 2],
    ['LIMITS =3 MAILMAX=', undefined, undefined],
  ])('is limited by %j', (keyword, mailMax, rcptMax) => {
    expect(announced(keyword)).toMatchObject({ mailMax, rcptMax });
  });
});
