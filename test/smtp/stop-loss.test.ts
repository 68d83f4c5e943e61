import { describe, expect, it } from 'vitest';
import { createStopLoss } from '../../src/smtp/stop-loss.js';
import { fc } from '../properties/fast-check.js';

const reply = (replyCode: number, enhancedStatusCode = '') =>
  ({ stage: 'rcpt', replyCode, enhancedStatusCode, replyText: '' }) as const;

/** The first that is too many, as `nth reply: equal refusals`; undefined when there is none. */
function firstStop(codes: readonly number[]): string | undefined {
  const stopLoss = createStopLoss();
  for (const [index, code] of codes.entries()) {
    const equal = stopLoss(reply(code), code >= 500);
    if (equal !== undefined) return `${index + 1}: ${equal}`;
  }
  return undefined;
}

describe('stop-loss', () => {
  it.each([
    ['ten alike', Array<number>(10).fill(550), '10: 10'],
    ['nine alike', Array<number>(9).fill(550), undefined],
    ['ten of two kinds', Array.from({ length: 18 }, (_, index) => 550 + (index % 2)), undefined],
    ['ten in fifty', [...Array<number>(40).fill(250), ...Array<number>(10).fill(550)], undefined],
    ['ten in forty-nine', [...Array<number>(39).fill(250), ...Array<number>(10).fill(550)], '49: 10'],
    ['eleven in fifty-one', [...Array<number>(40).fill(250), ...Array<number>(11).fill(550)], '51: 11'],
  ])('takes %s', (_, codes, stop) => {
    expect(firstStop(codes)).toBe(stop);
  });

  it('tells refusals apart by stage, code and enhanced status code', () => {
    const stopLoss = createStopLoss();
    const kinds = [
      reply(550, '5.1.1'),
      reply(550, '5.7.1'),
      reply(554, '5.1.1'),
      { ...reply(550, '5.1.1'), stage: 'data' },
    ] as const;
    for (let turn = 0; turn < 9; turn += 1) {
      for (const kind of kinds) expect(stopLoss(kind, true)).toBeUndefined();
    }
    expect(stopLoss(kinds[3], true)).toBe(10);
  });

  it('stops when at least ten and more than a fifth are refused alike, and never before', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(250, 250, 250, 250, 550, 550, 552), { maxLength: 200 }), codes => {
        const stopLoss = createStopLoss();
        const seen = new Map<number, number>();
        for (const [index, code] of codes.entries()) {
          seen.set(code, (seen.get(code) ?? 0) + 1);
          const equal = seen.get(code) ?? 0;
          const tooMany = code >= 500 && equal >= 10 && equal / (index + 1) > 0.2;
          expect(stopLoss(reply(code), code >= 500)).toBe(tooMany ? equal : undefined);
        }
      }),
    );
  });

  it.each([
    [3, 10],
    [25, 25],
  ])('waits for %i losses, and never for fewer than ten', (least, enough) => {
    const stopLoss = createStopLoss(least);
    for (let loss = 1; loss < enough; loss += 1) expect(stopLoss(reply(0), true)).toBeUndefined();
    expect(stopLoss(reply(0), true)).toBe(enough);
  });
});
