import { describe, expect, it } from 'vitest';
import { Tallies } from '../../src/report/tallies.js';
import type { FetchKind } from '../../src/tracking/fetch.js';

const reading = (kind: FetchKind, confidence = 0.9) => ({ kind, confidence, rule: kind });

describe('what the fetches of a copy come to', () => {
  it('names kinds in the order of their first fetches, whatever came in between', () => {
    const tallies = new Tallies();
    const copy = tallies.addCopy();
    const order: readonly FetchKind[] = [
      'unknown',
      'self',
      'human',
      'bot',
      'image-proxy',
      'scanner',
      'apple-mpp',
    ];
    for (const [index, kind] of [...order, ...order.toReversed()].entries())
      tallies.addFetch(copy, index, index + 1, reading(kind));
    expect(Object.entries(tallies.kindsOf(copy))).toEqual(order.map(kind => [kind, 15]));
  });

  it('keeps thousands of copies apart', () => {
    const tallies = new Tallies();
    const copies = Array.from({ length: 5_000 }, () => tallies.addCopy());
    for (const copy of copies.filter(one => one % 3 === 0)) tallies.addFetch(copy, copy, 1, reading('human'));
    const found = copies.map(copy => [tallies.verdictOf(copy), tallies.firstOpenOf(copy)?.getTime()]);
    expect(found).toEqual(copies.map(copy => (copy % 3 === 0 ? ['opened', copy] : ['none', undefined])));
  });

  it('has an open at the very beginning of time', () => {
    const tallies = new Tallies();
    const copy = tallies.addCopy();
    for (const at of [0, 30_000, 60_001]) tallies.addFetch(copy, at, 1, reading('human'));
    expect([tallies.opensOf(copy), tallies.firstOpenOf(copy), tallies.lastOpenOf(copy)]).toEqual([
      2,
      new Date(0),
      new Date(60_001),
    ]);
  });
});
