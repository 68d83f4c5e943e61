import { expect, it } from 'vitest';
import { checkMessage } from '../../src/check/message-rules.js';

it('warns of a header that some servers refuse', () => {
  const message = (octets: number) => {
    const line = `X-A: ${'a'.repeat(93)}\r\n`;
    return Buffer.from(`${line.repeat(octets / line.length)}\r\nHello\r\n`);
  };
  expect(checkMessage(message(60_000))).toEqual([]);
  expect(checkMessage(message(70_000))).toEqual([
    {
      severity: 'warning',
      code: 'header-size',
      what: 'the header of every copy has 69 KB; some servers refuse more than 64 KB',
      fix: 'Put recipients into --bcc, or send each a message of their own with --each.',
      about: '',
    },
  ]);
});

it('finds the header fields that have a line of more than 998 octets, the line end not counted', () => {
  const message = [
    `X-Fits: ${'a'.repeat(990)}`,
    `X-Long: ${'a'.repeat(991)}`,
    'X-Folded: a',
    ` ${'b'.repeat(1_500)}`,
    '',
    'c'.repeat(2_000),
    '',
  ].join('\r\n');
  expect(checkMessage(Buffer.from(message)).map(({ severity, what }) => [severity, what])).toEqual([
    ['error', 'the header field X-Long has a line of 999 octets; 998 are allowed'],
    ['error', 'the header field X-Folded has a line of 1501 octets; 998 are allowed'],
  ]);
});
