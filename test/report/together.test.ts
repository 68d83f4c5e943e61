/** Fetches of one email judged together: gateways that look at a whole delivery, and people behind one address. */
import { describe, expect, it } from 'vitest';
import { summarize } from '../../src/report/fold.js';
import type { ReportFetch, ReportRecipient } from '../../src/report/summary.js';
import { judgeAgain } from '../../src/tracking/classify.js';
import { fc } from '../properties/fast-check.js';
import { acceptedAt, email, fetchOf, judgeAll, recipient, userAgents } from './facts.js';

const { chrome, thunderbird, gmail, apple, curl } = userAgents;
const others = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7; rv:139.0) Gecko/20100101 Firefox/139.0';
const network = '203.0.113.0/24';
const company = (count: number, domain = 'corp.example') =>
  Array.from({ length: count }, (_, index) =>
    recipient(index + 1, { emailAddress: `p${index + 1}@${domain}` }),
  );
const totalsOf = (recipients: readonly ReportRecipient[], fetches: readonly ReportFetch[]) =>
  summarize(email, recipients, fetches, judgeAgain).totals;
/** One fetch each of the first `count` copies, at the second that `at` says. */
const fetches = (
  count: number,
  at: (index: number) => number,
  changes: Partial<ReportFetch> = {},
  agent: (index: number) => string = () => chrome,
) =>
  Array.from({ length: count }, (_, index) =>
    fetchOf(index + 1, agent(index), at(index), { network, ...changes }),
  );
const rulesOf = (recipients: readonly ReportRecipient[], all: readonly ReportFetch[]) => [
  ...new Set(judgeAll(recipients, all, judgeAgain).map(({ rule }) => rule)),
];

describe('the copies of a company, of which a gateway fetches most', () => {
  // Each from another network and of another browser, so that only the company is the same.
  const apart = fetches(
    38,
    index => 12 + index / 10,
    {},
    index => chrome.replace('131', String(100 + index)),
  ).map((fetch, index) => ({ ...fetch, network: `198.51.${index}.0/24` }));

  it.each<[string, Partial<ReportRecipient>, number]>([
    ['accepted', { state: 'accepted' }, 0],
    ['sending', { state: 'sending' }, 0],
    ['uncertain', { state: 'uncertain' }, 0],
    ['pending', { state: 'pending' }, 38],
    ['deferred', { state: 'deferred' }, 38],
    ['rejected', { state: 'rejected' }, 38],
    ['skipped', { state: 'skipped' }, 38],
    ['without a pixel', { tracked: false }, 38],
  ])('are those that may be there: with as many others that are %s', (_, changes, machine) => {
    const people = company(80).map((one, index) => (index < 40 ? one : { ...one, ...changes }));
    expect(totalsOf(people, apart)).toMatchObject({ machine });
  });
});

