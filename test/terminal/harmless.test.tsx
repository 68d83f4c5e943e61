/** Whatever a server, a list, a mail program or a file name says: no view hands it to the terminal as a command. */
import { renderToString } from 'ink';
import { describe, expect, it } from 'vitest';
import type { Mailbox } from '../../src/message/mailbox.js';
import { Problem } from '../../src/problem.js';
import { summarize } from '../../src/report/fold.js';
import { checkLines } from '../../src/terminal/check-view.js';
import { visible } from '../../src/terminal/clean.js';
import { diffLines } from '../../src/terminal/diff-view.js';
import { printJson } from '../../src/terminal/json.js';
import { listLines } from '../../src/terminal/list-view.js';
import { eventJson } from '../../src/terminal/ndjson.js';
import { planLines } from '../../src/terminal/plan-view.js';
import { previewLines } from '../../src/terminal/preview-view.js';
import { problemJson, problemLines } from '../../src/terminal/problem-view.js';
import { advanceProgress, startProgress } from '../../src/terminal/progress.js';
import { reportLines } from '../../src/terminal/report-view.js';
import { eventLines, finishedLines } from '../../src/terminal/send-lines.js';
import { SendProgress } from '../../src/terminal/send-progress.js';
import { createStyle } from '../../src/terminal/style.js';
import { createTimeFormat } from '../../src/time-format.js';
import { classifyFetch } from '../../src/tracking/classify.js';
import type { Comparison, SendEvent, SendFinished, SendPlan } from '../../src/workflow/events.js';
import { fc } from '../properties/fast-check.js';
import { acceptedAt, email, fetchOf, recipient } from '../report/facts.js';

