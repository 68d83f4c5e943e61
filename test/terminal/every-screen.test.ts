/** Every screen of the tool at four widths: no line is longer than the terminal, and none ends inside a word. */
import { PassThrough } from 'node:stream';
import { beforeAll, describe, expect, it } from 'vitest';
import { topics } from '../../src/cli/commands/help.js';
import { fitted } from '../../src/cli/output.js';
import { createProgram, printHelp } from '../../src/cli/program.js';
import { Streams } from '../../src/cli/streams.js';
import type { Mailbox } from '../../src/message/mailbox.js';
import { Problem } from '../../src/problem.js';
import { summarize } from '../../src/report/fold.js';
import type { RecipientSummary, Report } from '../../src/report/summary.js';
import type { ReturnedFact } from '../../src/returned/returned-fact.js';
import { checkLines } from '../../src/terminal/check-view.js';
import { diffLines } from '../../src/terminal/diff-view.js';
import { explainLines } from '../../src/terminal/explain-view.js';
import { type InboxShown, inboxLines } from '../../src/terminal/inbox-view.js';
import { keyLines } from '../../src/terminal/keys-view.js';
import { joinParagraphs } from '../../src/terminal/lay-out.js';
import { listLines } from '../../src/terminal/list-view.js';
import { planLines } from '../../src/terminal/plan-view.js';
import { previewLines } from '../../src/terminal/preview-view.js';
import { problemLines } from '../../src/terminal/problem-view.js';
import { reportLines } from '../../src/terminal/report-view.js';
import { eventLines, finishedLines, sentEarlierLines } from '../../src/terminal/send-lines.js';
import { serveLine } from '../../src/terminal/serve-log.js';
import { createStyle } from '../../src/terminal/style.js';
import { suppressionLines } from '../../src/terminal/suppressions-view.js';
import { createTimeFormat } from '../../src/time-format.js';
import { classifyFetch } from '../../src/tracking/classify.js';
import type { SendPlan } from '../../src/workflow/events.js';
import { acceptedAt, email, fetchOf, recipient, userAgents } from '../report/facts.js';
import { served } from './served.js';
import { tooLong } from './too-long.js';

const widths = [40, 80, 100, 120];
const style = createStyle({ color: false, environment: {}, isTerminal: true });
const time = createTimeFormat(new Date('2026-11-25T12:00:00Z'), () => 60);

const wordsOf = (text: string): readonly string[] =>
  text.split(/\s+/).filter(word => word !== '' && word !== '\\');

/** A terminal of so many columns, as far as texts are fitted to it. */
function terminal(columns: number): NodeJS.WriteStream {
  return Object.assign(new PassThrough(), { columns, isTTY: true }) as unknown as NodeJS.WriteStream;
}

describe('help', () => {
  const pages = new Map<string, string>(Object.entries(topics));
  beforeAll(async () => {
    const program = await createProgram(['help'], new Streams(process));
    for (const command of [program, ...program.commands.flatMap(one => [one, ...one.commands])]) {
      let said = '';
      command.configureOutput({ writeOut: text => (said += text) }).outputHelp();
      pages.set(`${command.parent?.name() ?? ''} ${command.name()}`, said);
    }
  });

  it.each(widths)('fits %i columns, each command and each topic, and keeps every word', width => {
    expect(pages.size).toBeGreaterThan(20);
    for (const [name, written] of pages) {
      const shown = printHelp(written, width);
      expect(tooLong([shown], width), name).toEqual([]);
      expect(wordsOf(shown), name).toEqual(wordsOf(written));
    }
  });
});

const mailbox = (addrSpec: string, name = '') => ({ name, addrSpec }) as Mailbox;
const people = [
  mailbox('alexandria.featherstonehaugh@department.example.com', 'Featherstonehaugh, Alexandria'),
  mailbox('bob@example.com'),
];
const addressed = { count: 1_432, first: people };

