/** Fetches of the sender never count: from their own copy, and from their own networks. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openStore, type Store } from '../../src/store/open-store.js';
import { parseOwnNetworks } from '../../src/tracking/own-networks.js';
import { readReport } from '../../src/workflow/read-report.js';
import { fetchOf, userAgents } from '../report/facts.js';
import { emailOf, recipientOf } from './sent-email.js';

const emailId = 'em_aaaaaaaaaaaa';
let folder: string;
let store: Store;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mailtrack-self-'));
  store = await openStore(join(folder, 'mailtrack.db'));
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

async function reportWith(networks: readonly string[]) {
  const own = parseOwnNetworks(networks);
  const read = await readReport(store.reader, emailId, own.ok ? { isOwnNetwork: own.value } : {});
  const { report, opens } = read as NonNullable<typeof read>;
  const rules: string[] = [];
  for await (const batch of opens()) rules.push(...batch.map(({ kind, rule }) => `${kind} ${rule}`));
  return { verdicts: report.recipients.map(({ verdict }) => verdict), opened: report.totals.opened, rules };
}

it('are told apart from those of readers', async () => {
  const sender = { ...recipientOf(0), emailAddress: 'Anthony@Example.com' };
  const email = { ...emailOf(emailId), from: 'Anthony <anthony@example.com>' };
  await store.ledger.openEmail(email, [sender, recipientOf(1), recipientOf(2)]);
  await store.fetchLog.appendFetches([
    fetchOf(0, userAgents.thunderbird, 900, { network: '203.0.113.0/24' }),
    fetchOf(1, userAgents.thunderbird, 1_900, { network: '198.51.100.0/24' }),
    fetchOf(2, userAgents.thunderbird, 2_900, { network: '192.0.2.0/24' }),
    fetchOf(2, userAgents.chrome, 3_900, { kind: 'self', confidence: 1, rule: 'own-browser' }),
  ]);
  expect(await reportWith([])).toEqual({
    verdicts: ['none', 'opened', 'opened'],
    opened: 2,
    rules: ['self own-copy', 'human mail-client', 'human mail-client', 'self own-browser'],
  });
  expect(await reportWith(['198.51.100.7'])).toEqual({
    verdicts: ['none', 'none', 'opened'],
    opened: 1,
    rules: ['self own-copy', 'self own-network', 'human mail-client', 'self own-browser'],
  });
});
