/** Reports in which every value differs from every other, so that two of them cannot be swapped. */
import { describe, expect, it } from 'vitest';
import type { RecipientState } from '../../src/recipients/recipient.js';
import { summarize } from '../../src/report/fold.js';
import { openJson, recipientJson, reportJson } from '../../src/report/json.js';
import type { Classify, ReportEmail, ReportFetch, ReportRecipient } from '../../src/report/summary.js';
import type { FetchKind } from '../../src/tracking/fetch.js';
import { rulesDate } from '../../src/tracking/rules-date.js';
import { fetchOf, judgeAll, recipient, reportCsv } from './facts.js';

const email: ReportEmail = {
  emailId: 'em_bbbbbbbbbbbb',
  sendId: 'lunch-48',
  subject: 'Lunch on Thursday',
  from: 'Anthony <anthony@example.com>',
  mode: 'group',
  messageId: '<m7@example.org>',
  createdAt: new Date('2026-11-20T07:06:05.004Z'),
};

/** The fetches say themselves what they are. */
const asRecorded: Classify = ({ kind, confidence, rule }) => ({ kind, confidence, rule });

/** @param afterSeconds since everybody was accepted, at 09:00:00. */
const fetchBy = (
  recipientNumber: number,
  kind: FetchKind,
  afterSeconds: number,
  changes: Partial<ReportFetch> = {},
) => fetchOf(recipientNumber, '', afterSeconds, { kind, confidence: 0.6, rule: `rule-${kind}`, ...changes });

const ann = recipient(1, {
  emailAddress: 'ann@one.example',
  name: 'Ann Ample',
  role: 'cc',
  state: 'uncertain',
  fields: new Map([['city', 'Oslo']]),
});
const bob = recipient(2, {
  emailAddress: 'bob@two.example',
  name: 'Bob Bright',
  role: 'bcc',
  state: 'deferred',
  fields: new Map([['city', 'Rome']]),
});
const fetches = [
  fetchBy(1, 'human', 700, { confidence: 0.81, rule: 'late' }),
  fetchBy(1, 'image-proxy', 65, { confidence: 0.72, rule: 'early' }),
  fetchBy(1, 'scanner', 5, { confidence: 0.93, rule: 'first' }),
  fetchBy(1, 'human', 300, { confidence: 0.55, rule: 'between', times: 4 }),
  fetchBy(2, 'unknown', 90, { confidence: 0.4, rule: 'odd' }),
  fetchBy(2, 'self', 91, { confidence: 1, rule: 'own', times: 2 }),
];
const report = summarize(email, [ann, bob], fetches, asRecorded);

it('prints each value in the column of its name', () => {
  expect(reportCsv(report)).toBe(
    [
      '"email_address","name","role","state","verdict","confidence","opens","first_opened_at","last_opened_at","delivery","bounce","replied_at","auto_replied_at","complained_at","city"',
      '"ann@one.example","Ann Ample","cc","uncertain","opened","0.81","3","2026-11-23T09:01:05.000Z","2026-11-23T09:11:40.000Z","unknown","","","","","Oslo"',
      '"bob@two.example","Bob Bright","bcc","deferred","maybe","0.4","0","","","unknown","","","","","Rome"',
      '',
    ].join('\r\n'),
  );
});

it('prints each value in the field of its name', () => {
  const judged = judgeAll([ann, bob], fetches, asRecorded);
  const printed = {
    ...(reportJson(report) as object),
    recipients: report.recipients.map(recipientJson),
    opens: judged.map(one => openJson(email, one)),
  };
  expect(JSON.parse(JSON.stringify(printed))).toEqual({
    schema: 'mailtrack.report/1',
    email: {
      email_id: 'em_bbbbbbbbbbbb',
      send_id: 'lunch-48',
      subject: 'Lunch on Thursday',
      from: 'Anthony <anthony@example.com>',
      mode: 'group',
      message_id: '<m7@example.org>',
      created_at: '2026-11-20T07:06:05.004Z',
    },
    rules: rulesDate,
    totals: {
      recipients: 2,
      accepted: 0,
      deferred: 1,
      rejected: 0,
      uncertain: 1,
      pending: 0,
      skipped: 0,
      opened: 1,
      maybe: 1,
      machine: 0,
      none: 0,
      not_tracked: 0,
      fetches: 10,
      failed: 0,
      delayed: 0,
      replied: 0,
      auto_replied: 0,
      complained: 0,
      clicked: 0,
    },
    recipients: [
      {
        email_address: 'ann@one.example',
        name: 'Ann Ample',
        role: 'cc',
        state: 'uncertain',
        verdict: 'opened',
        confidence: 0.81,
        rule: 'late',
        opens: 3,
        first_opened_at: '2026-11-23T09:01:05.000Z',
        last_opened_at: '2026-11-23T09:11:40.000Z',
        kinds: { human: 5, 'image-proxy': 1, scanner: 1 },
        ...nothingReturned,
      },
      {
        email_address: 'bob@two.example',
        name: 'Bob Bright',
        role: 'bcc',
        state: 'deferred',
        verdict: 'maybe',
        confidence: 0.4,
        rule: 'odd',
        opens: 0,
        first_opened_at: null,
        last_opened_at: null,
        kinds: { unknown: 1, self: 2 },
        ...nothingReturned,
      },
    ],
    // In the order recorded.
    opens: [
      opened('09:11:40', 'ann@one.example', 'human', 0.81, 'late'),
      opened('09:01:05', 'ann@one.example', 'image-proxy', 0.72, 'early'),
      opened('09:00:05', 'ann@one.example', 'scanner', 0.93, 'first'),
      { ...opened('09:05:00', 'ann@one.example', 'human', 0.55, 'between'), times: 4 },
      opened('09:01:30', 'bob@two.example', 'unknown', 0.4, 'odd'),
      { ...opened('09:01:31', 'bob@two.example', 'self', 1, 'own'), times: 2 },
    ],
  });
});

