import { describe, expect, it } from 'vitest';
import { Blame, isSpentQuota } from '../../src/smtp/blame.js';

const denied = {
  stage: 'rcpt',
  replyCode: 554,
  enhancedStatusCode: '5.7.1',
  replyText: '5.7.1 Relay access denied',
} as const;
const spent = {
  stage: 'rcpt',
  replyCode: 550,
  enhancedStatusCode: '5.4.5',
  replyText: '5.4.5 Daily limit exceeded',
} as const;

/** @param words `r 3 b` refuses recipient 3 of domain b, `q 3 b` by a quota, `a` accepts somebody. */
function play(blame: Blame<number>, ...words: string[]): number[] {
  const cleared: number[] = [];
  for (const [at, word] of words.entries()) {
    const [what, recipient = '', domain = 'a.example'] = word.split(' ');
    if (what === 'a') cleared.push(...blame.accepted(at).map(({ recipient }) => recipient));
    else
      blame.refused({
        recipient: Number(recipient),
        domain,
        reply: what === 'q' ? spent : denied,
        refusedAtMs: at,
      });
  }
  return cleared;
}

describe('a refusal in words about the sender', () => {
  it('is about the recipient once another was accepted behind it', () => {
    const blame = new Blame<number>(false);
    expect(play(blame, 'r 1', 'r 2')).toEqual([]);
    expect(play(blame, 'r 3', 'a')).toEqual([1, 2, 3]);
    expect(blame.unexplained).toEqual([]);
  });

  it('is not explained by a message that was on its way before it', () => {
    const blame = new Blame<number>(false);
    blame.refused({ recipient: 1, domain: 'a.example', reply: denied, refusedAtMs: 50 });
    expect(blame.accepted(40)).toEqual([]);
    expect(blame.accepted(50).map(({ recipient }) => recipient)).toEqual([1]);
  });

  it('is about the recipient when everybody was tried and others were accepted, in this run or before', () => {
    const here = new Blame<number>(false);
    play(here, 'a', 'r 1', 'r 2');
    expect(here.everybodyTried().map(({ recipient }) => recipient)).toEqual([1, 2]);
    const before = new Blame<number>(true);
    play(before, 'r 1');
    expect(before.everybodyTried()).toHaveLength(1);
  });

  it('is about the sender when nobody was accepted', () => {
    const blame = new Blame<number>(false);
    play(blame, 'r 1', 'r 2');
    expect(blame.everybodyTried()).toEqual([]);
    expect(blame.unexplained.map(({ recipient }) => recipient)).toEqual([1, 2]);
  });

  it('stays about the sender when it speaks of a quota, however many are accepted behind it', () => {
    const blame = new Blame<number>(false);
    expect(play(blame, 'q 1', 'a', 'a')).toEqual([]);
    expect(blame.everybodyTried()).toEqual([]);
    expect(blame.unexplained).toHaveLength(1);
  });
});

describe('a refusal that is about the sender whatever else is accepted', () => {
  const held = (replyCode: number, enhancedStatusCode: string, replyText: string) => {
    const blame = new Blame<number>(false);
    const reply = { stage: 'rcpt', replyCode, enhancedStatusCode, replyText } as const;
    blame.refused({ recipient: 1, domain: 'a.example', reply, refusedAtMs: 1 });
    blame.accepted(2);
    return blame.unexplained.length === 1;
  };

  it.each([
    [530, '', 'no'],
    [534, '', 'no'],
    [535, '', 'no'],
    [538, '', 'no'],
    [550, '5.4.5', 'no'],
    [550, '5.7.8', 'no'],
    [550, '5.7.9', 'no'],
    [550, '5.7.11', 'no'],
    [550, '5.7.28', 'no'],
    [550, '5.7.1', 'Daily limit exceeded'],
    [550, '5.7.1', 'hourly QUOTA'],
    [550, '', 'the limit of SENDING'],
    [550, '', 'message quota exceeded'],
  ])('is %i %s %s', (code, enhanced, text) => {
    expect(held(code, enhanced, text)).toBe(true);
  });

  it.each([
    [529, '', 'no'],
    [531, '', 'no'],
    [536, '', 'no'],
    [550, '5.7.1', 'Relay access denied'],
    [550, '5.7.1', 'daily'],
    [550, '5.7.1', 'the quota of this mailbox'],
    [550, '5.7.10', 'no'],
  ])('is not %i %s %s', (code, enhanced, text) => {
    expect(held(code, enhanced, text)).toBe(false);
  });
});

it.each([
  ['5.4.5', 'no', true],
  ['', 'Daily SMTP relay limit exceeded', true],
  ['5.7.8', 'no', false],
  ['', 'daily news', false],
  ['', 'mailbox quota', false],
])('a quota is spent by “%s %s”: %s', (enhancedStatusCode, replyText, expected) => {
  expect(isSpentQuota({ stage: 'rcpt', replyCode: 550, enhancedStatusCode, replyText })).toBe(expected);
});

describe('a sender', () => {
  const refusals = (count: number, domains: number) =>
    Array.from({ length: count }, (_, at) => `r ${at} d${at % domains}.example`);

  it('is refused when ten domains were and nobody was accepted', () => {
    const blame = new Blame<number>(false);
    play(blame, ...refusals(9, 9));
    expect(blame.isSenderRefused).toBe(false);
    play(blame, 'r 9 another.example');
    expect(blame.isSenderRefused).toBe(true);
  });

  it('is refused when a hundred recipients in a row were, whatever was accepted before', () => {
    const blame = new Blame<number>(true);
    play(blame, ...refusals(99, 20));
    expect(blame.isSenderRefused).toBe(false);
    play(blame, 'r 99');
    expect(blame.isSenderRefused).toBe(true);
    expect(blame.everybodyTried()).toEqual([]);
  });

  it('is refused when ten recipients in a row met a quota', () => {
    const blame = new Blame<number>(true);
    play(blame, ...Array.from({ length: 9 }, (_, at) => `q ${at}`));
    expect(blame.isSenderRefused).toBe(false);
    play(blame, 'q 9');
    expect(blame.isSenderRefused).toBe(true);
  });

  it('is not refused while somebody is accepted in between', () => {
    const blame = new Blame<number>(false);
    play(blame, ...refusals(8, 8), 'a', ...refusals(8, 8), 'a', ...refusals(8, 8));
    expect(blame.isSenderRefused).toBe(false);
  });

  it('is counted anew behind each acceptance, by domains, by refusals and by quotas', () => {
    const refusedAfter = (...words: string[]) => {
      const blame = new Blame<number>(false);
      play(blame, ...words);
      return blame.isSenderRefused;
    };
    const quotas = (count: number) => Array.from({ length: count }, (_, at) => `q ${at}`);
    for (const [before, behind, enough] of [
      // Once somebody was accepted, domains alone say nothing.
      [refusals(9, 9), refusals(10, 10), false],
      [refusals(9, 1), refusals(99, 1), false],
      [refusals(9, 1), refusals(100, 1), true],
      [quotas(9), quotas(9), false],
      [quotas(9), quotas(10), true],
    ] as const)
      expect(refusedAfter(...before, 'a', ...behind)).toBe(enough);
    expect([refusedAfter(...quotas(9)), refusedAfter(...quotas(10))]).toEqual([false, true]);
  });
});
