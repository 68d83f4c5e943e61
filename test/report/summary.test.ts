import { describe, expect, it } from 'vitest';
import { Problem } from '../../src/problem.js';
import { type ListReading, parseList } from '../../src/recipients/list.js';
import { summarize } from '../../src/report/fold.js';
import { openJson, recipientJson, reportJson } from '../../src/report/json.js';
import type { ReportFetch, ReportRecipient } from '../../src/report/summary.js';
import { printJson } from '../../src/terminal/json.js';
import { inBatches, printJsonLists } from '../../src/terminal/json-lists.js';
import { judgeAgain, rememberJudgements } from '../../src/tracking/classify.js';
import { rulesDate } from '../../src/tracking/rules-date.js';
import { fc } from '../properties/fast-check.js';
import { acceptedAt, email, fetchOf, judgeAll, recipient, reportCsv, userAgents } from './facts.js';

const judge = (fetches: ReturnType<typeof fetchOf>[], recipients = [recipient(1)]) =>
  summarize(email, recipients, fetches, judgeAgain);
const opensOf = (fetches: readonly ReportFetch[], recipients = [recipient(1)]) =>
  judgeAll(recipients, fetches, judgeAgain);
const { thunderbird, gmail, apple, curl, chrome } = userAgents;

describe('the verdict of a recipient', () => {
  it.each([
    ['opened', 'a mail program', [fetchOf(1, thunderbird, 100)]],
    ['opened', 'a provider’s proxy, even at once', [fetchOf(1, gmail, 3)]],
    [
      'opened',
      'whatever else was fetched before',
      [fetchOf(1, curl, 1), fetchOf(1, apple, 2), fetchOf(1, thunderbird, 60)],
    ],
    ['maybe', 'a browser right after delivery', [fetchOf(1, chrome, 5)]],
    ['maybe', 'a request without a user agent', [fetchOf(1, '', 100)]],
    ['machine', 'Apple loading images by itself', [fetchOf(1, apple, 100)]],
    ['machine', 'a command-line tool', [fetchOf(1, curl, 100)]],
    ['machine', 'a HEAD request', [fetchOf(1, thunderbird, 100, { method: 'HEAD' })]],
    ['none', 'nothing', []],
    ['none', 'only ourselves', [fetchOf(1, '', 100, { kind: 'self', confidence: 0.9 })]],
  ] as const)('is %s after %s', (verdict, _, fetches) => {
    expect(judge([...fetches]).recipients[0]?.verdict).toBe(verdict);
  });

  it('is not-tracked for a copy without a pixel', () => {
    const report = judge([], [recipient(1, { tracked: false })]);
    expect([report.recipients[0]?.verdict, report.totals.notTracked]).toEqual(['not-tracked', 1]);
  });

  it('keeps what was judged of a fetch whose user agent is no longer kept', () => {
    const [one] = judge([
      fetchOf(1, '', 100, { kind: 'human', confidence: 0.85, rule: 'mail-client' }),
    ]).recipients;
    expect(one).toMatchObject({ verdict: 'opened', confidence: 0.85 });
  });
});

describe('the delay of a fetch', () => {
  const secondsIn = (seconds: number) => new Date(acceptedAt.getTime() + seconds * 1_000);
  const verdict = (seconds: number, changes: Parameters<typeof recipient>[1]) =>
    judge([fetchOf(1, chrome, seconds)], [recipient(1, changes)]).recipients[0]?.verdict;
  const uncertain = { startedAt: secondsIn(0), acceptedAt: undefined };

  it.each(['uncertain', 'accepted', 'skipped'] as const)(
    'counts from the transaction without a reply, whenever the recipient became %s',
    state => {
      const recipientOf = { state, stateAt: secondsIn(9_000), handovers: [uncertain] };
      expect(verdict(12, recipientOf)).toBe('opened');
      expect(verdict(5, recipientOf)).toBe('maybe');
      expect(verdict(1, recipientOf)).toBe('machine');
    },
  );

  it('counts from the copy that was there when the pixel was fetched, where a second one was sent', () => {
    const second = { startedAt: secondsIn(600), acceptedAt: secondsIn(601) };
    const both = { stateAt: secondsIn(601), handovers: [uncertain, second] };
    expect(verdict(12, both)).toBe('opened');
    expect(verdict(602, both)).toBe('machine');
    // Gateways look before they reply.
    expect(verdict(600.5, both)).toBe('machine');
    expect(verdict(660, both)).toBe('opened');
  });

  it('counts from the intent while the reply is waited for', () => {
    expect(verdict(1, { state: 'sending' })).toBe('machine');
    expect(verdict(12, { state: 'sending' })).toBe('opened');
  });
});

