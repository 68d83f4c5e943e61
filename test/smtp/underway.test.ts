import { describe, expect, it } from 'vitest';
import { isWritingBody, lostOutcome, mayLeaveEnvelope, type Underway } from '../../src/smtp/underway.js';
import { mail } from './engine-run.js';

const underway = (changes: Partial<Underway>): Underway => ({
  transaction: mail(0),
  streamed: false,
  overlapped: false,
  displaced: false,
  unwritten: [],
  recipientAccepted: false,
  body: undefined,
  intent: 'not-asked',
  refusal: undefined,
  acceptance: undefined,
  outcome: undefined,
  ...changes,
});

describe('a transaction that began', () => {
  it.each<[string, Partial<Underway>, boolean]>([
    ['nothing of one without an outcome: the end of its message clears it', {}, false],
    ['nothing of one that was accepted', { outcome: 'accepted' }, false],
    ['something of one that was rejected', { outcome: 'rejected' }, true],
    ['something of one that was deferred', { outcome: 'deferred' }, true],
    [
      'something of one that was streamed, even if it was accepted',
      { streamed: true, outcome: 'accepted' },
      true,
    ],
    ['something of one that was displaced', { displaced: true }, true],
  ])('may leave at the server %s', (_, changes, expected) => {
    expect(mayLeaveEnvelope(underway(changes))).toBe(expected);
  });

  it.each<[Underway['intent'], boolean, boolean]>([
    ['not-asked', false, false],
    ['not-asked', true, true],
    ['asked', true, false],
    ['durable', true, false],
  ])('with the intent %s, asked for its message: %s, is writing it: %s', (intent, isAsked, expected) => {
    expect(isWritingBody(underway({ intent, body: isAsked ? [] : undefined }))).toBe(expected);
  });

  it.each([
    ['not-asked', 'not-sent'],
    ['asked', 'not-sent'],
    ['durable', 'uncertain'],
  ] as const)('with the intent %s is %s when the session is lost', (intent, expected) => {
    expect(lostOutcome(underway({ intent }))).toBe(expected);
  });
});
