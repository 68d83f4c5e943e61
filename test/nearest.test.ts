import { expect, it } from 'vitest';
import { nearest } from '../src/nearest.js';

it.each([
  ['alcie', 'alice'],
  ['alic', 'alice'],
  ['aalice', 'alice'],
  ['ALICE', 'alice'],
  ['bb', 'bob'],
  ['first_nmae', 'first_name'],
  ['firstname', 'first_name'],
  ['company', 'Company'],
])('takes %s for %s', (word, meant) => {
  expect(nearest(word, ['alice', 'bob', 'first_name', 'Company'])).toBe(meant);
});

it.each(['', 'x', 'carol', 'zzzzz', 'a'.repeat(100_000)])('takes %.20s for nothing near', word => {
  expect(nearest(word, ['alice', 'y', 'bob', 'b'.repeat(100_000)])).toBeUndefined();
});

it('takes the first of equally close words', () => {
  expect(nearest('bot', ['bob', 'boy'])).toBe('bob');
  expect(nearest('boy', ['bob', 'boy'])).toBe('boy');
});