/** What came back is tried in returned.test.ts. */
const nothingReturned = {
  delivery: 'unknown',
  bounce: null,
  replied_at: null,
  auto_replied_at: null,
  returns_on: null,
  complained_at: null,
  clicks: 0,
  first_clicked_at: null,
};

function opened(time: string, emailAddress: string, kind: FetchKind, confidence: number, rule: string) {
  const datetime_opened = `2026-11-23T${time}.000Z`;
  return {
    datetime_opened,
    email_id: 'em_bbbbbbbbbbbb',
    email_address: emailAddress,
    kind,
    confidence,
    rule,
  };
}

it('counts every state and every verdict as itself', () => {
  const inState: Readonly<Record<RecipientState, number>> = {
    accepted: 21,
    deferred: 2,
    rejected: 3,
    uncertain: 4,
    pending: 5,
    sending: 6,
    skipped: 7,
  };
  const read = [
    ...Array<FetchKind>(6).fill('human'),
    ...Array<FetchKind>(8).fill('unknown'),
    ...Array<FetchKind>(9).fill('bot'),
  ];
  const people = Object.entries(inState)
    .flatMap(([state, count]) => Array<RecipientState>(count).fill(state as RecipientState))
    .map((state, at): ReportRecipient => recipient(at, { state, tracked: at < 36 }));
  const counted = read.map((kind, at) => fetchBy(at, kind, 60 + 100 * at, at === 0 ? { times: 28 } : {}));
  expect(summarize(email, people, counted, asRecorded).totals).toEqual({
    recipients: 48,
    accepted: 21,
    deferred: 2,
    rejected: 3,
    uncertain: 4,
    pending: 11,
    skipped: 7,
    opened: 6,
    maybe: 8,
    machine: 9,
    none: 13,
    notTracked: 12,
    fetches: 50,
    failed: 0,
    delayed: 0,
    replied: 0,
    autoReplied: 0,
    complained: 0,
  });
});

describe('the verdict', () => {
  const verdictOf = (...kinds: readonly (readonly [FetchKind, number])[]) => {
    const facts = kinds.map(([kind, confidence], at) => fetchBy(1, kind, 60 + at * 60, { confidence }));
    const [one] = summarize(email, [ann], facts, asRecorded).recipients;
    return `${one?.verdict} ${one?.confidence} ${one?.opens}`;
  };

  it.each<[FetchKind, string]>([
    ['human', 'opened 0.6 1'],
    ['image-proxy', 'opened 0.6 1'],
    ['apple-mpp', 'machine 0.6 0'],
    ['scanner', 'machine 0.6 0'],
    ['bot', 'machine 0.6 0'],
    ['self', 'none 0 0'],
    ['unknown', 'maybe 0.6 0'],
  ])('of %s alone is %s', (kind, expected) => {
    expect(verdictOf([kind, 0.6])).toBe(expected);
  });

  it.each<[string, readonly (readonly [FetchKind, number])[], string]>([
    ['at half a confidence is opened', [['human', 0.5]], 'opened 0.5 1'],
    ['below it is a maybe, and yet an open', [['human', 0.49]], 'maybe 0.49 1'],
    ['below it is a maybe of a proxy, too', [['image-proxy', 0.49]], 'maybe 0.49 1'],
    [
      'has the highest confidence of its own fetches',
      [
        ['human', 0.6],
        ['scanner', 0.9],
        ['human', 0.8],
        ['unknown', 0.95],
      ],
      'opened 0.8 2',
    ],
    [
      'of a maybe has the highest of those',
      [
        ['unknown', 0.3],
        ['human', 0.2],
        ['bot', 0.99],
      ],
      'maybe 0.3 1',
    ],
    [
      'of machines has the highest of those',
      [
        ['bot', 0.7],
        ['apple-mpp', 0.8],
        ['self', 1],
      ],
      'machine 0.8 0',
    ],
  ])('%s', (_, facts, expected) => {
    expect(verdictOf(...facts)).toBe(expected);
  });

  it('of somebody who was not tracked is that, whatever was fetched', () => {
    const untracked = { ...ann, tracked: false };
    const [one] = summarize(email, [untracked], [fetchBy(1, 'human', 60)], asRecorded).recipients;
    expect(one).toMatchObject({ verdict: 'not-tracked', confidence: 0, opens: 1 });
  });
});

