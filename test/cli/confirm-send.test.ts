import { expect, it } from 'vitest';
import { judgeTyped } from '../../src/cli/confirm-send.js';

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
