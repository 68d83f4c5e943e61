import { expect, it } from 'vitest';
import { onOneLine } from '../../src/recipients/one-line.js';
import { fc } from '../properties/fast-check.js';

it.each([
  [' Your name\r\n (first and last) ', 'Your name (first and last)'],
  ['\n\n', ''],
  ['a  b', 'a  b'],
  ['a  b\tc', 'a  b c'],
])('makes one line of %j', (cell, line) => {
  expect(onOneLine(cell)).toBe(line);
});

it('is what splitting, trimming and joining make of any cell', () => {
  const piece = fc.constantFrom(' ', '\u00a0', '\t', '\r', '\n', 'a', 'é', '\u{1f600}');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), parts => {
      const cell = parts.join('');
      const lines = cell.split(/[\r\n\t]+/).map(line => line.trim());
      expect(onOneLine(cell)).toBe(lines.filter(line => line !== '').join(' '));
    }),
    { numRuns: 1_000 },
  );
});
