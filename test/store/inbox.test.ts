/** What came back by mail, from messages to the rows of a real database. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deriveMessageId } from '../../src/message/message-id.js';
import { openStore, type Store } from '../../src/store/open-store.js';
import { sealToken } from '../../src/tracking/token.js';
import type { MailItem } from '../../src/workflow/inbox-ports.js';
import { type InboxOptions, type InboxReading, readInbox } from '../../src/workflow/read-inbox.js';
import { deliveryStatusNotification, letter, plainReport, returnedHeader } from '../returned/reports.js';
import { testRing } from '../tracking/keys.js';
import { emailOf, recipientOf } from '../workflow/sent-email.js';

let folder: string;
let store: Store;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mailtrack-inbox-'));
  store = await openStore(join(folder, 'mailtrack.db'));
  const people = ['anna', 'ben', 'carl'].map((name, position) => ({
    ...recipientOf(position),
    recipientNumber: 100 + position,
    emailAddress: `${name}@example.com`,
  }));
  await store.ledger.openEmail(
    {
      ...emailOf('em_group'),
      emailNumber: 7,
      messageId: '<meeting@example.org>',
      from: 'S <sender@example.org>',
    },
    people,
  );
  await store.ledger.openEmail(
    { ...emailOf('em_each'), emailNumber: 8, mode: 'each', messageId: '<news@example.org>' },
    people,
  );
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const now = new Date('2026-12-01T00:00:00.000Z');

function read(messages: readonly string[], options: Partial<InboxOptions> = {}): Promise<InboxReading> {
  async function* items(): AsyncGenerator<MailItem> {
    for (const text of messages) yield { kind: 'message', octets: Buffer.from(text), where: { file: 'x' } };
  }
  const ports = { copies: store.sentCopies, log: store.returnLog, ring: testRing, clock: { now: () => now } };
  return readInbox(items(), ports, { keep: true, ...options });
}

function query(sql: string): unknown[] {
  const database = new Database(join(folder, 'mailtrack.db'), { readonly: true });
  try {
    return database.prepare(sql).all();
  } finally {
    database.close();
  }
}

const failure = (address: string, status = '5.1.1', words = '550 5.1.1 No such user') =>
  `Final-Recipient: rfc822; ${address}\nAction: failed\nStatus: ${status}\nDiagnostic-Code: smtp; ${words}`;
const linkOf = (position: number, emailNumber = 7) =>
  `List-Unsubscribe: <https://t.example/unsubscribe/${sealToken(testRing, { purpose: 'unsubscribe', emailNumber, recipientNumber: 100 + position })}>`;
const bounceOf = (address: string, position: number) =>
  deliveryStatusNotification('', failure(address), `${returnedHeader}\n${linkOf(position)}`);

const summary = ({ taken }: InboxReading) =>
  taken.map(({ person, fact, suppressed }) =>
    [
      person.emailId,
      person.address,
      fact.kind,
      fact.isProven ? 'proven' : 'not proven',
      suppressed ?? '',
    ].join(' | '),
  );

describe('a failure for good', () => {
  it('with the copy of its recipient suppresses the address, and says why', async () => {
    const reading = await read([bounceOf('anna@example.com', 0)]);
    const why = 'em_group came back: 550 5.1.1 No such user';
    expect(summary(reading)).toEqual([`em_group | anna@example.com | failed | proven | ${why}`]);
    expect(query('SELECT email_address, reason, created_at FROM suppressions')).toHaveLength(1);
    expect(await store.ledger.findSuppressed(['anna@example.com', 'ben@example.com'])).toEqual(
      new Set(['anna@example.com']),
    );
  });

  it('that anybody of the group can have written is recorded, and suppresses nobody', async () => {
    const reading = await read([deliveryStatusNotification('', failure('ben@example.com'))]);
    expect(summary(reading)).toEqual(['em_group | ben@example.com | failed | not proven | ']);
    expect(query('SELECT * FROM suppressions')).toEqual([]);
  });

  it('of an address outside of the email is shown and not recorded', async () => {
    const { taken, unmatched } = await read([deliveryStatusNotification('', failure('zoe@example.com'))]);
    expect(taken).toEqual([]);
    expect(unmatched.map(({ emailId, fact }) => [emailId, fact.address])).toEqual([
      ['em_group', 'zoe@example.com'],
    ]);
    expect(query('SELECT * FROM returned_messages')).toEqual([]);
  });

  it('with a token of another key is nobody’s', async () => {
    const token = 'a'.repeat(44);
    const report = deliveryStatusNotification(
      '',
      failure('anna@example.com'),
      `Message-ID: <1@other.example>\nList-Unsubscribe: <https://t.example/unsubscribe/${token}>`,
    );
    expect((await read([report])).taken).toEqual([]);
  });

  it('of a message that somebody got alone is known by its Message-ID', async () => {
    const header = returnedHeader.replace(
      '<meeting@example.org>',
      deriveMessageId('<news@example.org>', 101),
    );
    const reading = await read([deliveryStatusNotification('', failure('ben@example.com'), header)]);
    expect(summary(reading)[0]).toContain('em_each | ben@example.com | failed | proven');
    const other = returnedHeader.replace(
      '<meeting@example.org>',
      deriveMessageId('<other@example.org>', 101),
    );
    expect((await read([deliveryStatusNotification('', failure('ben@example.com'), other)])).taken).toEqual(
      [],
    );
  });
});

describe('a second reading', () => {
  it('changes nothing, whatever the line ends', async () => {
    const message = bounceOf('anna@example.com', 0);
    await read([message]);
    const before = [query('SELECT * FROM returned_messages'), query('SELECT * FROM suppressions')];
    const again = await read([message, message.replaceAll('\n', '\r\n'), `X-Seen: yes\n${message}`]);
    expect([again.taken, again.known]).toEqual([[], 3]);
    expect([query('SELECT * FROM returned_messages'), query('SELECT * FROM suppressions')]).toEqual(before);
  });

  it('does not suppress anew who was taken off the list', async () => {
    await read([bounceOf('anna@example.com', 0)]);
    const database = new Database(join(folder, 'mailtrack.db'));
    database.exec('DELETE FROM suppressions');
    database.close();
    await read([bounceOf('anna@example.com', 0)]);
    expect(query('SELECT * FROM suppressions')).toEqual([]);
  });

  it('after one that recorded nothing finds everything', async () => {
    const message = bounceOf('anna@example.com', 0);
    const rehearsed = await read([message], { keep: false });
    expect(query('SELECT * FROM returned_messages UNION ALL SELECT * FROM returned_messages')).toEqual([]);
    expect(query('SELECT * FROM suppressions')).toEqual([]);
    expect(summary(await read([message]))).toEqual(summary(rehearsed));
  });
});

describe('soft failures', () => {
  /** Of an email of its own each. */
  async function fail(count: number, from = 0): Promise<readonly string[]> {
    const messages: string[] = [];
    for (let index = from; index < from + count; index += 1) {
      const emailNumber = 1_000 + index;
      await store.ledger.openEmail(
        { ...emailOf(`em_${emailNumber}`), emailNumber, messageId: `<${emailNumber}@example.org>` },
        [{ ...recipientOf(0), recipientNumber: 100, emailAddress: 'anna@example.com' }],
      );
      const header = `${returnedHeader}\n${linkOf(0, emailNumber)}`;
      const day = String(1 + index).padStart(2, '0');
      messages.push(
        deliveryStatusNotification('', failure('anna@example.com', '5.2.2', '552 5.2.2 Mailbox full'), header)
          .replace('<1@mx.example.net>', `<${emailNumber}@mx.example.net>`)
          .replace('30 Nov 2026 09:00', `${day} Nov 2026 0${index}:00`),
      );
    }
    return messages;
  }

  it('suppress at the fifth in a row', async () => {
    const messages = await fail(5);
    expect(summary(await read(messages.slice(0, 4))).filter(line => line.includes('came back'))).toEqual([]);
    expect(summary(await read(messages))).toEqual([
      'em_1004 | anna@example.com | failed | proven | five emails in a row came back, the last em_1004: 552 5.2.2 Mailbox full',
    ]);
  });

  it('count once for each email, and begin anew when the person answers', async () => {
    const messages = await fail(5);
    const twice = messages.slice(0, 1).map(text => text.replace('@mx.example.net>', '@mx2.example.net>'));
    await read([...messages.slice(0, 4), ...twice]);
    expect(query('SELECT * FROM suppressions')).toEqual([]);
    const answer = letter({ header: ['In-Reply-To: <1000@example.org>'], text: 'Here I am.' }).replace(
      '30 Nov 2026 09:00',
      '04 Nov 2026 08:00',
    );
    expect(summary(await read([answer, ...messages.slice(4)]))).toHaveLength(2);
    expect(query('SELECT * FROM suppressions')).toEqual([]);
  });
});

