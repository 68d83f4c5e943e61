import { expect, it } from 'vitest';
import { before, withoutEdges, withoutTrailing } from '../src/text-scan.js';

it('cuts a text at the first mark', () => {
  expect([before('a?b?c', '?'), before('?', '?'), before('abc', '?')]).toEqual(['a', '', 'abc']);
});

it('takes a letter away from the end, and from both ends', () => {
  expect([withoutTrailing('//a//', '/'), withoutTrailing('///', '/'), withoutTrailing('', '/')]).toEqual([
    '//a',
    '',
    '',
  ]);
  expect([withoutEdges('__a_b__', '_'), withoutEdges('___', '_')]).toEqual(['a_b', '']);
});
