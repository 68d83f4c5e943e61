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
