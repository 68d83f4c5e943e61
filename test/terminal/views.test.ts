import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import type { Mailbox } from '../../src/message/mailbox.js';
import { Problem } from '../../src/problem.js';
import { summarize } from '../../src/report/fold.js';
import { visible } from '../../src/terminal/clean.js';
import { listLines } from '../../src/terminal/list-view.js';
import { eventJson } from '../../src/terminal/ndjson.js';
import { planLines } from '../../src/terminal/plan-view.js';
import { problemJson, problemLines } from '../../src/terminal/problem-view.js';
import { reportLines } from '../../src/terminal/report-view.js';
import { eventLines, finishedLines } from '../../src/terminal/send-lines.js';
import { createStyle } from '../../src/terminal/style.js';
import { cut, tableLines } from '../../src/terminal/table.js';
import { createTimeFormat } from '../../src/time-format.js';
import { classifyFetch } from '../../src/tracking/classify.js';
import type { RecipientSettled, SendFinished, SendPlan } from '../../src/workflow/events.js';
import { acceptedAt, email, fetchOf, recipient, userAgents } from '../report/facts.js';

const style = createStyle({ color: false, environment: {}, isTerminal: true });
const time = createTimeFormat(new Date('2026-11-23T12:00:00Z'), () => 60);
const mailbox = (addrSpec: string, name = '') => ({ name, addrSpec }) as Mailbox;
const counts = { pending: 0, sending: 0, accepted: 0, deferred: 0, rejected: 0, uncertain: 0, skipped: 0 };

const report = summarize(
  email,
  [recipient(1), recipient(2), recipient(3), recipient(4), recipient(5, { state: 'uncertain' })],
  [
    fetchOf(1, userAgents.thunderbird, 100),
    fetchOf(1, userAgents.thunderbird, 4_000),
    fetchOf(2, userAgents.apple, 5),
    fetchOf(3, '\x1b[2Jevil', 50),
  ],
  classifyFetch,
);

it('the list says how many failed and how many replied', () => {
  const one = {
    emailId: 'em_aaaaaaaaaaaa',
    subject: 'Lunch',
    createdAt: new Date('2026-11-23T08:00:00Z'),
    cancelled: false,
    recipients: 5,
    accepted: 4,
    uncertain: 1,
    unfinished: 0,
  };
  const [, line] = listLines([{ ...one, failed: 2, replied: 3 }], { width: 100, style, time });
  expect(line).toMatch(/1 uncertain, 2 failed, 3 replied$/);
  expect(
    listLines([{ ...one, uncertain: 0, failed: 0, replied: 0 }], { width: 100, style, time })[1],
  ).toMatch(/Lunch *$/);
});

