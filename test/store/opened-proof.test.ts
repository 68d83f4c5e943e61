/** Which fetches prove that an uncertain recipient got their copy. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openStore, type Store } from '../../src/store/open-store.js';
import type { RecordedFetch } from '../../src/workflow/fact-ports.js';
import type { TokenFormat } from '../../src/workflow/ports.js';
import { emailOf, recipientOf } from '../workflow/sent-email.js';

let folder: string;
let store: Store;
const at = new Date('2026-11-23T09:00:00.000Z');

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mailtrack-proof-'));
  store = await openStore(join(folder, 'mailtrack.db'));
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Three recipients, numbers 71, 72 and 73: two were handed over and are uncertain, one is pending. */
async function open(emailId: string, emailNumber: number, tokenFormat: TokenFormat): Promise<void> {
  const people = [0, 1, 2].map(position => ({ ...recipientOf(position), recipientNumber: 71 + position }));
  await store.ledger.openEmail({ ...emailOf(emailId), emailNumber, tokenFormat }, people);
  for (const position of [0, 1]) await store.ledger.recordIntent(emailId, position, at);
  await store.ledger.markAbandonedUncertain(emailId, at);
}

const fetched = (emailNumber: number, recipientNumber: number): RecordedFetch => ({
  emailNumber,
  recipientNumber,
  fetchedAt: at.getTime(),
  method: 'GET',
  userAgent: 'x',
  network: '',
  kind: 'human',
  confidence: 0.9,
  rule: 'r',
});

async function statesBehind(emailId: string): Promise<string> {
  const states: string[] = [];
  for await (const batch of store.reader.readRecipients(emailId))
    states.push(...batch.map(({ state }) => state));
  return states.join(' ');
}

it.each<[string, TokenFormat, RecordedFetch[], number, string]>([
  ['no fetch', 'sealed', [], 0, 'uncertain uncertain pending'],
  ['a fetch of their own pixel', 'sealed', [fetched(5, 72)], 1, 'uncertain accepted pending'],
  [
    'fetches of both',
    'sealed',
    [fetched(5, 71), fetched(5, 72), fetched(5, 72)],
    2,
    'accepted accepted pending',
  ],
  ['a fetch with the number of another email', 'sealed', [fetched(6, 71)], 0, 'uncertain uncertain pending'],
  ['a fetch of somebody who was not sent to', 'sealed', [fetched(5, 73)], 0, 'uncertain uncertain pending'],
  // Anybody can write an article token: it names email and address in clear.
  [
    'a fetch with an article token',
    'article',
    [fetched(5, 71), fetched(5, 72)],
    0,
    'uncertain uncertain pending',
  ],
])('%s, of an email with %s tokens', async (_, tokenFormat, fetches, moved, states) => {
  await open('em_aaaaaaaaaaaa', 5, tokenFormat);
  await open('em_bbbbbbbbbbbb', 6, 'sealed');
  if (fetches.length > 0) await store.fetchLog.appendFetches(fetches);
  expect(await store.ledger.acceptOpened('em_aaaaaaaaaaaa', at)).toBe(moved);
  expect(await statesBehind('em_aaaaaaaaaaaa')).toBe(states);
  expect(await statesBehind('em_bbbbbbbbbbbb')).toBe('uncertain uncertain pending');
});
