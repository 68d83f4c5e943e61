import { createHash } from 'node:crypto';
import { NumberSet } from '../number-set.js';

/**
 * Some of the whole numbers below `total`, every choice of `count` of them as likely as any other (Floyd's algorithm): what
 * is kept is the choice alone.
 * @param count at most `total`.
 * @param nextNumber 48 random bits.
 */
export function pickEvenly(count: number, total: number, nextNumber: () => number): NumberSet {
  const picked = new NumberSet();
  for (let last = total - count; last < total; last += 1) {
    const number = Math.floor((nextNumber() / 2 ** 48) * (last + 1));
    if (!picked.add(number)) picked.add(last);
  }
  return picked;
}

/** Numbers of 48 bits that look random, and are the same for the same seed on every machine. */
export function createSeededNumbers(seed: string): () => number {
  let drawn = 0;
  return () =>
    createHash('sha256')
      .update(JSON.stringify([seed, drawn++]))
      .digest()
      .readUIntBE(0, 6);
}
