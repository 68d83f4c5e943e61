import { expect, it } from 'vitest';
import { RepeatedLines } from '../../src/terminal/repeated-lines.js';

it('prints a line once however often it comes in a row, and then how often that was', () => {
  const repeated = new RepeatedLines();
  const printed = ['lost', 'lost', 'lost', 'silent', 'lost', 'silent', 'silent'].flatMap(line =>
    repeated.next([line]),
  );
  expect([...printed, ...repeated.end()]).toEqual([
    'lost',
    '  and the same 2 more times',
    'silent',
    'lost',
    'silent',
    '  and the same 1 more time',
  ]);
});

it('prints lines that belong together again only where one of them differs', () => {
  const repeated = new RepeatedLines();
  expect(repeated.next(['a', 'b'])).toEqual(['a', 'b']);
  expect(repeated.next([])).toEqual([]);
  expect(repeated.next(['a', 'b'])).toEqual([]);
  expect(repeated.next(['a', 'c'])).toEqual(['  and the same 1 more time', 'a', 'c']);
  expect(repeated.end()).toEqual([]);
});

it('begins anew after its end', () => {
  const repeated = new RepeatedLines();
  repeated.next(['lost']);
  repeated.end();
  expect(repeated.next(['lost'])).toEqual(['lost']);
});