describe('fetches that were only counted', () => {
  it('are judged by when they came, as if their user agent were known', () => {
    const browser = { kind: 'human', confidence: 0.75, rule: 'browser' } as const;
    const atDelivery = judge([fetchOf(1, '', 1, browser), fetchOf(1, '', 5, { ...browser, times: 9 })]);
    expect(atDelivery.recipients[0]).toMatchObject({ verdict: 'maybe', kinds: { scanner: 1, unknown: 9 } });
    const strange = { kind: 'unknown', confidence: 0.4, rule: 'unrecognized' } as const;
    expect(opensOf([fetchOf(1, '', 100, strange)])).toMatchObject([strange]);
  });

  it('are in the totals with all of them, and open like any other', () => {
    const counted = { kind: 'image-proxy', confidence: 0.85, rule: 'gmail-image-proxy' } as const;
    const fetches = [fetchOf(1, '', 100, counted), fetchOf(1, '', 500, { ...counted, times: 7_000 })];
    const report = judge(fetches);
    expect(report.totals).toMatchObject({ opened: 1, fetches: 7_001 });
    expect(report.recipients[0]).toMatchObject({
      verdict: 'opened',
      opens: 2,
      kinds: { 'image-proxy': 7_001 },
    });
    expect(opensOf(fetches).map(open => openJson(email, open))).toMatchObject([{}, { times: 7_000 }]);
  });
});

describe('opens', () => {
  it('within 30 seconds are one', () => {
    const [one] = judge(
      [0, 10, 45, 60, 200].map(seconds => fetchOf(1, thunderbird, 100 + seconds)),
    ).recipients;
    expect(one).toMatchObject({ opens: 3, kinds: { human: 5 } });
    expect(one?.firstOpenedAt).toEqual(new Date(acceptedAt.getTime() + 100_000));
    expect(one?.lastOpenedAt).toEqual(new Date(acceptedAt.getTime() + 300_000));
  });

  it('are the recipient’s own, whatever others fetched', () => {
    const report = judge(
      [fetchOf(2, thunderbird, 100), fetchOf(99, thunderbird, 100)],
      [recipient(1), recipient(2)],
    );
    expect(report.recipients.map(({ verdict }) => verdict)).toEqual(['none', 'opened']);
    expect(report.totals).toMatchObject({ opened: 1, none: 1, fetches: 1 });
  });
});

it('adds the five verdicts up to the recipients, whatever was fetched', () => {
  const agents = fc.constantFrom(thunderbird, gmail, apple, curl, chrome, '', 'x');
  const fetch = fc.record({
    who: fc.integer({ min: 1, max: 8 }),
    agent: agents,
    at: fc.integer({ min: -60, max: 9_000 }),
  });
  fc.assert(
    fc.property(
      fc.array(fetch, { maxLength: 40 }),
      fc.array(fc.boolean(), { minLength: 1, maxLength: 8 }),
      (fetches, tracked) => {
        const recipients = tracked.map((yes, index) => recipient(index + 1, { tracked: yes }));
        const { totals } = judge(
          fetches.map(({ who, agent, at }) => fetchOf(who, agent, at)),
          recipients,
        );
        const sum = totals.opened + totals.maybe + totals.machine + totals.none + totals.notTracked;
        expect(sum).toBe(totals.recipients);
      },
    ),
  );
});