describe('opens', () => {
  const opensAt = (...seconds: number[]) =>
    summarize(
      email,
      [ann],
      seconds.map(at => fetchBy(1, 'human', at)),
      asRecorded,
    ).recipients[0]?.opens;

  it('are one up to thirty seconds behind one another, in whatever order they were recorded', () => {
    expect([opensAt(60, 90), opensAt(60, 90.001), opensAt(90.001, 60)]).toEqual([1, 2, 2]);
    // Each is compared with the one before it, not with the first.
    expect(opensAt(120, 60, 90)).toBe(1);
  });
});

describe('what a fetch is judged by', () => {
  const contexts: object[] = [];
  const noted: Classify = (fetch, context) => {
    contexts.push(context);
    return asRecorded(fetch, context);
  };
  const contextsOf = (people: ReportRecipient, ...facts: ReportFetch[]) => {
    contexts.length = 0;
    summarize(email, [people], facts, noted);
    return [...contexts];
  };
  const acceptedMs = ann.stateAt.getTime();

  it('is whether it was the first of the recipient, and how long after the hand-over it came', () => {
    expect(
      contextsOf(
        { ...ann, state: 'accepted' },
        fetchBy(1, 'human', 7),
        fetchBy(9, 'human', 8),
        fetchBy(1, 'human', 9),
      ),
    ).toEqual([
      { firstFetch: true, sinceAcceptedMs: 7_000 },
      { firstFetch: false, sinceAcceptedMs: 9_000 },
    ]);
  });

  it.each<[RecipientState, boolean]>([
    ['accepted', true],
    ['sending', true],
    ['pending', false],
    ['deferred', false],
    ['rejected', false],
    ['uncertain', false],
    ['skipped', false],
  ])('knows the moment of the hand-over from the state %s: %s', (state, isKnown) => {
    const [context] = contextsOf({ ...ann, state }, fetchBy(1, 'human', 7));
    expect(context).toEqual({ firstFetch: true, ...(isKnown ? { sinceAcceptedMs: 7_000 } : {}) });
  });

  it('is the last hand-over that began before it, and of one that was answered the moment of the answer', () => {
    const at = (seconds: number) => new Date(acceptedMs + seconds * 1_000);
    const handovers = [
      { startedAt: at(10), acceptedAt: undefined },
      { startedAt: at(20), acceptedAt: at(22) },
    ];
    const since = [5, 10, 19, 20, 30].map(
      seconds => contextsOf({ ...ann, handovers }, fetchBy(1, 'human', seconds))[0],
    );
    expect(since).toMatchObject([-5, 0, 9, -2, 8].map(seconds => ({ sinceAcceptedMs: seconds * 1_000 })));
  });
});

describe('the columns of a list behind those of the report', () => {
  const headerOf = (mode: 'group' | 'each', ...names: string[]) => {
    const fields = new Map(names.map(name => [name, `${name} of somebody`]));
    const [header = ''] = reportCsv(
      summarize({ ...email, mode }, [{ ...ann, fields }], [], asRecorded),
    ).split('\r\n');
    return header.split('"auto_replied_at","complained_at"')[1]?.slice(1);
  };

  it.each(['email', 'Email_Address', 'email address', 'NAME'])(
    'are without %s, which the report says',
    name => {
      expect(headerOf('each', name, 'city')).toBe('"city"');
    },
  );

  it('are without the role of group mail only', () => {
    expect([headerOf('group', 'Role', 'x'), headerOf('each', 'Role', 'x')]).toEqual(['"x"', '"Role","x"']);
  });

  it('are each there once, whatever the case of its letters, and their values are found', () => {
    const people = [
      { ...ann, fields: new Map([['City', 'Oslo']]) },
      {
        ...bob,
        fields: new Map([
          ['CITY', 'Rome'],
          ['Track', 'yes'],
        ]),
        tracked: true,
      },
    ];
    const rows = reportCsv(summarize(email, people, [], asRecorded)).split('\r\n');
    expect(rows.map(row => row.split(',').slice(14).join(','))).toEqual([
      '"City","Track"',
      '"Oslo",""',
      '"Rome","yes"',
      '',
    ]);
  });

  it('say who was not tracked when somebody else was', () => {
    const csvOf = (...tracked: boolean[]) =>
      reportCsv(
        summarize(
          email,
          tracked.map((isTracked, at) => ({ ...recipient(at), tracked: isTracked })),
          [],
          asRecorded,
        ),
      )
        .split('\r\n')
        .map(row => row.split(',').slice(14).join(','))
        .slice(0, -1);
    expect(csvOf(true, false)).toEqual(['"track"', '""', '"no"']);
    expect([csvOf(true, true), csvOf(false, false)]).toEqual([
      ['', '', ''],
      ['', '', ''],
    ]);
  });
});