describe('a gateway', () => {
  it('that fetches 38 of 40 copies within a second is a machine', () => {
    const burst = fetches(38, index => 12 + index / 40);
    expect(totalsOf(company(40), burst)).toMatchObject({ opened: 0, maybe: 0, machine: 38, none: 2 });
    expect(rulesOf(company(40), burst)).toEqual(['many-copies-at-once']);
  });

  it('that does so in three waves over a minute is a machine', () => {
    const waves = fetches(38, index => 12 + 28 * (index % 3) + index / 100);
    expect(totalsOf(company(40), waves)).toMatchObject({ opened: 0, machine: 38 });
  });

  it('is one long after the delivery, too', () => {
    expect(
      totalsOf(
        company(40),
        fetches(38, index => 90_000 + index / 40),
      ),
    ).toMatchObject({ machine: 38 });
  });

  it('is one where it calls itself another browser each time', () => {
    const agents = (index: number) => chrome.replace('131', String(100 + index));
    expect(
      totalsOf(
        company(40),
        fetches(38, index => 12 + index / 10, {}, agents),
      ),
    ).toMatchObject({
      machine: 38,
    });
  });

  it('is one where it comes from another network each time', () => {
    const spread = fetches(38, index => 12 + index / 10).map((fetch, index) => ({
      ...fetch,
      network: `198.51.${index}.0/24`,
    }));
    expect(totalsOf(company(40), spread)).toMatchObject({ machine: 38 });
    const both = spread.map((fetch, index) => ({
      ...fetch,
      userAgent: chrome.replace('131', String(100 + index)),
    }));
    expect(totalsOf(company(40), both)).toMatchObject({ machine: 38 });
    // Of one company, in whatever case its domain was written.
    const written = company(40).map((one, index) => {
      const [local, domain = ''] = one.emailAddress.split('@');
      const letters = [...domain].map((letter, at) => ((index >> at) & 1 ? letter.toUpperCase() : letter));
      return { ...one, emailAddress: `${local}@${letters.join('')}` };
    });
    expect(totalsOf(written, both)).toMatchObject({ machine: 38 });
  });

  it('is one where it calls itself a mail program: that is believed of one fetch, not of many', () => {
    expect(totalsOf(company(40), [fetchOf(1, thunderbird, 1, { network })])).toMatchObject({ opened: 1 });
    const burst = fetches(
      38,
      index => 12 + index / 40,
      {},
      () => thunderbird,
    );
    expect(totalsOf(company(40), burst)).toMatchObject({ opened: 0, machine: 38 });
  });

  it('is one where user agents and networks are not kept', () => {
    const burst = fetches(
      38,
      index => 12 + index / 40,
      { network: '', kind: 'human', confidence: 0.75, rule: 'browser' },
      () => '',
    );
    expect(totalsOf(company(40), burst)).toMatchObject({ opened: 0, machine: 38 });
  });

  it('that looks at each copy as it comes is one, however long the delivery takes', () => {
    const slow = company(40).map((one, index) => ({
      ...one,
      stateAt: new Date(acceptedAt.getTime() + index * 120_000),
    }));
    const prompt = fetches(38, index => index * 120 + 20);
    expect(totalsOf(slow, prompt)).toMatchObject({ opened: 0, machine: 38 });
    expect(rulesOf(slow, prompt)).toEqual(['whole-domain-at-delivery']);
  });

  it('of one company is told from the people of others in the same email', () => {
    const everybody = [
      ...company(40),
      ...Array.from({ length: 400 }, (_, index) =>
        recipient(100 + index, { emailAddress: `x@d${index}.example` }),
      ),
    ];
    const people = Array.from({ length: 400 }, (_, index) =>
      fetchOf(100 + index, chrome, 13 + 3 * index, { network: `198.51.${index % 200}.0/24` }),
    );
    const all = [...fetches(38, index => 12 + index / 40), ...people].sort(
      (a, b) => a.fetchedAt - b.fetchedAt,
    );
    expect(totalsOf(everybody, all)).toMatchObject({ opened: 400, machine: 38, none: 2 });
  });

  it('does not hide who reads afterwards, with the same browser behind the same address', () => {
    const later = fetches(40, index => 600 + 90 * index);
    const all = [...fetches(38, index => 12 + index / 40), ...later];
    expect(totalsOf(company(40), all)).toMatchObject({ opened: 40 });
  });
});

describe('people', () => {
  it('are 40 colleagues behind one address who open over an hour', () => {
    expect(
      totalsOf(
        company(40),
        fetches(38, index => 30 + 90 * index),
      ),
    ).toMatchObject({ opened: 38, machine: 0 });
  });

  it('are colleagues many of whom open at once, when there are many', () => {
    // A fifth within the first two minutes, the others over an hour.
    const all = fetches(500, index => (index < 100 ? 15 + index : 120 + 8 * index));
    expect(totalsOf(company(500), all)).toMatchObject({ opened: 500 });
  });

  it('are a team of four who open within a second, and one who opens again and again', () => {
    expect(
      totalsOf(
        company(4),
        fetches(4, index => 12 + index / 4),
      ),
    ).toMatchObject({ opened: 4 });
    const again = Array.from({ length: 50 }, (_, index) => fetchOf(1, chrome, 12 + index, { network }));
    expect(totalsOf(company(4), again)).toMatchObject({ opened: 1 });
  });

  it('are whoever a provider’s proxy fetches for, however many at once', () => {
    const proxied = fetches(
      38,
      index => 12 + index / 40,
      {},
      () => gmail,
    );
    expect(totalsOf(company(40, 'gmail.example'), proxied)).toMatchObject({ opened: 38 });
  });

  it.each(['127.0.0.0/24', '::/48'])('are tried out from this machine (%s)', here => {
    const tried = fetches(
      38,
      index => 1 + index / 40,
      { network: here },
      () => thunderbird,
    );
    expect(totalsOf(company(40), tried)).toMatchObject({ opened: 38 });
  });
});

