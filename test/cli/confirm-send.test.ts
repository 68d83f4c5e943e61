import { beforeEach, describe, expect, it, vi } from 'vitest';
import { confirmSend, judgeTyped } from '../../src/cli/confirm-send.js';
import type { Context } from '../../src/cli/context.js';
import type { PlannedEmail } from '../../src/workflow/plan-email.js';

const person = vi.hoisted(() => ({ isThere: true, asked: '', answer: '' }));
vi.mock('../../src/cli/prompt.js', () => ({
  canPrompt: () => person.isThere,
  ask: async (question: string) => {
    person.asked = question;
    return person.answer;
  },
}));
beforeEach(() => {
  Object.assign(person, { isThere: true, asked: '', answer: '' });
});

/** @returns the code of the refusal; undefined when the email may be sent. */
function confirm(
  recipients: number,
  typedByHand: boolean,
  options: object = {},
): Promise<string | undefined> {
  const context = { json: false, input: true } as unknown as Context;
  const planned = { plan: { recipients }, typedByHand } as unknown as PlannedEmail;
  return confirmSend(context, planned, { earlier: undefined, ...options }).then(
    () => undefined,
    (error: { code: string }) => error.code,
  );
}

describe('sending', () => {
  it.each([
    [1, true, ''],
    [10, true, ''],
    [11, true, 'Send to 11 people? [y/N] '],
    [1, false, 'Send to 1 people? [y/N] '],
    [10, false, 'Send to 10 people? [y/N] '],
    [49, false, 'Send to 49 people? [y/N] '],
    [50, false, 'Type 50 to send to 50 people: '],
    [51, true, 'Type 51 to send to 51 people: '],
  ])('to %i recipients, typed by hand: %s, asks "%s"', async (recipients, typedByHand, question) => {
    const refusal = question === '' ? undefined : 'confirmation-needed';
    expect([await confirm(recipients, typedByHand), person.asked]).toEqual([refusal, question]);
    person.answer = recipients < 50 ? 'y' : String(recipients);
    expect(await confirm(recipients, typedByHand)).toBeUndefined();
    Object.assign(person, { isThere: false, asked: '' });
    expect([await confirm(recipients, typedByHand), person.asked]).toEqual([refusal, '']);
  });

  it.each([
    [{ yes: true }, undefined],
    [{ confirm: 60 }, undefined],
    [{ confirm: 59 }, 'confirmation-needed'],
    [{ confirm: 61, yes: true }, 'confirmation-needed'],
    [{ again: true }, 'confirmation-needed'],
  ])('to 60 recipients with %j asks nobody who is not there: %s', async (options, refusal) => {
    person.isThere = false;
    expect([await confirm(60, false, options), person.asked]).toEqual([refusal, '']);
  });

  it.each(['yes', 'Y', 'YES'])('goes on after the answer "%s"', async answer => {
    person.answer = answer;
    expect(await confirm(20, false)).toBeUndefined();
  });

  it.each(['', 'n', 'no', 'yess', 'ok', '20'])('does not go on after the answer "%s"', async answer => {
    person.answer = answer;
    expect(await confirm(20, false)).toBe('confirmation-needed');
  });
});

it.each([
  ['59', 'You typed 59; there are 60'],
  ['y', 'You typed "y"; there are 60'],
  ['', 'You typed no number; there are 60'],
])(
  'a question for the number of recipients that is answered with "%s" sends nothing, and says why',
  (typed, message) => {
    expect(judgeTyped(typed, 60)).toMatchObject({
      code: 'confirmation-needed',
      message,
      fix: 'Nothing was sent. Look at the list, then run the command again: 60 sends to all of them.',
    });
  },
);

it('the number itself is the agreement, with or without blanks', () => {
  expect([judgeTyped('60', 60), judgeTyped(' 60 ', 60)]).toEqual([undefined, undefined]);
});
