import { describe, expect, it } from 'vitest';
import { messageKey } from '../../src/returned/message-key.js';
import { plainReport } from './reports.js';

const text = plainReport({ text: 'Hello\n\nFrom here on\n> quoted' });
const keyOf = (message: string, id = '<1@x.example>') => messageKey(Buffer.from(message), id);

describe('a message has one key', () => {
  it.each([
    ['with CRLF line ends', text.replaceAll('\n', '\r\n')],
    ['with CR line ends', text.replaceAll('\n', '\r')],
    ['with lines escaped for an mbox', text.replaceAll('\nFrom here', '\n>From here')],
    ['with a blank line behind it', `${text}\n`],
    ['with fields that a mail program added', `Status: RO\nX-Mozilla-Status: 0001\n${text}`],
  ])('%s', (_, other) => {
    expect(keyOf(other)).toBe(keyOf(text));
  });
});

it('another message has another key', () => {
  const keys = [
    keyOf(text),
    keyOf(text, '<2@x.example>'),
    keyOf(text.replace('Hello', 'Hallo')),
    keyOf(''),
    keyOf('\n'),
  ];
  expect(new Set(keys.slice(0, 4)).size).toBe(4);
  expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
});
