import { once } from 'node:events';
import { request } from 'node:https';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type PublicEndpoint, startPublicEndpoint } from '../../src/http/public-endpoint.js';
import { pixelImage, pixelPath } from '../../src/tracking/pixel.js';
import { sealToken } from '../../src/tracking/token.js';
import { createFetchRecorder } from '../../src/workflow/record-fetch.js';
import { eventually } from '../eventually.js';
import { makeCertificate } from '../smtp-client/certificate.js';
import { testRing } from '../tracking/keys.js';
import { FetchLogWorld, ManualClock } from '../workflow/fetch-world.js';

const first = makeCertificate('IP:127.0.0.1');
const renewed = makeCertificate('IP:127.0.0.1');

let log: FetchLogWorld;
let endpoint: PublicEndpoint;
beforeEach(async () => {
  log = new FetchLogWorld();
  endpoint = await start();
});
afterEach(() => endpoint.close());

function start(
  limits: { readonly handshakeMs?: number; readonly maxConnections?: number } = {},
): Promise<PublicEndpoint> {
  return startPublicEndpoint({
    ...limits,
    port: 0,
    host: '127.0.0.1',
    certificate: first,
    recorder: createFetchRecorder({ log, ring: testRing, clock: new ManualClock() }),
    keyFingerprint: () => testRing.fingerprint,
    unsubscriber: { isLink: () => false, unsubscribe: async () => 'no-link' },
  });
}

function ask(ca: string): Promise<{ status: number | undefined; body: Buffer }> {
  const path = pixelPath(sealToken(testRing, { purpose: 'pixel', emailNumber: 42, recipientNumber: 1 }));
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port: endpoint.port, path, ca, agent: false }, response => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode, body: Buffer.concat(chunks) }));
    });
    sent.on('error', reject);
    sent.end();
  });
}

it('serves pixels, records where they were asked from, and takes a renewed certificate while it runs', async () => {
  const answer = await ask(first.cert);
  expect(answer.status).toBe(200);
  expect(answer.body.equals(pixelImage)).toBe(true);
  expect(log.rows).toMatchObject([{ network: '127.0.0.0/24' }]);
  endpoint.replaceCertificate(renewed);
  await expect(ask(first.cert)).rejects.toThrow(/self.signed|unable to verify/);
  expect((await ask(renewed.cert)).status).toBe(200);
  expect(log.rows).toHaveLength(2);
});

it('closes a connection that speaks no TLS, and one with TLS 1.1, and serves others', async () => {
  const plain = connect(endpoint.port, '127.0.0.1');
  plain.on('error', () => undefined);
  plain.end('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  plain.resume();
  await once(plain, 'close');
  const old = connectTls({
    port: endpoint.port,
    host: '127.0.0.1',
    maxVersion: 'TLSv1.1',
    minVersion: 'TLSv1',
    ca: first.cert,
  });
  const [error] = (await once(old, 'error')) as [NodeJS.ErrnoException];
  expect(error.code).toMatch(/SSL|ECONNRESET|EPROTO/);
  expect((await ask(first.cert)).status).toBe(200);
});

/** A ClientHello whose record says that 512 octets follow, and is cut after its first ones. RFC 8446 §5.1 */
const halfHello = Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03]);

describe('a handshake that is not finished', () => {
  it.each<[string, (client: Socket) => void]>([
    ['the client says nothing', () => undefined],
    ['the client sends half a ClientHello', client => client.write(halfHello)],
    ['the client sends no TLS at all', client => client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')],
    ['the client closes its half', client => client.end()],
    ['the client closes its half behind half a ClientHello', client => client.end(halfHello)],
    ['the client resets the connection', client => client.resetAndDestroy()],
    ['the client sends an octet at a time', client => drip(client)],
  ])('leaves no socket when %s', async (_, breakIt) => {
    await endpoint.close();
    endpoint = await start({ handshakeMs: 60 });
    const client = await open();
    breakIt(client);
    await closed(client);
    await eventually(() =>
      expect(endpoint.connections()).toEqual({ open: 0, handshakes: 0, handshakesFailed: 1, refused: 0 }),
    );
  });

  it('is counted apart from the connections that have finished theirs', async () => {
    const silent = await open();
    const secure = connectTls({ port: endpoint.port, host: '127.0.0.1', ca: first.cert });
    await once(secure, 'secureConnect');
    await eventually(() => expect(endpoint.connections()).toMatchObject({ open: 1, handshakes: 1 }));
    silent.destroy();
    secure.destroy();
    await eventually(() =>
      expect(endpoint.connections()).toEqual({ open: 0, handshakes: 0, handshakesFailed: 1, refused: 0 }),
    );
  });

  it('makes room for a new client when there are too many: the oldest one ends', async () => {
    await endpoint.close();
    endpoint = await start({ maxConnections: 3 });
    const clients: Socket[] = [];
    for (let count = 0; count < 4; count += 1) {
      clients.push(await open());
      await eventually(() => expect(endpoint.connections().handshakes).toBe(Math.min(count + 1, 3)));
    }
    await closed(clients[0] as Socket);
    expect(clients.slice(1).map(client => client.destroyed)).toEqual([false, false, false]);
    expect((await ask(first.cert)).status).toBe(200);
    for (const client of clients) client.destroy();
  });

  it('has a deadline that does not touch a connection whose handshake is finished', async () => {
    await endpoint.close();
    endpoint = await start({ handshakeMs: 1_500 });
    const secure = connectTls({ port: endpoint.port, host: '127.0.0.1', ca: first.cert });
    await once(secure, 'secureConnect');
    await closed(await open());
    secure.write('GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n');
    const [answer] = (await once(secure, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 200 /);
    secure.destroy();
  });

  it('does not keep the server from closing', async () => {
    const client = await open();
    await eventually(() => expect(endpoint.connections().handshakes).toBe(1));
    await endpoint.close();
    await closed(client);
    endpoint = await start();
  });
});

async function open(): Promise<Socket> {
  const client = connect({ port: endpoint.port, host: '127.0.0.1', allowHalfOpen: true });
  client.on('error', () => undefined);
  await once(client, 'connect');
  client.resume();
  // A server that ends the connection is answered with an end.
  client.on('end', () => client.end());
  return client;
}

function closed(client: Socket): Promise<unknown> {
  return client.closed ? Promise.resolve() : new Promise(resolve => client.once('close', resolve));
}

function drip(client: Socket): void {
  let sent = 0;
  const timer = setInterval(() => {
    client.write(halfHello.subarray(sent, sent + 1));
    sent += 1;
  }, 20);
  client.once('close', () => clearInterval(timer));
}
