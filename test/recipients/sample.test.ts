import { expect, it } from 'vitest';
import { createSeededNumbers, pickEvenly } from '../../src/recipients/sample.js';

/** Numbers of 48 bits that only look random (Lehmer). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return Math.floor((state / 2_147_483_647) * 2 ** 48);
  };
}

/** Whoever picked these people once can pick them again with a later version. */
it('picks the same with the same seed for ever', () => {
  expect(pick(5, 1_000, createSeededNumbers('spring'))).toEqual([79, 159, 305, 409, 770]);
  expect(pick(5, 1_000, createSeededNumbers('autumn'))).not.toEqual([79, 159, 305, 409, 770]);
});

function pick(count: number, total: number, next = numbers(7)): readonly number[] {
  const picked = pickEvenly(count, total, next);
  return Array.from({ length: total }, (_, index) => index).filter(index => picked.has(index));
}

it.each([
  [0, 0],
  [0, 5],
  [1, 1],
  [3, 5],
  [5, 5],
  [999, 1_000],
])('picks %i of %i', (count, total) => {
  expect(pick(count, total)).toHaveLength(count);
  // Also when the random numbers are the same all along.
  expect(pick(count, total, () => 0)).toHaveLength(count);
  expect(pick(count, total, () => 2 ** 48 - 1)).toHaveLength(count);
});

it('picks every pair of five equally often', () => {
  const next = numbers(42);
  const counts = new Map<string, number>();
  for (let round = 0; round < 20_000; round += 1) {
    const pair = pick(2, 5, next).join();
    counts.set(pair, (counts.get(pair) ?? 0) + 1);
  }
  expect(counts.size).toBe(10);
  for (const count of counts.values()) expect(Math.abs(count - 2_000)).toBeLessThan(200);
});
