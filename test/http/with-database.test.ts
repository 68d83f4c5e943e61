import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type PublicEndpoint, startPublicEndpoint } from '../../src/http/public-endpoint.js';
import { openStore, type Store } from '../../src/store/open-store.js';
import { pixelUrl } from '../../src/tracking/pixel.js';
import { sealToken } from '../../src/tracking/token.js';
import { createFetchRecorder, type FetchRecorder } from '../../src/workflow/record-fetch.js';
import { testRing } from '../tracking/keys.js';
import { ManualClock, quiet } from '../workflow/fetch-world.js';

let folder: string;
let store: Store;
let clock: ManualClock;
let recorder: FetchRecorder;
let endpoint: PublicEndpoint;
let other: Database.Database;
let asked: number;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mailtrack-serve-'));
  const file = join(folder, 'mailtrack.db');
  store = await openStore(file, { busyTimeoutMs: 0 });
  clock = new ManualClock();
  recorder = createFetchRecorder({ log: store.fetchLog, ring: testRing, clock });
  asked = 0;
  endpoint = await startPublicEndpoint({
    port: 0,
    host: '127.0.0.1',
    keyFingerprint: () => testRing.fingerprint,
    unsubscriber: { isLink: () => false, unsubscribe: async () => 'no-link' },
    recorder: {
      record: request => {
        asked += 1;
        return recorder.record(request);
      },
      flush: recorder.flush,
    },
  });
  other = new Database(file);
});
afterEach(async () => {
  other.close();
  await endpoint.close();
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

it('another process sees a fetch in the database as soon as its image has come', async () => {
  expect((await fetchPixel(1)).status).toBe(200);
  expect(recorded()).toEqual([1]);
});

it('a database locked by another process delays the images, changes nothing in them, and loses no fetch', async () => {
  const free = await fetchPixel(1);
  other.exec('BEGIN IMMEDIATE');
  const answers = Promise.all([2, 3, 4].map(fetchPixel));
  while (asked < 4) await quiet();
  await clock.advance(2_000);
  expect(await answers).toEqual([free, free, free]);
  other.exec('COMMIT');
  expect(recorded()).toEqual([1]);
  await clock.advance(2_000);
  expect(recorded()).toEqual([1, 2, 3, 4]);
  expect(recorder.counts).toMatchObject({ recorded: 4, notDurable: 3, dropped: 0 });
});

async function fetchPixel(recipientNumber: number) {
  const token = sealToken(testRing, { purpose: 'pixel', emailNumber: 42, recipientNumber });
  const response = await fetch(pixelUrl(`http://127.0.0.1:${endpoint.port}`, token));
  const { date, ...headers } = Object.fromEntries(response.headers);
  return {
    status: response.status,
    headers,
    body: Buffer.from(await response.arrayBuffer()).toString('hex'),
  };
}

function recorded(): readonly unknown[] {
  return other.prepare('SELECT recipient_number FROM fetches ORDER BY recipient_number').pluck().all();
}
