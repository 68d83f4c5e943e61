import { expect, it } from 'vitest';
import { isSurelyAligned } from '../../../src/message/dkim/alignment.js';

it.each([
  ['example.com', 'example.com', true],
  ['example.com', 'news.example.com', true],
  ['mail.example.com', 'example.com', true],
  ['example.com', 'myexample.com', false],
  ['example.com', 'example.org', false],
  // One organisation or two customers of one registry: only DNS knows.
  ['a.example.com', 'b.example.com', false],
])('a signature of %s for mail from %s: %s', (signing, author, aligned) => {
  expect(isSurelyAligned(signing, author)).toBe(aligned);
});
