import { once } from 'node:events';
import { request } from 'node:https';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type PublicEndpoint, startPublicEndpoint } from '../../src/http/public-endpoint.js';
import { pixelImage, pixelPath } from '../../src/tracking/pixel.js';
import { sealToken } from '../../src/tracking/token.js';
import { createFetchRecorder } from '../../src/workflow/record-fetch.js';
import { makeCertificate } from '../smtp-client/certificate.js';
import { testRing } from '../tracking/keys.js';
import { FetchLogWorld, ManualClock } from '../workflow/fetch-world.js';

const first = makeCertificate('IP:127.0.0.1');
const renewed = makeCertificate('IP:127.0.0.1');

let log: FetchLogWorld;
let endpoint: PublicEndpoint;
beforeEach(async () => {
  log = new FetchLogWorld();
  endpoint = await startPublicEndpoint({
    port: 0,
    host: '127.0.0.1',
    certificate: first,
    recorder: createFetchRecorder({ log, ring: testRing, clock: new ManualClock() }),
    keyFingerprint: () => testRing.fingerprint,
    unsubscribe: async () => undefined,
  });
});
afterEach(() => endpoint.close());

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