describe('an answer', () => {
  const thread = ['In-Reply-To: <meeting@example.org>'];

  it('is of the person in From, and not the sender’s own', async () => {
    const own = letter({ from: 'Sender <Sender@example.org>', header: thread, text: 'PS.' });
    const stranger = letter({ from: 'zoe@example.net', header: thread, text: 'Yes.' });
    const reading = await read([letter({ header: thread, text: 'Yes.' }), own, stranger]);
    expect(summary(reading)).toEqual(['em_group | anna@example.com | reply | not proven | ']);
    expect(reading.unmatched.map(({ fact }) => [fact.kind, fact.address])).toEqual([
      ['reply', 'zoe@example.net'],
    ]);
    expect(reading.others).toBe(1);
  });

  it('of a program has the day of the return', async () => {
    const text = 'I am out of the office until 5 December 2026.';
    await read([letter({ header: [...thread, 'Auto-Submitted: auto-replied'], text })]);
    expect(query('SELECT kind, returns_on FROM returned_messages')).toEqual([
      { kind: 'automatic-reply', returns_on: '2026-12-05' },
    ]);
  });

  it('in other mail is neither recorded nor shown', async () => {
    const reading = await read([letter({ header: ['In-Reply-To: <1@elsewhere.example>'], text: 'Yes.' })]);
    expect([reading.taken, reading.unmatched, reading.others]).toEqual([[], [], 1]);
  });
});

