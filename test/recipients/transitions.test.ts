import { describe, expect, it } from 'vitest';
import type { RecipientState } from '../../src/recipients/recipient.js';
import { type Cause, moveBy, stateAfter, unfinishedStates } from '../../src/recipients/transitions.js';
import { fc } from '../properties/fast-check.js';
import { causes, states } from './states.js';

const anyState = fc.constantFrom(...states);
const anyCauses = fc.array(fc.constantFrom(...causes), { maxLength: 30 });

/** Every step of the way: from, cause, to. A cause that moves nobody is no step. */
function walk(start: RecipientState, way: readonly Cause[]) {
  const steps: { from: RecipientState; cause: Cause; to: RecipientState }[] = [];
  let state = start;
  for (const cause of way) {
    const to = stateAfter(cause, state);
    if (to !== undefined) steps.push({ from: state, cause, to });
    state = to ?? state;
  }
  return steps;
}

describe('a recipient', () => {
  // One row for each cause: where it leads from each state; a dot where it moves nobody.
  it.each([
    //                     pending     sending      accepted deferred    rejected uncertain   skipped
    ['intended          ', 'sending    .            .        sending     .        .           .'],
    ['accepted          ', '.          accepted     .        .           .        .           .'],
    ['deferred          ', 'deferred   deferred     .        deferred    .        .           .'],
    ['rejected          ', 'rejected   rejected     .        rejected    .        .           .'],
    ['uncertain         ', '.          uncertain    .        .           .        .           .'],
    ['not-sent          ', '.          pending      .        .           .        .           .'],
    ['sender-refused    ', 'pending    pending      .        pending     .        .           .'],
    ['sender-cleared    ', 'rejected   .            .        .           .        .           .'],
    ['given-up          ', 'skipped    .            .        skipped     .        skipped     .'],
    ['suppressed        ', 'skipped    .            .        skipped     .        .           .'],
    ['abandoned         ', '.          uncertain    .        .           .        .           .'],
    ['opened            ', '.          .            .        .           .        accepted    .'],
    ['resolved-accepted ', '.          .            .        .           .        accepted    .'],
    ['resolved-skipped  ', '.          .            .        .           .        skipped     .'],
    ['resend            ', '.          .            .        .           .        pending     .'],
    ['cancelled         ', 'skipped    .            .        skipped     .        .           .'],
  ])('moves by %s', (cause, row) => {
    const after = states.map(state => stateAfter(cause.trim() as Cause, state) ?? '.');
    expect(after).toEqual(row.split(/ +/));
  });

  it('moves by nothing else', () => {
    expect(causes).toHaveLength(16);
  });

  it('never leaves accepted, rejected or skipped', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<RecipientState>('accepted', 'rejected', 'skipped'),
        anyCauses,
        (state, way) => {
          expect(walk(state, way)).toEqual([]);
        },
      ),
    );
    expect([...unfinishedStates].sort()).toEqual(['deferred', 'pending', 'sending', 'uncertain']);
  });

  it('is in one of the seven states whatever happens, and each step is one of the table', () => {
    fc.assert(
      fc.property(anyState, anyCauses, (state, way) => {
        for (const { from, cause, to } of walk(state, way)) {
          expect(states).toContain(to);
          expect(moveBy(cause).from).toContain(from);
          expect(moveBy(cause).to).toBe(to);
        }
      }),
    );
  });

  it('goes back from sending to pending only when it is known that nothing was taken', () => {
    fc.assert(
      fc.property(anyState, anyCauses, (state, way) => {
        const back = walk(state, way).filter(({ from, to }) => from === 'sending' && to === 'pending');
        expect(back.filter(({ cause }) => cause !== 'not-sent' && cause !== 'sender-refused')).toEqual([]);
      }),
    );
  });

  it('goes back from uncertain only when the user asks for a second copy', () => {
    fc.assert(
      fc.property(anyState, anyCauses, (state, way) => {
        const back = walk(state, way).filter(
          ({ from, to }) => from === 'uncertain' && unfinishedStates.includes(to),
        );
        expect(back.filter(({ cause }) => cause !== 'resend')).toEqual([]);
      }),
    );
  });

  it('is handed over a second time only after a refusal, a known failure or the wish of the user', () => {
    const allowing: readonly Cause[] = ['deferred', 'not-sent', 'sender-refused', 'resend'];
    fc.assert(
      fc.property(anyCauses, way => {
        let allowed = true;
        for (const { cause } of walk('pending', way)) {
          if (cause === 'intended') {
            expect(allowed).toBe(true);
            allowed = false;
          } else if (allowing.includes(cause)) allowed = true;
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
