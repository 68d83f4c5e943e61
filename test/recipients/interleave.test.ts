import { describe, expect, it } from 'vitest';
import { Interleaver } from '../../src/recipients/interleave.js';
import { fc } from '../properties/fast-check.js';

function interleave(domains: readonly string[]): readonly number[] {
  const interleaver = new Interleaver();
  for (const [position, domain] of domains.entries()) interleaver.add(position, domain);
  return interleaver.order();
}

const orderOf = (domains: readonly string[]) => interleave(domains).map(position => domains[position]);

describe('Interleaver', () => {
  it('takes turns between two domains of one size', () => {
    expect(orderOf(['g', 'g', 'g', 'y', 'y', 'y'])).toEqual(['g', 'y', 'g', 'y', 'g', 'y']);
  });

  it('spreads the few evenly among the many', () => {
    expect(orderOf([...'ggggggggg', 'y'])).toEqual([...'ggggg', 'y', ...'gggg']);
  });

  it('leaves a list of one domain as it is', () => {
    expect(interleave([...'aaaa'])).toEqual([0, 1, 2, 3]);
  });

  it('names everybody once, each domain in its order and never far from its share', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 60 }), domains => {
        const order = interleave(domains);
        expect(order.toSorted((a, b) => a - b)).toEqual([...domains.keys()]);
        for (const domain of new Set(domains)) {
          const own = order.filter(position => domains[position] === domain);
          expect(own).toEqual(own.toSorted((a, b) => a - b));
          for (const [taken, position] of own.entries()) {
            const share = (order.indexOf(position) * own.length) / domains.length;
            // Half a turn of its own, and one of each of the others.
            expect(Math.abs(taken - share)).toBeLessThanOrEqual(4);
          }
        }
      }),
    );
  });
});
