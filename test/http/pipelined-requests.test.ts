/** Requests sent at once on one connection, and behind them what is no HTTP: nothing of it may tell one token from another (O1, T5). */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type PublicEndpoint, startPublicEndpoint } from '../../src/http/public-endpoint.js';
import { openStore, type Store } from '../../src/store/open-store.js';
import { systemClock } from '../../src/system/clock.js';
import { createFetchRecorder } from '../../src/workflow/record-fetch.js';
import { testRing } from '../tracking/keys.js';
import { pixel, validToken } from './hostile-requests.js';

let folder: string;
let store: Store;
let endpoint: PublicEndpoint;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mailtrack-pipelined-'));
  store = await openStore(join(folder, 'mailtrack.db'));
  endpoint = await startPublicEndpoint({
    port: 0,
    host: '127.0.0.1',
    recorder: createFetchRecorder({ log: store.fetchLog, ring: testRing, clock: systemClock }),
    keyFingerprint: () => testRing.fingerprint,
    unsubscriber: { isLink: () => false, unsubscribe: async () => 'no-link' },
  });
});
afterEach(async () => {
  await endpoint.close();
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const forgedToken = 'a'.repeat(48);
const post = 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n';

describe.each([
  ['octets that are not HTTP', '\xff\xff\r\n\r\n', 0],
  ['a header of 9 kB', `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(9_000)}\r\n\r\n`, 0],
  ['a request with a bad chunk', `${post}zz\r\n`, 1],
  ['CONNECT', 'CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n', 0],
] as const)('behind requests that are answered, %s', (_, behind, more) => {
  it.each([1, 2, 6])('gets no answer of its own by the tokens of the %i before it', async requests => {
    const valid = await exchange(get(validToken).repeat(requests) + behind);
    expect(recorded()).toBe(requests);
    const forged = await exchange(get(forgedToken).repeat(requests) + behind);
    expect(valid).toBe(forged);
    expect(valid.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(requests);
    expect(valid.match(/HTTP\/1\.1 /g)).toHaveLength(requests + more);
    expect(recorded()).toBe(requests);
  });

  it('gets nothing a while after them either', async () => {
    const valid = await exchange(get(validToken), behind);
    expect(valid).toBe(await exchange(get(forgedToken), behind));
    expect(valid.match(/HTTP\/1\.1 /g)).toHaveLength(1 + more);
  });
});

it('a bad chunk in the last of many requests takes no answer from those before', async () => {
  const [valid, forged] = await Promise.all(
    [validToken, forgedToken].map(token =>
      exchange(`${get(token).repeat(5)}${get(token, 'Transfer-Encoding: chunked\r\n')}zz\r\n`),
    ),
  );
  expect(valid).toBe(forged);
  expect(valid?.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(6);
  expect(recorded()).toBe(6);
});

it('octets that are not HTTP from the start are answered with 400', async () => {
  expect(await exchange('\xff\xff\r\n\r\n')).toBe('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
});

function get(token: string, headers = ''): string {
  return `GET ${pixel(token)} HTTP/1.1\r\nHost: a\r\nUser-Agent: b\r\n${headers}\r\n`;
}

/** All that comes until the server ends the connection, Date aside. `later` is sent once the first answer has come. */
async function exchange(bytes: string, later?: string): Promise<string> {
  const socket = connect(endpoint.port, '127.0.0.1');
  let received = '';
  socket.setEncoding('latin1');
  socket.on('data', chunk => {
    received += chunk;
  });
  socket.on('error', () => undefined);
  socket.write(Buffer.from(bytes, 'latin1'));
  if (later !== undefined) {
    await once(socket, 'data');
    socket.write(Buffer.from(later, 'latin1'));
  }
  if (!socket.closed) await once(socket, 'close');
  return received.replace(/^Date: .*\r\n/gm, '');
}

function recorded(): unknown {
  const database = new Database(join(folder, 'mailtrack.db'), { readonly: true });
  try {
    return database.prepare('SELECT count(*) FROM fetches').pluck().get();
  } finally {
    database.close();
  }
}
