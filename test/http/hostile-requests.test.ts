import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { printBase32, readBase32 } from '../../src/base32.js';
import { type PublicEndpoint, startPublicEndpoint } from '../../src/http/public-endpoint.js';
import { openStore, type Store } from '../../src/store/open-store.js';
import { systemClock } from '../../src/system/clock.js';
import { createFetchRecorder, type FetchRecorder } from '../../src/workflow/record-fetch.js';
import { createUnsubscriber } from '../../src/workflow/unsubscribe.js';
import { testRing } from '../tracking/keys.js';
import { get, hostileRequests, pixel, unknownRequest, validToken } from './hostile-requests.js';

let folder: string;
let store: Store;
let recorder: FetchRecorder;
let endpoint: PublicEndpoint;
const faults: unknown[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mailtrack-hostile-'));
  store = await openStore(join(folder, 'mailtrack.db'));
  recorder = createFetchRecorder({ log: store.fetchLog, ring: testRing, clock: systemClock });
  endpoint = await startPublicEndpoint({
    port: 0,
    host: '127.0.0.1',
    recorder,
    keyFingerprint: () => testRing.fingerprint,
    unsubscriber: createUnsubscriber({ log: store.fetchLog, ring: testRing, clock: systemClock }),
    onFault: error => faults.push(error),
  });
});
afterAll(async () => {
  await endpoint.close();
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

it('there are more than a hundred, each with a name of its own', () => {
  expect(hostileRequests.length).toBeGreaterThan(100);
  expect(new Set(hostileRequests.map(({ name }) => name)).size).toBe(hostileRequests.length);
});

describe('leaves no row, breaks nothing, and is answered as it should be:', () => {
  it.each(hostileRequests.map(request => [request.name, request] as const))('%s', async (_, request) => {
    const unknown = await exchange(unknownRequest);
    expect(statusesIn(unknown)).toEqual([200]);
    const answer = await exchange(request.bytes);
    expect(statusesIn(answer)).toEqual(request.answers.map(status => (status === 'pixel' ? 200 : status)));
    if (request.answers.at(-1) === 'pixel')
      expect(answer.replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/, '')).toBe(unknown);
    expect(answer).not.toMatch(/node|mailtrack|^server:|powered/im);
    expect(rows()).toEqual([0, 0, 0]);
    expect(faults).toEqual([]);
  });
});

it('every single bit of a token counts: 216 flipped ones are answered like an unknown one, and leave no row', async () => {
  const bytes = readBase32(validToken) ?? new Uint8Array();
  const flipped = Array.from({ length: bytes.length * 8 }, (_, bit) =>
    printBase32(bytes.map((byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte))),
  );
  expect(new Set(flipped).size).toBe(216);
  const unknown = await exchange(unknownRequest);
  const answers = await Promise.all(flipped.map(token => exchange(get(pixel(token)))));
  expect([...new Set(answers)]).toEqual([unknown]);
  expect(rows()).toEqual([0, 0, 0]);
});

it('a thousand requests at once on a connection are answered; the connection ends with the thousandth', async () => {
  const one = `GET ${pixel('x')} HTTP/1.1\r\nHost: a\r\n\r\n`;
  const answer = await exchange(one.repeat(1_500));
  expect(statusesIn(answer)).toEqual(Array(1_000).fill(200));
  expect(answer.match(/^Connection: close/gim)).toHaveLength(1);
  expect(rows()).toEqual([0, 0, 0]);
});

it('a malformed body does not tell a token that verifies from another', async () => {
  for (const body of ['Transfer-Encoding: xchunked\r\n', 'Transfer-Encoding: chunked\r\n']) {
    const [valid, unknown] = await Promise.all(
      [validToken, 'a'.repeat(48)].map(token => exchange(`${get(pixel(token), body)}zz\r\n`)),
    );
    expect(valid).toBe(unknown);
  }
  expect(rows()).toEqual([2, 0, 0]);
});

it('after all of it a fetch is recorded, also of a client that has closed its half', async () => {
  expect(await exchange(get(pixel(validToken)))).toBe(await exchange(unknownRequest));
  expect(rows()).toEqual([3, 0, 0]);
});

/** All that comes until the connection ends, without what tells one moment from another. */
async function exchange(bytes: string): Promise<string> {
  const socket = connect(endpoint.port, '127.0.0.1');
  let received = '';
  socket.setEncoding('latin1');
  socket.on('data', chunk => {
    received += chunk;
  });
  socket.on('error', () => undefined);
  socket.end(Buffer.from(bytes, 'latin1'));
  await closed(socket);
  return received.replace(/^Date: .*\r\n/gm, '');
}

async function closed(socket: Socket): Promise<void> {
  if (!socket.closed) await once(socket, 'close');
}

function statusesIn(received: string): readonly number[] {
  return [...received.matchAll(/(?:^|\n|`\x82)HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
}

/** Fetches, fetches that were only counted, people unsubscribed. */
function rows(): readonly unknown[] {
  const database = new Database(join(folder, 'mailtrack.db'), { readonly: true });
  try {
    return ['fetches', 'fetch_counters', 'unsubscribes'].map(table =>
      database.prepare(`SELECT count(*) FROM ${table}`).pluck().get(),
    );
  } finally {
    database.close();
  }
}
