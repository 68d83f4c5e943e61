import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ReturnedFact } from '../../src/returned/returned-fact.js';
import { openStore, type Store } from '../../src/store/open-store.js';
import { explainRecipient } from '../../src/workflow/explain-recipient.js';
import { acceptedAt, fetchOf, userAgents } from '../report/facts.js';
import { emailOf, recipientOf } from './sent-email.js';

const { emailId } = emailOf('em_aaaaaaaaaaaa');
const later = (seconds: number) => new Date(acceptedAt.getTime() + seconds * 1_000);

let folder: string;
let store: Store;

/** r0 was deferred, and accepted at the second attempt; twin@example.com has two copies, 1 and 2. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mailtrack-explain-'));
  store = await openStore(join(folder, 'mailtrack.db'));
  const { ledger, fetchLog } = store;
  const twins = [1, 2].map(position => ({ ...recipientOf(position), emailAddress: 'twin@example.com' }));
  await ledger.openEmail(emailOf(emailId), [recipientOf(0), ...twins]);
  const attempt = (position: number, kind: 'deferred' | 'accepted', seconds: number, replyText: string) =>
    ledger.recordIntent(emailId, position, later(seconds - 1)).then(() =>
      ledger.recordTransaction(emailId, position, kind, {
        startedAt: later(seconds - 1),
        endedAt: later(seconds),
        stage: 'end-of-data',
        replyCode: kind === 'accepted' ? 250 : 451,
        enhancedStatusCode: kind === 'accepted' ? '2.0.0' : '4.7.1',
        replyText,
      }),
    );
  await attempt(0, 'deferred', 0, 'come back');
  await attempt(0, 'accepted', 60, 'queued as 1');
  await attempt(1, 'accepted', 0, 'queued as 2');
  await attempt(2, 'accepted', 0, 'queued as 3');
  await fetchLog.appendFetches([
    fetchOf(0, userAgents.chrome, 61),
    fetchOf(2, userAgents.gmail, 300, { network: '203.0.113.0/24' }),
    fetchOf(0, userAgents.thunderbird, 900),
  ]);
  const person = { emailId, position: 1, address: 'twin@example.com' };
  const reply: ReturnedFact = {
    kind: 'reply',
    at: later(1_000),
    address: 'twin@example.com',
    status: '',
    replyCode: 0,
    diagnostic: '',
    countsAgainstAddress: false,
    evidence: ['from'],
    isProven: false,
  };
  const decide = () => ({ kind: 'record', why: 'unproven' }) as const;
  await store.returnLog.storeReturned([{ messageKey: 'k', person, fact: reply, decide }], true);
  await store.suppressionList.add([{ emailAddress: 'R0@example.com', reason: 'asked', since: acceptedAt }]);
});
afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('the explanation of a recipient', () => {
  it('has each transaction, and each fetch judged by the transaction that brought the copy', async () => {
    const { copies, suppression } = await explainRecipient(store.reader, 'latest', 'R0@Example.com');
    const [copy, ...others] = copies;
    expect(others).toEqual([]);
    expect(copy?.transactions.map(({ state, replyText }) => [state, replyText])).toEqual([
      ['deferred', 'come back'],
      ['accepted', 'queued as 1'],
    ]);
    expect(copy?.fetches.map(({ rule, userAgent, openedAt }) => [rule, userAgent, openedAt])).toEqual([
      ['at-delivery', userAgents.chrome, later(61)],
      ['mail-client', userAgents.thunderbird, later(900)],
    ]);
    expect(copy?.recipient).toMatchObject({ verdict: 'opened', confidence: 0.85, opens: 1 });
    expect(suppression).toMatchObject({ kind: 'suppressed', reason: 'asked' });
  });

  it('tells the copies of one address apart', async () => {
    const { copies, suppression } = await explainRecipient(store.reader, emailId, 'twin@example.com');
    expect(
      copies.map(({ transactions, fetches, recipient, returned }) => [
        returned.map(({ kind }) => kind),
        transactions.map(({ replyText }) => replyText),
        fetches.map(({ rule, network }) => [rule, network]),
        recipient.verdict,
      ]),
    ).toEqual([
      [['reply'], ['queued as 2'], [], 'opened'],
      [[], ['queued as 3'], [['gmail-image-proxy', '203.0.113.0/24']], 'opened'],
    ]);
    expect(suppression).toBeUndefined();
  });

  it('names the closest recipient when there is none of that address', async () => {
    await expect(explainRecipient(store.reader, emailId, 'r1@example.com')).rejects.toMatchObject({
      code: 'unknown-recipient',
      message: 'em_aaaaaaaaaaaa has no recipient "r1@example.com"',
      fix: 'Did you mean r0@example.com?',
    });
    await expect(explainRecipient(store.reader, emailId, 'somebody@else.example')).rejects.toMatchObject({
      fix: '`mailtrack report` lists them.',
    });
  });
});