it.each([-3, 3])('tells all three apart where the clocks are %d h apart', hours => {
  const skew = hours * 3_600;
  const at = (delay: (index: number) => number) =>
    totalsOf(
      company(40),
      fetches(38, index => skew + delay(index)),
    );
  expect(at(index => 12 + index / 40)).toMatchObject({ machine: 38, opened: 0 });
  expect(at(index => 12 + 28 * (index % 3) + index / 100)).toMatchObject({ machine: 38, opened: 0 });
  expect(at(index => 30 + 90 * index)).toMatchObject({ machine: 0, opened: 38 });
});

it('gives the same verdicts in whatever order the facts came', () => {
  const all = [
    ...fetches(38, index => 12 + index / 40),
    ...fetches(
      20,
      index => 900 + 60 * index,
      {},
      () => others,
    ),
  ];
  const verdicts = (facts: readonly ReportFetch[]) =>
    summarize(email, company(40), facts, judgeAgain).recipients.map(({ verdict }) => verdict);
  const expected = verdicts(all);
  fc.assert(
    fc.property(fc.shuffledSubarray(all, { minLength: all.length }), shuffled => {
      expect(verdicts(shuffled)).toEqual(expected);
    }),
    { numRuns: 30 },
  );
});

it('counts no opens of a gateway where the facts came in another order', () => {
  const burst = fetches(38, index => 12 + index / 40);
  const earlier = fetches(
    38,
    index => -30 - index / 40,
    {},
    () => thunderbird,
  );
  const { recipients } = summarize(email, company(40), [...burst, ...earlier], judgeAgain);
  expect(recipients.map(({ opens }) => opens)).toEqual(recipients.map(() => 0));
});

it('judges an email of many fetches in parts, and none of them twice', () => {
  const recipients = company(40);
  const many = Array.from({ length: 110_000 }, (_, index) =>
    fetchOf(1 + (index % 40), index % 2 === 0 ? gmail : apple, 100 + index, { network }),
  );
  const burst = fetches(38, index => 200_000 + index / 40);
  const { totals, recipients: summaries } = summarize(email, recipients, [...many, ...burst], judgeAgain);
  expect(totals.fetches).toBe(110_038);
  expect(summaries.reduce((sum, { kinds }) => sum + (kinds.scanner ?? 0), 0)).toBe(38);
});

it('adds verdicts, kinds and fetches up, for any facts', () => {
  const fact = fc.record({
    who: fc.integer({ min: 1, max: 45 }),
    agent: fc.constantFrom(chrome, thunderbird, gmail, apple, curl, '', 'x'),
    network: fc.constantFrom(network, '192.0.2.0/24', '', '::/48'),
    at: fc.oneof(fc.integer({ min: -20_000, max: 90_000 }), fc.integer({ min: 10, max: 20 })),
    times: fc.constantFrom(1, 1, 1, 7),
  });
  fc.assert(
    fc.property(
      fc.array(fact, { maxLength: 40 }),
      fc.array(fc.boolean(), { minLength: 1, maxLength: 40 }),
      (facts, tracked) => {
        const recipients = tracked.map((yes, index) =>
          recipient(index + 1, { tracked: yes, emailAddress: `p${index}@d${index % 3}.example` }),
        );
        const all = facts.map(one =>
          fetchOf(one.who, one.agent, one.at, {
            network: one.network,
            times: one.times,
            rule: 'browser',
            kind: 'human',
          }),
        );
        const { totals, recipients: summaries } = summarize(email, recipients, all, judgeAgain);
        const opens = judgeAll(recipients, all, judgeAgain);
        expect(totals.opened + totals.maybe + totals.machine + totals.none + totals.notTracked).toBe(
          recipients.length,
        );
        const known = all.filter(({ recipientNumber }) => recipientNumber <= recipients.length);
        expect(opens.length).toBe(known.length);
        expect(totals.fetches).toBe(known.reduce((sum, { times }) => sum + (times ?? 1), 0));
        const kinds = summaries
          .flatMap(one => Object.values(one.kinds))
          .reduce((sum, count) => sum + count, 0);
        expect(kinds).toBe(totals.fetches);
      },
    ),
    { numRuns: 10_000 },
  );
});