const plan: SendPlan = {
  emailId: 'em_aaaaaaaaaaaa',
  sendId: 'weekly-2026-48',
  mode: 'group',
  subject: 'Minutes of the general meeting of the association of allotment gardeners',
  messageId: '<m@example.com>',
  from: mailbox('anthony@example.com', 'Anthony'),
  to: addressed,
  cc: addressed,
  bcc: addressed,
  recipients: 1_432,
  visible: 3,
  untracked: 1,
  suppressed: ['eve@example.com', 'someone.else@example.com'],
  server: 'smtp://mail.example.com:587',
  connections: 4,
  window: 1,
  trackingUrl: 'https://t.example.com',
  notices: ['1 repeated row left out', 'the first 12 rows of "Members 2026" are hidden and are included'],
  warnings: ['bob@gmial.com: did you mean gmail.com? It is sent to all the same.'],
  origins: {
    server: '/home/anthony/mail/mailtrack.toml:3, not trusted',
    tracking: 'MAILTRACK_TRACKING_URL',
    database: { name: '/home/anthony/.local/share/mailtrack/mailtrack.db', origin: 'default' },
    dkim: { domain: 'example.com', origin: '/home/anthony/mail/mailtrack.toml:9, not trusted' },
  },
};

const report: Report = summarize(
  { ...email, sendId: 'weekly-2026-48', subject: plan.subject },
  [
    recipient(1, { emailAddress: people[0]?.addrSpec ?? '' }),
    recipient(2),
    recipient(3),
    recipient(4),
    recipient(5, { state: 'uncertain' }),
    recipient(6, { state: 'rejected' }),
    recipient(7, { tracked: false }),
    recipient(8, { state: 'deferred' }),
  ],
  [
    fetchOf(1, userAgents.thunderbird, 100),
    fetchOf(1, userAgents.gmail, 90_000),
    fetchOf(2, userAgents.apple, 5),
    fetchOf(3, 'something else', 50),
  ],
  classifyFetch,
);

const listed = {
  emailId: 'em_aaaaaaaaaaaa',
  sendId: 'weekly-2026-48',
  subject: plan.subject,
  createdAt: acceptedAt,
  cancelled: false,
  recipients: 1_432,
  accepted: 1_400,
  uncertain: 3,
  unfinished: 29,
};

const bounce: ReturnedFact = {
  kind: 'failed',
  at: acceptedAt,
  address: people[0]?.addrSpec ?? '',
  hardness: 'hard',
  status: '5.1.1',
  replyCode: 550,
  diagnostic:
    '550 5.1.1 The email account that you tried to reach does not exist. Please try double-checking it.',
  countsAgainstAddress: true,
  evidence: ['header-token'],
  isProven: true,
};

const inbox: InboxShown = {
  messages: 10_000,
  known: 12,
  others: 9_900,
  earlier: 80,
  taken: [
    {
      person: { emailId: 'em_aaaaaaaaaaaa', address: bounce.address },
      fact: bounce,
      suppressed: 'em_aaaaaaaaaaaa came back',
    },
    { person: { emailId: 'em_aaaaaaaaaaaa', address: 'b@x.example' }, fact: { ...bounce, isProven: false } },
  ],
  unmatched: Array.from({ length: 30 }, () => ({ fact: { ...bounce, evidence: [] } })),
};

const copy = {
  row: 1,
  emailAddress: people[0]?.addrSpec ?? '',
  header: [['Subject', plan.subject]] as const,
  subject: plan.subject,
  text: `${'Bring a spade and a good pair of gloves. '.repeat(5)}\n\nSee https://example.com/${'a'.repeat(60)}\n`,
  html: undefined,
  attachments: [{ filename: 'minutes of the meeting.pdf', bytes: 123_456 }],
};

const counts = { pending: 2, sending: 0, accepted: 5, deferred: 1, rejected: 1, uncertain: 1, skipped: 0 };

