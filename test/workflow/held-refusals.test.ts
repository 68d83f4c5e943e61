import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore, type Store } from '../../src/store/open-store.js';
import type { SendEvent } from '../../src/workflow/events.js';
import type { RecipientRecord } from '../../src/workflow/ports.js';
import { type SendRequest, sendEmail } from '../../src/workflow/send-email.js';
import { copyOf, emailOf, recipientOf } from './sent-email.js';
import { type Act, PatientClock, PostOffice, refusal } from './world.js';

let folder: string;
let store: Store;
let office: PostOffice;
let events: SendEvent[];
const email = emailOf('em_aaaaaaaaaaaa');

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mailtrack-held-'));
  store = await openStore(join(folder, 'mailtrack.db'));
  office = new PostOffice();
  events = [];
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

/** @param domains of the recipients, in order. */
async function open(domains: readonly string[]): Promise<void> {
  const people = domains.map((domain, position): RecipientRecord => recipientOf(position, domain));
  await store.ledger.openEmail(email, people);
}

function send(changes: Partial<SendRequest> = {}) {
  const clock = new PatientClock();
  return sendEmail(
    {
      email,
      copies: copyOf,
      reversePath: 'a@example.com',
      connections: 4,
      window: 1,
      retryForMs: 0,
      interleave: false,
      resumed: false,
      ...changes,
    },
    { ledger: store.ledger, transport: office, clock, jitter: () => 0, emit: event => events.push(event) },
    { drain: new AbortController().signal, abort: new AbortController().signal },
  );
}

const refuse = (positions: readonly number[], domains: readonly string[], act: Act) => {
  for (const position of positions)
    office.script.set(`r${position}@${domains[position]}`, Array<Act>(9).fill(act));
};

const relayRefusals = [
  [550, '5.7.54 SMTP; Unable to relay recipient in non-accepted domain'],
  [554, '5.7.1 <someone@elsewhere.example>: Relay access denied'],
  [550, 'relay not permitted'],
  [550, '5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required'],
  [550, '5.7.1 TRANSPORT.RULES.RejectMessage; the message was rejected by organization policy'],
] as const;

const places = {
  'at the head': [0, 1, 2, 3, 4, 5, 6],
  'in the middle': [40, 41, 42, 43, 44, 45, 46],
  'at the end': [93, 94, 95, 96, 97, 98, 99],
  'here and there': [0, 11, 30, 31, 64, 98, 99],
} as const;

describe('seven of a hundred recipients whom the relay does not take', () => {
  for (const [index, [code, text]] of relayRefusals.entries()) {
    for (const [place, positions] of Object.entries(places)) {
      // Every place over every number of sessions for the first words; the other words in one place, over one number each.
      const isWhole = index === 0;
      if (!isWhole && place !== 'here and there') continue;
      it.each(isWhole ? [1, 4, 10] : [4])(
        `are rejected, ${place}, refused with “${code} ${text}”, over %i sessions`,
        async connections => {
          const domains = Array.from({ length: 100 }, (_, at) =>
            (positions as readonly number[]).includes(at) ? 'elsewhere.example' : 'example.com',
          );
          await open(domains);
          refuse(positions, domains, refusal('rcpt', code, text));
          const finished = await send({ connections });
          expect(finished.stopped).toBeUndefined();
          expect(finished.counts).toMatchObject({ accepted: 93, rejected: 7, pending: 0 });
          const rejected = events.filter(
            event => event.kind === 'recipient-settled' && event.state === 'rejected',
          );
          expect(rejected).toHaveLength(7);
          expect(rejected[0]).toMatchObject({ replyCode: code, replyText: text, attempt: 1 });
        },
      );
    }
  }

  it('are rejected too when the refusal comes behind the message', async () => {
    const domains = Array.from({ length: 30 }, (_, at) => (at < 3 ? 'elsewhere.example' : 'example.com'));
    await open(domains);
    refuse([0, 1, 2], domains, refusal('end-of-data', 550, '5.7.1 relay not permitted'));
    expect((await send()).counts).toMatchObject({ accepted: 27, rejected: 3 });
  });
});

