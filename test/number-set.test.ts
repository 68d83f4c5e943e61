import { describe, expect, it } from 'vitest';
import { NumberSet } from '../src/number-set.js';
import { fc } from './properties/fast-check.js';

const numbers = fc.array(
  fc.oneof(
    fc.nat(50),
    fc.maxSafeNat().map(n => n % 2 ** 48),
  ),
  { maxLength: 3_000 },
);

describe('NumberSet', () => {
  it('holds what a Set of JavaScript holds', () => {
    fc.assert(
      fc.property(numbers, numbers, (added, asked) => {
        const set = new NumberSet();
        const model = new Set<number>();
        for (const number of added) {
          expect(set.add(number)).toBe(!model.has(number));
          model.add(number);
        }
        expect(set.size).toBe(model.size);
        for (const number of [...added, ...asked]) expect(set.has(number)).toBe(model.has(number));
      }),
      { numRuns: 50 },
    );
  });
});