/** Screens that are given the width. */
const screens: Readonly<Record<string, (width: number) => readonly string[]>> = {
  'the plan': width => planLines(plan, { style, width }),
  'the plan of a mail merge': width => planLines({ ...plan, mode: 'each' }, { style, width }),
  'the report': width => [...reportLines(report, { style, width, time })],
  'the inbox': width => inboxLines(inbox, { style, width, time, isRehearsal: true }),
  'the list': width =>
    listLines([listed, { ...listed, sendId: undefined, uncertain: 0 }], { style, width, time }),
  'one recipient explained': width =>
    explainLines(
      {
        email,
        copies: [
          {
            recipient: report.recipients[0] as RecipientSummary,
            transactions: [
              {
                startedAt: acceptedAt,
                endedAt: acceptedAt,
                stage: 'end-of-data',
                state: 'deferred',
                replyCode: 451,
                enhancedStatusCode: '4.7.1',
                replyText: 'greylisted: please come back in a few minutes, and not before',
              },
            ],
            fetches: [
              {
                openedAt: acceptedAt,
                copy: 0,
                emailAddress: 'alice@example.com',
                times: 3,
                ...classifyFetch({ method: 'GET', userAgent: userAgents.gmail }, {}),
                method: 'GET',
                userAgent: userAgents.gmail,
                network: '203.0.113.0/24',
              },
            ],
            returned: [
              {
                recipientNumber: 1,
                kind: 'failed',
                at: acceptedAt,
                hardness: 'hard',
                status: '5.1.1',
                diagnostic: '550 5.1.1 there is nobody of this name in our department any more',
                evidence: ['header-token', 'recipient-field'],
                isProven: true,
              },
            ],
          },
        ],
        suppression: { kind: 'suppressed', reason: 'asked by telephone', since: acceptedAt },
      },
      { style, width, time },
    ),
  'people who are never mailed': width =>
    suppressionLines(
      [
        { emailAddress: 'ann@example.com', kind: 'unsubscribed', reason: '', since: acceptedAt },
        {
          emailAddress: 'someone.with.a.long.name@department.example.com',
          kind: 'suppressed',
          reason: '550 5.1.1 the mailbox that you tried to reach does not exist',
          since: acceptedAt,
        },
      ],
      { width, time },
    ),
  'the list without ids': width => listLines([{ ...listed, sendId: undefined }], { style, width, time }),
  'the keys': width =>
    keyLines([{ id: 1, fingerprint: '0123456789abcdef', madeAt: acceptedAt, signs: true, emails: 12 }], {
      time,
      width,
    }),
  'a preview': width => previewLines(copy, 1_432, { style, width }),
  'the differences of copies': width =>
    diffLines(
      {
        first: copy,
        fields: ['first name', 'the sum that is due'],
        others: [{ row: 2, emailAddress: copy.emailAddress, values: ['Alexandria Mary Anne', '1,234.50'] }],
        recipients: 1_432,
      },
      { style, width },
    ),
  'the findings of check': width =>
    checkLines(
      [
        {
          severity: 'error',
          code: 'template-field',
          what: 'there is no field "first_nmae", which the template asks for in the greeting',
          where: { file: 'newsletter.html', line: 12, column: 7 },
          fix: 'Did you mean "first_name"? There are: email, name, first_name, last_name, town, due.',
        },
        { severity: 'warning', code: 'link', what: 'a link', where: undefined, fix: undefined },
      ],
      1_432,
      {
        style,
        width,
        lists: [
          {
            file: 'members.csv',
            columns: [],
            emailColumn: 'E-mail 1 - Value',
            nameColumns: ['a'],
            sheet: undefined,
          },
        ],
      },
    ),
};

it.each(Object.keys(screens))('fits 40, 80, 100 and 120 columns: %s', name => {
  for (const width of widths) expect(tooLong(screens[name]?.(width) ?? [], width), String(width)).toEqual([]);
});

