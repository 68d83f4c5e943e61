/** The pixel that copies without consent share: from the request to the report. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { reportJson } from '../../src/report/json.js';
import { openStore, type Store } from '../../src/store/open-store.js';
import { reportLines } from '../../src/terminal/report-view.js';
import { createStyle } from '../../src/terminal/style.js';
import { createTimeFormat } from '../../src/time-format.js';
import { sealToken, sharedNumber } from '../../src/tracking/token.js';
import { readReport } from '../../src/workflow/read-report.js';
import { createFetchRecorder } from '../../src/workflow/record-fetch.js';
import { userAgents } from '../report/facts.js';
import { testRing } from '../tracking/keys.js';
import { ManualClock } from '../workflow/fetch-world.js';
import { emailOf, recipientOf } from '../workflow/sent-email.js';

let folder: string;
let store: Store;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mailtrack-shared-'));
  store = await openStore(join(folder, 'mailtrack.db'));
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const emailId = 'em_aaaaaaaaaaaa';

async function fetchShared(...agents: readonly string[]): Promise<void> {
  const recorder = createFetchRecorder({ log: store.fetchLog, ring: testRing, clock: new ManualClock() });
  const token = sealToken(testRing, {
    purpose: 'shared',
    emailNumber: emailOf(emailId).emailNumber,
    recipientNumber: sharedNumber,
  });
  for (const userAgent of agents)
    expect(await recorder.record({ token, method: 'GET', userAgent, network: '203.0.113.0/24' })).toBe(
      'durable',
    );
}

it('is counted in a total of its own and never for a person', async () => {
  const shares = [1, 2].map(position => ({ ...recipientOf(position), tracked: false, sharesPixel: true }));
  await store.ledger.openEmail(emailOf(emailId), [recipientOf(0), ...shares]);
  await fetchShared(userAgents.thunderbird, userAgents.gmail, userAgents.thunderbird, 'curl/8.5.0');
  const read = await readReport(store.reader, emailId);
  const { report } = read as NonNullable<typeof read>;
  expect(report.shared).toEqual({ copies: 2, fetches: 4, opened: 3, maybe: 0, machine: 1 });
  expect(report.totals).toMatchObject({ recipients: 3, opened: 0, none: 1, notTracked: 2, fetches: 0 });
  expect(reportJson(report)).toMatchObject({
    shared_pixel: { copies: 2, fetches: 4, opened: 3, maybe: 0, machine: 1 },
  });
  const style = createStyle({ color: false, environment: {}, isTerminal: false });
  const lines = [...reportLines(report, { width: 200, style, time: createTimeFormat(new Date(0)) })];
  expect(lines).toContain(
    'The pixel that 2 copies without consent share was fetched 4 times: 3 by mail programs or their proxies, 1 by machines. It does not say by whom.',
  );
});

it('leaves no user agent and no network, and no row for a single fetch', async () => {
  await store.ledger.openEmail(emailOf(emailId), [{ ...recipientOf(0), tracked: false, sharesPixel: true }]);
  await fetchShared('Thunderbird/128.0 (agent-of-somebody)');
  await store.close();
  const text = readdirSync(folder)
    .map(name => readFileSync(join(folder, name), 'latin1'))
    .join('');
  expect(text).not.toContain('agent-of-somebody');
  expect(text).not.toContain('203.0.113.0');
  store = await openStore(join(folder, 'mailtrack.db'));
});

it('is kept with the recipient, so that a copy can be made again', async () => {
  const consent = { agreedAt: '2026-11-02', method: 'form', wording: 'yes', source: 'people.csv:2' };
  const people = [
    { ...recipientOf(0), tracked: false, sharesPixel: true },
    { ...recipientOf(1), consent },
  ];
  await store.ledger.openEmail(emailOf(emailId), people);
  const [first, second] = await store.reader.readRecipientsAt(emailId, [0, 1]);
  expect([first?.sharesPixel, second?.sharesPixel]).toEqual([true, undefined]);
  expect(await store.reader.readConsent(emailId, 0)).toBeUndefined();
  expect(await store.reader.readConsent(emailId, 1)).toEqual({
    ...consent,
    recordedAt: emailOf(emailId).createdAt,
  });
});