it('prints the documented object, opens only when asked for', async () => {
  const fetches = [fetchOf(1, thunderbird, 100)];
  const report = judge(fetches);
  const recipients = { name: 'recipients', batches: inBatches(report.recipients, 500, recipientJson) };
  const opens = { name: 'opens', batches: [opensOf(fetches).map(open => openJson(email, open))] };
  const object = JSON.parse(await pieces(reportJson(report), [recipients, opens])) as unknown;
  expect(object).toEqual({
    schema: 'mailtrack.report/1',
    email: {
      email_id: 'em_aaaaaaaaaaaa',
      send_id: null,
      subject: 'Lunch on Thursday',
      from: 'Anthony <anthony@example.com>',
      mode: 'group',
      message_id: '<m@example.com>',
      created_at: '2026-11-23T09:00:00.000Z',
    },
    rules: rulesDate,
    totals: {
      recipients: 1,
      accepted: 1,
      deferred: 0,
      rejected: 0,
      uncertain: 0,
      pending: 0,
      skipped: 0,
      opened: 1,
      maybe: 0,
      machine: 0,
      none: 0,
      not_tracked: 0,
      fetches: 1,
      failed: 0,
      delayed: 0,
      replied: 0,
      auto_replied: 0,
      complained: 0,
      clicked: 0,
    },
    recipients: [
      {
        email_address: 'r1@example.com',
        name: '',
        role: 'to',
        state: 'accepted',
        verdict: 'opened',
        confidence: 0.85,
        rule: 'mail-client',
        opens: 1,
        first_opened_at: '2026-11-23T09:01:40.000Z',
        last_opened_at: '2026-11-23T09:01:40.000Z',
        kinds: { human: 1 },
        delivery: 'unknown',
        bounce: null,
        replied_at: null,
        auto_replied_at: null,
        returns_on: null,
        complained_at: null,
        clicks: 0,
        first_clicked_at: null,
      },
    ],
    opens: [
      {
        datetime_opened: '2026-11-23T09:01:40.000Z',
        email_id: 'em_aaaaaaaaaaaa',
        email_address: 'r1@example.com',
        kind: 'human',
        confidence: 0.85,
        rule: 'mail-client',
      },
    ],
  });
});

async function pieces(...args: Parameters<typeof printJsonLists>): Promise<string> {
  let text = '';
  for await (const piece of printJsonLists(...args)) text += piece;
  return text;
}

it('prints lists in pieces as it prints them whole', async () => {
  const [head, one, other] = [{ a: '\u0085' }, [{ b: 1 }, { b: '\u202e' }, { b: null }], [] as object[]];
  const lists = [
    { name: 'one', batches: inBatches(one, 2, item => item) },
    { name: 'other', batches: inBatches(other, 2, item => item) },
  ];
  expect(await pieces(head, lists)).toBe(`${printJson({ ...head, one, other })}\n`);
  expect(await pieces(head, [])).toBe(`${printJson(head)}\n`);
});

describe('fetches in any order', () => {
  const agents = fc.constantFrom(thunderbird, gmail, apple, curl, chrome, '');
  const some = fc.array(fc.record({ agent: agents, at: fc.integer({ min: -5, max: 150 }) }), {
    maxLength: 30,
  });

  it('are the opens that they are in order of time', () => {
    fc.assert(
      fc.property(some, found => {
        const fetches = found.map(({ agent, at }) => fetchOf(1, agent, at));
        const [summary] = judge(fetches).recipients;
        const times = opensOf(fetches)
          .filter(({ kind }) => kind === 'human' || kind === 'image-proxy')
          .map(({ openedAt }) => openedAt.getTime())
          .sort((one, other) => one - other);
        const firsts = times.filter((at, index) => index === 0 || at - (times[index - 1] ?? 0) > 30_000);
        expect([summary?.opens, summary?.firstOpenedAt?.getTime(), summary?.lastOpenedAt?.getTime()]).toEqual(
          [firsts.length, firsts[0], firsts.at(-1)],
        );
      }),
    );
  });

  it('are judged as each of them is alone, whatever was judged before', () => {
    fc.assert(
      fc.property(some, found => {
        const remembering = rememberJudgements();
        for (const [index, { agent, at }] of found.entries()) {
          const context = { firstFetch: index % 2 === 0, sinceAcceptedMs: at * 1_000 };
          const fetch = fetchOf(1, agent, at, index % 3 === 0 ? { method: 'HEAD' } : { rule: 'browser' });
          expect(remembering(fetch, context)).toEqual(judgeAgain(fetch, context));
        }
      }),
    );
  });
});