/** Sentences that go through `fitted` on their way to the terminal. */
const sentences: Readonly<Record<string, readonly string[]>> = {
  'what is said while sending': [
    ...eventLines(
      {
        kind: 'recipient-settled',
        emailId: 'em_aaaaaaaaaaaa',
        emailAddress: 'bob@example.com',
        role: 'to',
        state: 'rejected',
        replyCode: 550,
        enhancedStatusCode: '5.1.1',
        replyText: '5.1.1 The mailbox does not exist; look at https://example.com/help/550 for more',
        attempt: 1,
        at: acceptedAt,
      },
      style,
    ),
    ...eventLines({ kind: 'session-lost', why: 'the server closed the connection in the middle' }, style),
    ...eventLines({ kind: 'server-silent', seconds: 5 }, style),
    ...eventLines({ kind: 'retry-scheduled', deferred: 3, at: acceptedAt }, style),
    ...finishedLines(
      {
        kind: 'send-finished',
        emailId: 'em_aaaaaaaaaaaa',
        counts,
        recipients: 10,
        seconds: 12.3,
        stopped: new Problem('unfinished', 'the server is not accepting more mail right now', {
          fix: 'Wait a while; no recipient was lost.',
        }),
      },
      ['bob@example.com'],
      style,
      ' --smtp smtp://mail.example.com:587',
    ),
    ...sentEarlierLines(
      {
        kind: 'sent-earlier',
        emailId: 'em_aaaaaaaaaaaa',
        sendId: 'weekly',
        createdAt: acceptedAt,
        cancelledAt: undefined,
        counts,
        recipients: 10,
        beingSent: false,
        what: 'the email with --id weekly was sent on 23 Nov 2026, 10:00 UTC+1 as em_aaaaaaaaaaaa',
        next: '`mailtrack report em_aaaaaaaaaaaa` has each recipient.',
        compared: { kind: 'other', parts: ['the subject', 'the template'] },
      },
      style,
    ),
  ],
  errors: problemLines([
    new Problem('list-row', '"anna@@example.org" is not an addr-spec: there are two "@" in it', {
      where: { file: 'recipients.csv', line: 41 },
      fix: 'Correct the row, or pass --skip-invalid to leave such rows out of this email.',
    }),
  ]),
  'the log of serve': Object.values(served).map(serveLine),
  'the settings': [
    `smtp.url = "smtps://anthony@smtp.example.com:465"    # /home/anthony/mail/mailtrack.toml:3`,
  ],
};

it.each(Object.keys(sentences))('fits 40, 80, 100 and 120 columns on a terminal: %s', name => {
  const written = sentences[name] ?? [];
  for (const width of widths) {
    const shown = written.map(line => fitted(line, terminal(width)));
    expect(tooLong(shown, width), String(width)).toEqual([]);
    expect(wordsOf(shown.join('\n'))).toEqual(wordsOf(written.join('\n')));
  }
  const pipe = new PassThrough() as unknown as NodeJS.WriteStream;
  expect(written.map(line => fitted(line, pipe))).toEqual(written);
});

it('breaks a command so that it can be copied into a shell, and never in quotes', () => {
  const example =
    '  $ mailtrack send msg.md --each people.csv --subject "Hello {{ name }}" --dry-run   see it first';
  expect(printHelp(example, 40)).toBe(
    [
      '  $ mailtrack send msg.md \\',
      '      --each people.csv \\',
      '      --subject "Hello {{ name }}" \\',
      '      --dry-run',
      '      see it first',
    ].join('\n'),
  );
});

it('puts a description below its term, in the whole block, where there is little room beside it', () => {
  const options =
    '  -h, --help                print help\n  --duplicates <which>      rows with one address and different fields';
  expect(printHelp(options, 44)).toBe(
    '  -h, --help\n      print help\n  --duplicates <which>\n      rows with one address and different\n      fields',
  );
  expect(printHelp(options, 58)).toBe(
    '  -h, --help                print help\n  --duplicates <which>      rows with one address and\n                            different fields',
  );
});

it.each(widths)('keeps each line of the crontab and its script whole at %i columns', width => {
  const topic = topics.cron ?? '';
  const written = topic.split('\n').filter(line => /^ {2}[^$ ]/.test(line));
  expect(written).toContain('  0 8 * * 1  /home/you/mail/weekly');
  const shown = printHelp(topic, width).split('\n');
  for (const line of written) expect(shown).toContain(line);
});

it('joins the lines of a paragraph, and leaves code alone', () => {
  expect(joinParagraphs('One\ntwo.\n\n  a = 1\n  b = 2\n\n  term  begins\n        and goes on')).toBe(
    'One two.\n\n  a = 1\n  b = 2\n\n  term  begins and goes on',
  );
});

it('ends a line of Chinese between two characters', () => {
  const { from: _, ...rest } = plan;
  const lines = planLines(
    { ...rest, from: mailbox('a@example.com'), subject: '会議'.repeat(30) },
    { style, width: 40 },
  );
  expect(lines.slice(0, 3)).toEqual(['会議'.repeat(10), '会議'.repeat(10), '会議'.repeat(10)]);
});
