import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { exitCodeOf, exitCodeOfSend, exitCodeOfStanding } from '../../src/cli/exit-codes.js';
import { Problem, type ProblemCode } from '../../src/problem.js';
import type { SendFinished } from '../../src/workflow/events.js';
import type { StateCounts } from '../../src/workflow/ports.js';

/** Every code of a problem; the types notice one that is missing. */
const codes = {
  usage: 64,
  'confirmation-needed': 64,
  exposure: 64,
  'already-sent': 64,
  'email-state': 64,
  'template-syntax': 65,
  'template-field': 65,
  'template-subject': 65,
  'template-placeholder': 65,
  'template-link': 65,
  check: 65,
  'list-syntax': 65,
  'list-column': 65,
  'list-row': 65,
  'list-duplicate': 65,
  'address-syntax': 65,
  'unknown-recipient': 65,
  'header-value': 65,
  'message-too-large': 65,
  attachment: 65,
  'input-missing': 66,
  'email-unknown': 66,
  'server-unreachable': 69,
  'server-protocol': 69,
  bug: 70,
  'cannot-create': 73,
  io: 74,
  database: 74,
  'port-taken': 74,
  unfinished: 75,
  'email-locked': 75,
  'auth-refused': 77,
  'sender-refused': 77,
  config: 78,
  'tracking-url': 78,
  key: 78,
} satisfies Record<ProblemCode, number>;

it.each(Object.entries(codes))('a problem %s ends the command with %i', (code, expected) => {
  expect(exitCodeOf(code as ProblemCode)).toBe(expected);
});

it('docs/errors.md names each code of a problem', () => {
  const errors = readFileSync('docs/errors.md', 'utf8');
  expect(Object.keys(codes).filter(code => !errors.includes(`\`${code}\``))).toEqual([]);
});

const none: StateCounts = {
  pending: 0,
  sending: 0,
  accepted: 0,
  deferred: 0,
  rejected: 0,
  uncertain: 0,
  skipped: 0,
};

describe('a run', () => {
  const ended = (counts: Partial<StateCounts>, more: Partial<SendFinished> = {}) =>
    exitCodeOfSend({
      kind: 'send-finished',
      emailId: 'em_aaaaaaaaaaaa',
      counts: { ...none, ...counts },
      recipients: 9,
      seconds: 1,
      ...more,
    });

  it.each<[Partial<StateCounts>, number]>([
    [{ accepted: 1 }, 0],
    [{ accepted: 1, skipped: 1 }, 0],
    [{ skipped: 1 }, 0],
    [{ accepted: 1, rejected: 1 }, 1],
    [{ pending: 1 }, 75],
    [{ sending: 1 }, 75],
    [{ deferred: 1 }, 75],
    [{ uncertain: 1 }, 75],
    [{ accepted: 1, rejected: 1, deferred: 1 }, 75],
  ])('that left %j ends with %i, and so does one that finds an email like that', (counts, expected) => {
    expect(ended(counts)).toBe(expected);
    const standing = { counts: { ...none, ...counts }, heldBy: undefined } as Parameters<
      typeof exitCodeOfStanding
    >[0];
    expect(exitCodeOfStanding(standing)).toBe(expected);
    expect(exitCodeOfStanding({ ...standing, heldBy: 'unknown' })).toBe(75);
  });

  const stopped = (code: ProblemCode) => ({ stopped: new Problem(code, 'why') });
  it.each<[string, Partial<StateCounts>, Partial<SendFinished>, number]>([
    ['interrupted comes first', { pending: 1 }, { interruptedBy: 'SIGINT', ...stopped('auth-refused') }, 130],
    ['then any other signal', { pending: 1 }, { interruptedBy: 'SIGTERM', ...stopped('auth-refused') }, 143],
    ['interrupted counts though everybody was accepted', { accepted: 1 }, { interruptedBy: 'SIGINT' }, 130],
    ['a refused login', { pending: 1, rejected: 1 }, stopped('auth-refused'), 77],
    ['a refused sender', { pending: 1 }, stopped('sender-refused'), 77],
    ['an unreachable server', { pending: 1, rejected: 1 }, stopped('server-unreachable'), 69],
    ['a full disk', { accepted: 1 }, stopped('database'), 74],
    ['too many refusals', { pending: 1, rejected: 1 }, stopped('unfinished'), 75],
    ['too many refusals, and nobody is left', { rejected: 1 }, stopped('unfinished'), 1],
    [
      'too many refusals, and somebody is uncertain',
      { rejected: 1, uncertain: 1 },
      stopped('unfinished'),
      75,
    ],
  ])('%s', (_, counts, more, expected) => {
    expect(ended(counts, more)).toBe(expected);
  });
});