describe('the report', () => {
  it('says what is known and what is not', () => {
    expect([...reportLines(report, { width: 100, style, time })]).toMatchInlineSnapshot(`
      [
        "Lunch on Thursday",
        "em_aaaaaaaaaaaa, 23 Nov 2026, 10:00 UTC+1",
        "from Anthony <anthony@example.com>",
        "",
        "! 1 uncertain: handed over, and no answer came. r5@example.com",
        "  mailtrack resume em_aaaaaaaaaaaa --resend-uncertain, or --resolve accepted",
        "Sent: 4 of 5 accepted",
        "",
        "   1 opened       a person’s mail program, or its proxy, loaded the image",
        "   1 maybe        something loaded it, and it cannot be told what",
        "   1 machine only it arrived; whether anybody looked cannot be known",
        "   2 no open seen which is not the same as not read",
        "",
        "Recipient       Verdict          First, UTC+1  Last   Opens  Why",
        "r5@example.com  uncertain",
        "r1@example.com  opened           10:01         11:06      2  mail program",
        "r3@example.com  maybe            10:00                       unknown program",
        "r2@example.com  cannot be known                              Apple Mail loads images by itself",
        "r4@example.com  no open seen",
        "",
        "An open is a program fetching the image of one person’s copy. Images may be off, forwarded or",
        "prefetched, and programs keep them: the number of opens is not how often somebody read.",
        "Judged by the rules of 2026-11-30.",
      ]
    `);
  });

  it.each([40, 60, 80, 120])('keeps within %i columns', width => {
    const lines = [...reportLines(report, { width, style, time })];
    const table = lines.slice(
      lines.findIndex(line => line.startsWith('Recipient')),
      -2,
    );
    for (const line of table) expect(stringWidth(line), line).toBeLessThanOrEqual(width);
  });

  it('gives the same words with colours and without', () => {
    const coloured = createStyle({ color: true, environment: { FORCE_COLOR: '1' }, isTerminal: false });
    const plain = [...reportLines(report, { width: 80, style: coloured, time })].map(line =>
      line.replaceAll(/\x1b\[\d+m/g, ''),
    );
    expect(plain).toEqual([...reportLines(report, { width: 80, style, time })]);
  });
});

const addressed = (...first: Mailbox[]) => ({ count: first.length, first });

const plan: SendPlan = {
  emailId: 'em_aaaaaaaaaaaa',
  mode: 'group',
  subject: 'Lunch\x1b[31m',
  messageId: '<m@example.com>',
  from: mailbox('anthony@example.com', 'Anthony'),
  to: addressed(mailbox('alice@example.com', 'Doe, Alice'), mailbox('bob@example.com')),
  cc: addressed(mailbox('carol@example.com')),
  bcc: addressed(mailbox('dave@example.com')),
  recipients: 4,
  visible: 3,
  untracked: 1,
  suppressed: ['eve@example.com'],
  server: 'smtp://mail.example.com:587',
  connections: 1,
  window: 1,
  trackingUrl: 'https://t.example.com',
  notices: ['1 repeated row left out'],
  warnings: ['it rains'],
};

describe('the plan', () => {
  it('shows who sees whom before anything is sent', () => {
    expect(planLines(plan, { style, width: 80 })).toMatchInlineSnapshot(`
      [
        "Lunch\\x1b[31m",
        "  From      Anthony <anthony@example.com>",
        "  To        "Doe, Alice" <alice@example.com>, bob@example.com",
        "  Cc        carol@example.com",
        "  Bcc       dave@example.com (in no copy)",
        "  Visible   4 people will see these 3 addresses",
        "  Tracking  a pixel at https://t.example.com; 1 of 4 copies without",
        "  Server    smtp://mail.example.com:587",
        "            1 connection, at most 1 uncertain should it break",
        "  Note      1 repeated row left out",
        "  Left out  eve@example.com (never to be mailed)",
        "  Warning   it rains",
      ]
    `);
  });

  it('says why somebody is left out, and since when', () => {
    const since = new Date('2026-11-24T22:00:00Z');
    const suppressions = new Map([
      ['eve@example.com', { kind: 'unsubscribed', reason: '', since }],
      ['fay@example.com', { kind: 'suppressed', reason: 'bounced twice', since }],
    ] as const);
    const suppressed = ['Eve@EXAMPLE.com', 'fay@example.com'];
    const lines = planLines({ ...plan, suppressed, suppressions }, { style, width: 160 });
    expect(lines.find(line => line.includes('Left out'))).toBe(
      '  Left out  Eve@EXAMPLE.com (unsubscribed on 24 Nov 2026), fay@example.com (never to be mailed since 24 Nov 2026: bounced twice)',
    );
  });

  it('says who decided where mail, opens and records go, and what signs', () => {
    const origins = {
      server: '/home/a/mailtrack.toml:3, not trusted',
      tracking: 'MAILTRACK_TRACKING_URL',
      database: { name: 'm.db\x1b[31m', origin: 'default' },
      dkim: { domain: 'example.com', origin: '/home/a/mailtrack.toml:9, not trusted' },
    };
    const lines = planLines({ ...plan, origins, untracked: 0 }, { style, width: 100 });
    expect(lines.filter(line => line.endsWith(')'))).toEqual([
      '  Bcc       dave@example.com (in no copy)',
      '  Tracking  a pixel per copy at https://t.example.com (MAILTRACK_TRACKING_URL)',
      '  Server    smtp://mail.example.com:587 (/home/a/mailtrack.toml:3, not trusted)',
      '  Signed    for example.com (/home/a/mailtrack.toml:9, not trusted)',
      '  Database  m.db\\x1b[31m (default)',
      '  Left out  eve@example.com (never to be mailed)',
    ]);
    const json = JSON.parse(eventJson({ kind: 'send-planned', plan: { ...plan, origins } }) ?? '') as object;
    expect(json).toMatchObject({
      origins: {
        server: '/home/a/mailtrack.toml:3, not trusted',
        tracking_url: 'MAILTRACK_TRACKING_URL',
        database: 'default',
        dkim: '/home/a/mailtrack.toml:9, not trusted',
      },
    });
  });

  it('of a mail merge says that nobody sees anybody', () => {
    const lines = planLines({ ...plan, mode: 'each', recipients: 1_432, visible: 1 }, { style, width: 80 });
    expect(lines).toContain('  Visible   each sees only their own address');
    expect(lines.some(line => line.includes('1432 people, a message of their own'))).toBe(true);
  });
});

const settled: RecipientSettled = {
  kind: 'recipient-settled',
  emailId: 'em_aaaaaaaaaaaa',
  emailAddress: 'bob@example.com',
  role: 'to',
  state: 'rejected',
  replyCode: 550,
  enhancedStatusCode: '5.1.1',
  replyText: '5.1.1 No such\x1b]0;user',
  attempt: 1,
  at: acceptedAt,
};
const finished: SendFinished = {
  kind: 'send-finished',
  emailId: 'em_aaaaaaaaaaaa',
  counts: { ...counts, accepted: 2, uncertain: 1, sending: 1 },
  recipients: 4,
  seconds: 1.25,
};

describe('sending', () => {
  it('tells of those who were not accepted, with the server’s words made harmless', () => {
    expect(eventLines(settled, style)).toEqual(['rejected  bob@example.com  550 5.1.1 No such\\x1b]0;user']);
    expect(eventLines({ ...settled, state: 'accepted' }, style)).toEqual([]);
  });

  it('ends with the uncertain first and the command that comes next', () => {
    expect(finishedLines(finished, ['bob@example.com'], style)).toEqual([
      '! 1 uncertain: handed over, and no answer came. They are not sent to again by themselves.',
      '    bob@example.com',
      '• 2 of 4 accepted, 1 pending in 1.3 s',
      '  Go on with: mailtrack resume em_aaaaaaaaaaaa',
    ]);
    const done = { ...finished, counts: { ...counts, accepted: 4 } };
    expect(finishedLines(done, [], style)).toEqual([
      '✓ 4 of 4 accepted in 1.3 s',
      '  Who opened: mailtrack report em_aaaaaaaaaaaa',
    ]);
  });

  it('is one documented JSON object per line', () => {
    const objects = [{ kind: 'send-planned', plan } as const, settled, finished].map(
      event => JSON.parse(eventJson(event) ?? '') as unknown,
    );
    expect(objects).toEqual([
      {
        type: 'plan',
        schema: 'mailtrack.send/1',
        email_id: 'em_aaaaaaaaaaaa',
        mode: 'group',
        subject: 'Lunch\x1b[31m',
        message_id: '<m@example.com>',
        recipients: 4,
        visible: 3,
        suppressed: ['eve@example.com'],
        notices: ['1 repeated row left out'],
        warnings: ['it rains'],
      },
      {
        type: 'recipient',
        email_id: 'em_aaaaaaaaaaaa',
        email_address: 'bob@example.com',
        role: 'to',
        state: 'rejected',
        code: 550,
        enhanced_code: '5.1.1',
        reply: '5.1.1 No such\x1b]0;user',
        attempt: 1,
        at: '2026-11-23T09:00:00.000Z',
      },
      {
        type: 'result',
        email_id: 'em_aaaaaaaaaaaa',
        recipients: 4,
        accepted: 2,
        deferred: 0,
        rejected: 0,
        uncertain: 1,
        pending: 1,
        skipped: 0,
        seconds: 1.25,
      },
    ]);
    expect(eventJson({ kind: 'session-lost', why: 'x' })).toBeUndefined();
  });
});

describe('problems', () => {
  const problem = new Problem('list-row', 'no "@" in \x1b[31mx', {
    where: { file: 'a.csv', line: 4 },
    fix: 'Mend it.',
  });
  it('say the place first and equal advice once', () => {
    expect(problemLines([problem, problem, new Problem('usage', 'what')])).toEqual([
      'a.csv:4: no "@" in \\x1b[31mx',
      'a.csv:4: no "@" in \\x1b[31mx',
      '  Mend it.',
      'mailtrack: what',
    ]);
  });

  it('are cut after twenty', () => {
    expect(problemLines(Array.from({ length: 25 }, () => problem)).slice(-2)).toEqual([
      '  Mend it.',
      'and 5 more.',
    ]);
  });

  it('are one JSON object, escapes escaped', () => {
    const text = problemJson([problem, problem]);
    expect(text).not.toContain('\x1b');
    expect(JSON.parse(text)).toMatchObject({
      error: { code: 'list-row', file: 'a.csv', line: 4, column: null, problems: [{}, {}] },
    });
  });
});

it('lists emails with what is left to do', () => {
  const listed = {
    emailId: 'em_aaaaaaaaaaaa',
    subject: '昼食 on Thursday',
    createdAt: acceptedAt,
    cancelled: false,
    recipients: 4,
    accepted: 2,
    uncertain: 0,
    unfinished: 2,
  };
  expect(
    listLines([listed, { ...listed, uncertain: 1 }, { ...listed, cancelled: true }], {
      width: 80,
      style,
      time,
    }),
  ).toMatchInlineSnapshot(`
    [
      "Email            Sent (UTC+1)  Accepted  Subject",
      "em_aaaaaaaaaaaa  10:00              2/4  昼食 on Thursday  2 to go",
      "em_aaaaaaaaaaaa  10:00              2/4  昼食 on Thursday  1 uncertain",
      "em_aaaaaaaaaaaa  10:00              2/4  昼食 on Thursday  cancelled",
    ]
  `);
});

it('lists the ids of emails that have one', () => {
  const listed = {
    emailId: 'em_aaaaaaaaaaaa',
    subject: 'Lunch',
    createdAt: acceptedAt,
    cancelled: false,
    recipients: 2,
    accepted: 2,
    uncertain: 0,
    unfinished: 0,
  };
  const sendId = `weekly-${'x'.repeat(60)}`;
  expect(listLines([{ ...listed, sendId }, listed], { width: 60, style, time })).toEqual([
    'Email            Id        Sent (UTC+1)  Accepted  Subject',
    sendId,
    'em_aaaaaaaaaaaa            10:00              2/2  Lunch',
    'em_aaaaaaaaaaaa            10:00              2/2  Lunch',
  ]);
});

describe('text', () => {
  it.each([
    ['a\x1b[2Jb', 'a\\x1b[2Jb'],
    ['\u202Egnp.exe', '\\u202egnp.exe'],
    ['a\r\nb\x9bc', 'a\\x0d\\x0ab\\x9bc'],
    ['\uD800', '\\ud800'],
    ['Žofie 👩‍👩‍👧 日本', 'Žofie 👩‍👩‍👧 日本'],
  ])('%j is shown as %j', (text, shown) => {
    expect(visible(text)).toBe(shown);
  });

  it('is cut between characters the reader sees', () => {
    expect(cut('日本語', 5)).toBe('日本…');
    expect(cut('👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧', 5)).toBe('👩‍👩‍👧👩‍👩‍👧…');
    expect(cut('abc', 3)).toBe('abc');
  });

  it('lines up in columns whatever its width', () => {
    expect(
      tableLines(
        [{ title: 'A' }, { title: 'B', align: 'right' }],
        [
          ['日本', '1'],
          ['x', '22'],
        ],
        80,
      ),
    ).toEqual(['A      B', '日本   1', 'x     22']);
  });
});

it.each([
  [{ color: false, environment: { FORCE_COLOR: '1' }, isTerminal: true }, false],
  [{ color: true, environment: { NO_COLOR: '1', FORCE_COLOR: '1' }, isTerminal: true }, false],
  [{ color: true, environment: { NO_COLOR: '' }, isTerminal: true }, true],
  [{ color: true, environment: { FORCE_COLOR: '1', TERM: 'dumb' }, isTerminal: false }, true],
  [{ color: true, environment: { FORCE_COLOR: '0' }, isTerminal: true }, false],
  [{ color: true, environment: { TERM: 'dumb' }, isTerminal: true }, false],
  [{ color: true, environment: {}, isTerminal: false }, false],
])('colours %j: %s', (request, coloured) => {
  expect(createStyle(request).bold('x') !== 'x').toBe(coloured);
});