describe('a sender that is refused for everybody', () => {
  it('ends the run at ten domains, and nobody is marked as rejected', async () => {
    const domains = Array.from({ length: 200 }, (_, at) => `d${at}.example`);
    await open(domains);
    refuse([...domains.keys()], domains, refusal('rcpt', 554, '5.7.1 Relay access denied'));
    const finished = await send({ connections: 1 });
    expect(finished.stopped).toMatchObject({
      code: 'sender-refused',
      message: 'the server refuses the sender, at the copy for r9@d9.example: 554 5.7.1 Relay access denied',
    });
    expect(finished.counts).toMatchObject({ pending: 200, rejected: 0 });
  });

  it('ends the run when everybody in a short list was tried', async () => {
    const domains = Array<string>(12).fill('example.com');
    await open(domains);
    refuse([...domains.keys()], domains, refusal('rcpt', 550, 'relay not permitted'));
    const finished = await send();
    expect(finished.stopped).toMatchObject({ code: 'sender-refused' });
    expect(finished.counts).toMatchObject({ pending: 12, rejected: 0 });
  });

  it('ends the run at a quota in the middle, whatever was accepted before', async () => {
    const domains = Array<string>(100).fill('example.com');
    await open(domains);
    const spent = Array.from({ length: 60 }, (_, at) => at + 40);
    refuse(spent, domains, refusal('rcpt', 550, '5.4.5 Daily SMTP relay limit exceeded for customer'));
    const finished = await send({ connections: 1 });
    expect(finished.stopped).toMatchObject({ code: 'sender-refused' });
    expect(finished.counts).toMatchObject({ accepted: 40, pending: 60, rejected: 0 });
  });

  it('leaves those pending whom only a login would help, and says how to give one up', async () => {
    const domains = Array.from({ length: 20 }, (_, at) => (at < 2 ? 'elsewhere.example' : 'example.com'));
    await open(domains);
    refuse([0, 1], domains, refusal('rcpt', 530, '5.7.1 Authentication required'));
    const finished = await send();
    expect(finished.counts).toMatchObject({ accepted: 18, pending: 2 });
    expect(finished.stopped).toMatchObject({
      code: 'sender-refused',
      message:
        'the server refused 2 recipients because of the sender, r0@elsewhere.example first: 530 5.7.1 Authentication required',
      fix: 'Fix the sender address, the login or the DNS of the domain, then run `mailtrack resume`. They stay pending; `mailtrack resume em_aaaaaaaaaaaa --resolve skip --recipient <address>` gives one up.',
    });
  });
});

describe('a run that ended at refused recipients', () => {
  it('is followed by one that tries the others first, and gets further', async () => {
    const domains = Array.from({ length: 40 }, (_, at) => (at < 15 ? `d${at}.example` : 'example.com'));
    await open(domains);
    refuse([...Array(15).keys()], domains, refusal('rcpt', 554, '5.7.1 Relay access denied'));
    const first = await send({ connections: 1 });
    expect(first.counts).toMatchObject({ accepted: 0, pending: 40 });
    const second = await send({ connections: 1, resumed: true });
    expect(second.stopped).toBeUndefined();
    expect(second.counts).toMatchObject({ accepted: 25, rejected: 15 });
  });
});

describe('a recipient whose turn ends every session', () => {
  it.each([0, 4, 8])('is deferred, and all others are sent to: in place %i of nine', async position => {
    const domains = Array<string>(9).fill('example.com');
    await open(domains);
    refuse([position], domains, refusal('rcpt', 421, '4.3.0 internal error'));
    const finished = await send({ connections: 1 });
    expect(finished.stopped).toBeUndefined();
    expect(finished.counts).toMatchObject({ accepted: 8, deferred: 1 });
    const [attempt] = await store.reader.readTransactions(email.emailId, position);
    expect(attempt).toMatchObject({ state: 'deferred', replyCode: 421, stage: 'rcpt' });
  });

  it('waits behind the others after two sessions', async () => {
    const domains = Array<string>(9).fill('example.com');
    await open(domains);
    refuse([0], domains, refusal('rcpt', 421, '4.3.0 internal error'));
    office.script.set('r0@example.com', [
      refusal('rcpt', 421, '4.3.0 internal error'),
      refusal('rcpt', 421, '4.3.0 internal error'),
    ]);
    const finished = await send({ connections: 1 });
    expect(finished.counts).toMatchObject({ accepted: 9 });
    expect(office.accepted.at(-1)?.to).toBe('r0@example.com');
    expect(office.sessions).toBe(3);
  });
});

describe('a server that admits fewer sessions than are asked for', () => {
  it.each([1, 2])(
    'gets everything over %i, although it answers the others as a wrong password',
    async most => {
      office.mostSessions = most;
      await open(Array<string>(100).fill('example.com'));
      const finished = await send({ connections: 4 });
      expect(finished.stopped).toBeUndefined();
      expect(finished.counts).toMatchObject({ accepted: 100 });
      expect(new Set(office.accepted.map(({ to }) => to)).size).toBe(100);
      expect(events.filter(({ kind }) => kind === 'session-refused')).not.toEqual([]);
    },
  );
});

describe('a recipient whose turn ends sessions in words about speed', () => {
  it.each([
    '4.3.2 system not accepting network messages',
    '4.7.28 unusual rate',
    '4.5.3 Too many recipients',
    'slow down',
  ])('waits behind the others: 421 %s', async text => {
    await open(Array<string>(12).fill('example.com'));
    refuse([0, 1], Array<string>(12).fill('example.com'), refusal('rcpt', 421, text));
    const finished = await send({ connections: 1 });
    expect(finished.counts).toMatchObject({ accepted: 10, deferred: 2 });
  });
});
