import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { healthWarning } from '../../src/cli/tracking-health.js';
import { makeCertificate } from '../smtp-client/certificate.js';

const fingerprint = '0123456789abcdef';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function serve(listener: RequestListener): Promise<string> {
  server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const health = (key: unknown) => JSON.stringify({ status: 'ok', key, more: 1 });

describe('the pixel server', () => {
  it('with the key of the sender has nothing to be warned of', async () => {
    const url = await serve((_, response) => response.end(health(fingerprint)));
    expect(await healthWarning(url, fingerprint)).toEqual([]);
  });

  it('with another key is refused', async () => {
    const url = await serve((_, response) => response.end(health('fedcba9876543210')));
    await expect(healthWarning(url, fingerprint)).rejects.toMatchObject({
      code: 'tracking-url',
      message: `${url} answers with another key (fedcba9876543210, not ${fingerprint})`,
    });
  });

  it('that sends us elsewhere is not followed there', async () => {
    const asked: (string | undefined)[] = [];
    const url = await serve((request, response) => {
      asked.push(request.url);
      response.writeHead(302, { Location: '/elsewhere' }).end();
    });
    expect(await healthWarning(url, fingerprint)).toEqual([
      `${url}/healthz answers with a redirect (302), which is not how \`mailtrack serve\` answers: opens may be lost`,
    ]);
    expect(asked).toEqual(['/healthz']);
  });

  it('that answers without an end is heard for 4 kB', async () => {
    let isHeard = true;
    const url = await serve((_, response) => {
      const more = () => {
        if (isHeard) response.write(Buffer.alloc(16_384, ' '), more);
      };
      response.once('close', () => {
        isHeard = false;
      });
      more();
    });
    expect(await healthWarning(url, fingerprint)).toEqual([
      `${url}/healthz answers with more than 4 kB, which is not how \`mailtrack serve\` answers: opens may be lost`,
    ]);
  });

  it.each([
    ['<html>', 'with something else'],
    [health('\u001b[31m'), 'with something else'],
    [health(7), 'with something else'],
    ['[]', 'with something else'],
  ])('that answers %j is something else, and nothing it says is shown', async (body, how) => {
    const url = await serve((_, response) => response.end(body));
    expect(await healthWarning(url, fingerprint)).toEqual([
      `${url}/healthz answers ${how}, which is not how \`mailtrack serve\` answers: opens may be lost`,
    ]);
  });

  it('that answers 502 is a front whose server is down', async () => {
    const url = await serve((_, response) => response.writeHead(502).end());
    expect(await healthWarning(url, fingerprint)).toEqual([
      `${url}/healthz answers with 502, which is not how \`mailtrack serve\` answers: opens may be lost`,
    ]);
  });

  it('that is away may be started later', async () => {
    const url = await serve(() => undefined);
    await new Promise(resolve => server?.close(resolve));
    expect(await healthWarning(url, fingerprint)).toEqual([
      `${url} does not answer (connection refused): until \`mailtrack serve\` runs there, opens are lost`,
    ]);
  });

  it('with a certificate that nobody vouches for answers, and is not trusted', async () => {
    const front = createTlsServer(makeCertificate('IP:127.0.0.1')).listen(0, '127.0.0.1');
    await once(front, 'listening');
    const url = `https://127.0.0.1:${(front.address() as AddressInfo).port}`;
    expect(await healthWarning(url, fingerprint)).toEqual([
      `${url} cannot be trusted: its certificate is signed by itself. Mail programs load no image from it, so opens are lost`,
    ]);
    front.close();
  });

  it('without TLS behind an https URL is said to be that', async () => {
    const url = (await serve((_, response) => response.end(health(fingerprint)))).replace('http:', 'https:');
    expect(await healthWarning(url, fingerprint)).toEqual([
      `${url} answers in clear text, without TLS, so opens are lost: put a TLS front there, or give \`mailtrack serve\` --tls-cert and --tls-key`,
    ]);
  });
});
