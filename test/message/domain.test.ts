import { describe, expect, it } from 'vitest';
import { characterName, parseDomain } from '../../src/message/domain.js';
import { fc } from '../properties/fast-check.js';

/** Tables are with the whole address, in mailbox.test.ts. */
describe('a domain', () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.domain(),
    fc.string({ unit: 'grapheme' }),
    fc.string({ unit: fc.constantFrom(...'aZ09-.üßΣς日א\u0308\u00ADⅷ。_%/[\uD800') }),
  );

  it('is host name labels within the limits of DNS, or refused with a reason', () => {
    fc.assert(
      fc.property(hostile, text => {
        const result = parseDomain(text);
        if (!result.ok) {
          expect(result.why).not.toBe('');
          return;
        }
        expect(result.value.length).toBeLessThanOrEqual(253);
        for (const label of result.value.split('.')) {
          expect(label).toMatch(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('is the same read again, and in capitals', () => {
    fc.assert(
      fc.property(hostile, text => {
        const result = parseDomain(text);
        if (!result.ok) return;
        expect(parseDomain(result.value)).toEqual(result);
        expect(parseDomain(result.value.toUpperCase())).toEqual(result);
      }),
      { numRuns: 1_000 },
    );
  });

  it('has as many labels as were written', () => {
    fc.assert(
      fc.property(hostile, text => {
        const result = parseDomain(text);
        if (result.ok) expect(result.value.split('.')).toHaveLength(text.split('.').length);
      }),
    );
  });
});

it('names a character by its shape or by its code point', () => {
  expect(['"', '日', ' ', '\u00A0', '\u0301', '\u{E0041}'].map(characterName)).toEqual([
    '"\\""',
    '"日"',
    'a space',
    'U+00A0',
    'U+0301',
    'U+E0041',
  ]);
});