/** C0, DEL and C1, line separators, and everything that turns the direction of reading. */
const harmful = /[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;

const sequences = fc.constantFrom(
  '\x1b[2J', // clears the screen
  '\x1b]0;title\x07', // names the window
  '\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\', // hides where a link goes
  '\x1b]52;c;ZXZpbA==\x07', // writes the clipboard
  '\x9b31m', // C1 CSI
  '\x9d0;title\x9c', // C1 OSC
  '\r\n250 accepted',
  '\b\b\b\b',
  '\u202Egnp.exe',
  '\u2066a\u2069',
  '\u200Fa\u200E\u061C',
  '\u2028x\u2029',
  '\x7f\x00',
  '\uD800',
);
const hostile = fc
  .array(
    fc.oneof(
      sequences,
      fc.string({ unit: 'binary', maxLength: 10 }),
      fc.constantFrom('a', ' ', '日', '👩‍💻'),
    ),
    {
      maxLength: 8,
    },
  )
  .map(parts => parts.join(''));

const style = createStyle({ color: false, environment: {}, isTerminal: true });
const time = createTimeFormat(new Date('2026-11-23T12:00:00Z'), () => 60);
const counts = { pending: 0, sending: 0, accepted: 1, deferred: 1, rejected: 1, uncertain: 1, skipped: 0 };
const emailId = 'em_aaaaaaaaaaaa';

describe('no terminal command and no turn of direction gets through', () => {
  const holds = (name: string, view: (text: string) => readonly string[]) =>
    it(name, () => {
      fc.assert(
        fc.property(hostile, text => {
          for (const line of view(text)) expect(line).not.toMatch(harmful);
        }),
      );
    });

  holds('the plan', text => planLines(planOf(text), { style, width: 80 }));
  holds('the plan of a mail merge', text =>
    planLines({ ...planOf(text), mode: 'each' }, { style, width: 20 }),
  );
  holds('the findings of a check', text =>
    checkLines(
      [{ severity: 'error', code: 'link', what: text, where: { file: text, line: 1 }, fix: text }],
      1,
      {
        style,
        width: 40,
      },
    ),
  );
  holds('a preview', text =>
    previewLines(
      {
        row: 1,
        emailAddress: text,
        header: [['Subject', text]],
        subject: text,
        text: text.replaceAll(/[\r\n]/g, ''),
        html: undefined,
        attachments: [{ filename: text, bytes: 1 }],
      },
      1,
      { style, width: 40 },
    ),
  );
  holds('the differences of copies', text => {
    const copy = {
      row: 1,
      emailAddress: text,
      header: [],
      subject: text,
      text: 'x',
      html: undefined,
      attachments: [],
    };
    const others = [{ row: 2, emailAddress: text, values: [text] }];
    return diffLines({ first: copy, fields: [text], others, recipients: 2 }, { style, width: 40 });
  });
  holds('the lines while sending', text => eventsOf(text).flatMap(event => eventLines(event, style)));
  holds('the live progress', text => {
    const progress = eventsOf(text).map(event => advanceProgress(startProgress(3, 0), event));
    return progress.flatMap(one =>
      renderToString(<SendProgress progress={one} nowMs={1_000} width={80} height={23} />).split('\n'),
    );
  });
  holds('the end of a send', text => finishedLines(finishedOf(text), [text, text], style));
  holds('the report', text => [
    ...reportLines(
      summarize(
        { ...email, sendId: text, subject: text, from: text },
        (['accepted', 'uncertain', 'rejected', 'deferred'] as const).map((state, index) =>
          recipient(index, { state, emailAddress: text, name: text }),
        ),
        [fetchOf(0, text, 100), fetchOf(1, `${text} Thunderbird/128.5.0`, 50)],
        classifyFetch,
      ),
      { width: 60, style, time },
    ),
  ]);
  holds('the list of emails', text => {
    const listed = { emailId, sendId: text, subject: text, createdAt: acceptedAt, cancelled: false };
    return listLines([{ ...listed, recipients: 3, accepted: 1, uncertain: 1, unfinished: 1 }], {
      width: 60,
      style,
      time,
    });
  });
  holds('problems', text =>
    problemLines([
      new Problem('list-row', text, { where: { file: text, line: 1, column: 2 }, fix: text }),
      new Problem('config', text, { where: { file: text } }),
    ]),
  );
  holds('JSON, which stays the same data', text => {
    const problem = new Problem('list-row', text, { where: { file: text }, fix: text });
    const lines = [
      ...eventsOf(text).map(eventJson),
      problemJson([problem, problem]),
      printJson({ [text]: [text, { text }] }),
    ].filter(line => line !== undefined);
    expect(JSON.parse(lines.at(-1) ?? '')).toEqual({ [text]: [text, { text }] });
    return lines;
  });
});

it('shows what is harmless as it is, and what is not as what it was', () => {
  fc.assert(
    fc.property(hostile, text => {
      const shown = visible(text);
      if (/^[\p{L}\p{N}\p{P}\p{S} ]*$/u.test(text)) expect(shown).toBe(text);
      expect(visible(shown)).toBe(shown);
      expect(shown.length).toBeLessThanOrEqual(text.length * 6);
    }),
  );
});

function planOf(text: string): SendPlan {
  const mailbox = { name: text, addrSpec: text } as unknown as Mailbox;
  return {
    emailId,
    sendId: text,
    mode: 'group',
    subject: text,
    messageId: text,
    from: mailbox,
    to: { count: 2, first: [mailbox, mailbox] },
    cc: { count: 1, first: [mailbox] },
    bcc: { count: 1, first: [mailbox] },
    recipients: 4,
    visible: 3,
    untracked: 1,
    suppressed: [text],
    server: text,
    connections: 1,
    window: 1,
    trackingUrl: text,
    notices: [text],
    warnings: [text],
  };
}

function finishedOf(text: string): SendFinished {
  const stopped = new Problem('unfinished', text, { fix: text, where: { file: text } });
  return { kind: 'send-finished', emailId, counts, recipients: 4, seconds: 1, stopped };
}

function sentEarlierOf(text: string, compared: Comparison): SendEvent {
  return {
    kind: 'sent-earlier',
    emailId,
    sendId: text,
    createdAt: acceptedAt,
    cancelledAt: undefined,
    counts,
    recipients: 4,
    beingSent: false,
    what: text,
    next: text,
    compared,
  };
}

function eventsOf(text: string): readonly SendEvent[] {
  const settled = {
    kind: 'recipient-settled',
    emailId,
    emailAddress: text,
    role: 'to',
    enhancedStatusCode: '5.1.1',
    replyText: text,
    attempt: 1,
    at: acceptedAt,
  } as const;
  return [
    { kind: 'send-planned', plan: planOf(text) },
    sentEarlierOf(text, { kind: 'other', parts: [text, text] }),
    sentEarlierOf(text, { kind: 'not-compared', why: text }),
    { kind: 'send-resumed', uncertain: [text], emailId, subject: text, counts },
    { kind: 'session-opened', sessions: 1 },
    { kind: 'session-lost', why: text },
    { kind: 'slowed-down', why: text, pauseMs: 1_000 },
    { ...settled, state: 'rejected', replyCode: 550 },
    { ...settled, state: 'uncertain', replyCode: 0 },
    { ...settled, state: 'deferred', replyCode: 451 },
    finishedOf(text),
  ];
}
