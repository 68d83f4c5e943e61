import { expect, it } from 'vitest';
import { checkMessage } from '../../src/check/message-rules.js';

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