it('a complaint with the copy suppresses the address', async () => {
  const report = plainReport({
    header: [
      'MIME-Version: 1.0',
      'Content-Type: multipart/report; report-type=feedback-report; boundary="=_c"',
    ],
    text: [
      '--=_c',
      'Content-Type: message/feedback-report',
      '',
      'Feedback-Type: abuse',
      'User-Agent: provider/1.0',
      'Version: 1',
      '',
      '--=_c',
      'Content-Type: message/rfc822',
      '',
      `${returnedHeader}\n${linkOf(1)}`,
      '',
      '--=_c--',
    ].join('\n'),
  });
  expect(summary(await read([report]))).toEqual([
    'em_group | ben@example.com | complaint | proven | complained about em_group',
  ]);
});

it('reads what came since a time, and what is about one email', async () => {
  const message = bounceOf('anna@example.com', 0);
  const late = await read([message], { since: new Date('2026-11-30T09:00:01Z') });
  expect([late.taken, late.earlier]).toEqual([[], 1]);
  expect((await read([message], { emailId: 'em_each' })).taken).toEqual([]);
  expect(
    (await read([message], { emailId: 'em_group', since: new Date('2026-11-30T09:00:00Z') })).taken,
  ).toHaveLength(1);
});

it('a time that cannot be is that of the email or of the reading', async () => {
  const on = (day: string) =>
    bounceOf('anna@example.com', 0)
      .replace('30 Nov 2026', day)
      .replace('<1@', `<${day.replaceAll(' ', '')}@`);
  const { taken } = await read([on('30 Nov 2027'), on('30 Nov 1999'), on('30 Nov 2026')]);
  expect(taken.map(({ fact }) => fact.at.toISOString())).toEqual([
    now.toISOString(),
    '2026-11-23T08:00:00.000Z',
    '2026-11-30T09:00:00.000Z',
  ]);
});
