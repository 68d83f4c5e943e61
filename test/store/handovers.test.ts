/** A report counts the delay of a fetch from the transaction, however the recipient was settled after it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openStore, type Store } from '../../src/store/open-store.js';
import { classifyFetch } from '../../src/tracking/classify.js';
import type { EmailRecord } from '../../src/workflow/ports.js';
import { readReport } from '../../src/workflow/read-report.js';

let folder: string;
let store: Store;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mailtrack-handovers-'));
  store = await openStore(join(folder, 'mailtrack.db'));
  await store.ledger.openEmail(email, [recipient]);
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const start = Date.UTC(2026, 10, 23, 9);
const secondsIn = (seconds: number) => new Date(start + seconds * 1_000);
const emailId = 'em_aaaaaaaaaaaa';
const email: EmailRecord = {
  emailId,
  emailNumber: 42,
  mode: 'group',
  subject: 'S',
  from: 'a@example.com',
  messageId: '<m@example.com>',
  createdAt: secondsIn(0),
  cancelledAt: undefined,
  tokenFormat: 'sealed',
  fingerprint: 'f',
  composition: '{}',
};
const recipient = {
  position: 0,
  recipientNumber: 1,
  emailAddress: 'r@example.com',
  name: '',
  role: 'to',
  tracked: true,
  fields: new Map<string, string>(),
  attachments: [],
  state: 'pending',
  stateAt: secondsIn(0),
  attempts: 0,
} as const;
const browser = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0';

/** Everything was handed over, and no reply came for a minute. */
async function sendWithoutReply(): Promise<void> {
  await store.ledger.recordIntent(emailId, 0, secondsIn(1));
  await store.ledger.recordTransaction(emailId, 0, 'uncertain', {
    startedAt: secondsIn(0),
    endedAt: secondsIn(60),
    stage: 'end-of-data',
    replyCode: 0,
    enhancedStatusCode: '',
    replyText: 'no reply',
  });
}

async function fetchPixel(seconds: number): Promise<void> {
  await store.fetchLog.appendFetches([
    {
      emailNumber: 42,
      recipientNumber: 1,
      fetchedAt: start + seconds * 1_000,
      method: 'GET',
      userAgent: browser,
      network: '',
      ...classifyFetch({ method: 'GET', userAgent: browser }, {}),
    },
  ]);
}

async function verdict(): Promise<string | undefined> {
  return (await readReport(store.reader, emailId))?.report.recipients[0]?.verdict;
}

const hours = secondsIn(7_200);

it.each([
  ['a fetch of the pixel', () => store.ledger.acceptOpened(emailId, hours), 'accepted'],
  [
    'the user, as accepted',
    () => store.ledger.moveRecipients(emailId, 'resolved-accepted', hours),
    'accepted',
  ],
  ['the user, as given up', () => store.ledger.moveThese(emailId, 'given-up', [0], hours), 'skipped'],
])('an open stays one when the recipient is settled by %s', async (_, settle, state) => {
  await sendWithoutReply();
  await fetchPixel(12);
  expect(await verdict()).toBe('opened');
  await settle();
  expect(await store.ledger.countStates(emailId)).toMatchObject({ [state]: 1 });
  expect(await verdict()).toBe('opened');
});

it('an open stays one when the process died before the reply, and the next run found the recipient', async () => {
  await store.ledger.recordIntent(emailId, 0, secondsIn(1));
  await fetchPixel(12);
  expect(await verdict()).toBe('opened');
  await store.ledger.markAbandonedUncertain(emailId, hours);
  expect(await verdict()).toBe('opened');
  await store.ledger.acceptOpened(emailId, hours);
  expect(await verdict()).toBe('opened');
});

it('an open of the first copy stays one when a second is sent, and a scanner of the second stays one', async () => {
  await sendWithoutReply();
  await store.ledger.moveRecipients(emailId, 'resend', secondsIn(600));
  await store.ledger.recordIntent(emailId, 0, secondsIn(601));
  await store.ledger.recordTransaction(emailId, 0, 'accepted', {
    startedAt: secondsIn(600),
    endedAt: secondsIn(602),
    stage: 'end-of-data',
    replyCode: 250,
    enhancedStatusCode: '2.0.0',
    replyText: 'queued',
  });
  await fetchPixel(603);
  expect(await verdict()).toBe('machine');
  await fetchPixel(12);
  expect(await verdict()).toBe('opened');
});