it('counts those being sent as pending', () => {
  const report = judge([], [recipient(1, { state: 'sending' }), recipient(2, { state: 'pending' })]);
  expect(report.totals).toMatchObject({ pending: 2, accepted: 0 });
});

it('never lets a name run as a formula in a spreadsheet', () => {
  const names = ['=1+1', '+1', '-1', '@x', '\t=1', '\r=1', '＝1', '＋1', '－1', '＠x', "'=1", 'a "b", c'];
  const rows = reportCsv(
    judge(
      [],
      names.map((name, index) => recipient(index + 1, { name })),
    ),
  ).split('\r\n');
  expect(rows[0]).toContain('"email_address","name"');
  expect(rows.slice(1, 1 + names.length).map(row => row.split(',"to"')[0]?.replace(/^"[^"]*",/, ''))).toEqual(
    [
      '"\'=1+1"',
      '"\'+1"',
      '"\'-1"',
      '"\'@x"',
      '"\'\t=1"',
      '"\'\r=1"',
      '"\'＝1"',
      '"\'＋1"',
      '"\'－1"',
      '"\'＠x"',
      '"\'\'=1"',
      '"a ""b"", c"',
    ],
  );
});

describe('a report as CSV is a list', () => {
  const fields = (...pairs: readonly (readonly [string, string])[]) => new Map(pairs);

  async function readBack(csv: string, reading: ListReading = {}) {
    const rows: unknown[] = [];
    for await (const row of parseList([Buffer.from(csv)], 'report.csv', reading)) {
      if (row instanceof Problem) throw row;
      const { mailbox, role, track } = row;
      rows.push([mailbox.addrSpec, mailbox.name, role, track, Object.fromEntries(row.fields)]);
    }
    return rows;
  }

  it('of the same people with the same merge fields, whatever is in them', async () => {
    const csv = reportCsv(
      judge(
        [],
        [
          recipient(1, {
            emailAddress: '+a@x.example',
            name: '-A',
            fields: fields(['E-Mail', '+a@x.example'], ['State', '=1+1'], ['tel', "'+49"]),
          }),
          recipient(2, {
            emailAddress: 'b@x.example',
            role: 'cc',
            fields: fields(['email', 'b@x.example'], ['state', 'Ohio'], ['name', 'B']),
          }),
        ],
      ),
    );
    expect(csv.split('\r\n')[0]).toBe(
      '"email_address","name","role","report_state","verdict","confidence","opens","first_opened_at","last_opened_at","delivery","bounce","replied_at","auto_replied_at","complained_at","E-Mail","State","tel"',
    );
    expect(await readBack(csv)).toEqual([
      [
        '+a@x.example',
        '-A',
        'to',
        undefined,
        { email_address: '+a@x.example', name: '-A', 'E-Mail': '+a@x.example', State: '=1+1', tel: "'+49" },
      ],
      [
        'b@x.example',
        '',
        'cc',
        undefined,
        { email_address: 'b@x.example', name: '', 'E-Mail': '', State: 'Ohio', tel: '' },
      ],
    ]);
  });

  it('in which those who were not tracked are not tracked either', async () => {
    const some = [recipient(1, { tracked: false }), recipient(2, { fields: fields(['Track', 'yes']) })];
    const tracks = async (recipients: ReportRecipient[]) =>
      (await readBack(reportCsv(judge([], recipients)))).map(row => (row as unknown[])[3]);
    expect(await tracks(some)).toEqual([false, true]);
    expect(await tracks(some.map(one => ({ ...one, tracked: false })))).toEqual([undefined, true]);
    expect(await tracks([recipient(1, { tracked: false }), recipient(2)])).toEqual([false, undefined]);
  });

  it('that says nothing of the email before in the next one', async () => {
    const named = judge([], [recipient(1, { fields: fields(['role', 'Speaker']) })]);
    const csv = reportCsv({ ...named, email: { ...email, mode: 'each' } });
    const [first] = await readBack(csv, { roleIsField: true });
    expect(Object.keys((first as unknown[])[4] as object)).toEqual(['email_address', 'name', 'role']);
    expect((first as unknown[])[4]).toMatchObject({ role: 'Speaker' });
  });
});
