import dns from 'node:dns';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it, vi } from 'vitest';
import { askHttp } from '../../src/http/ask.js';

const cleanUp: (() => unknown)[] = [];
afterEach(() => {
  vi.restoreAllMocks();
  for (const end of cleanUp.splice(0)) end();
});

async function startServer(address: string, port: number, answer: RequestListener) {
  const server = createServer(answer).listen(port, address);
  await once(server, 'listening');
  cleanUp.push(
    () => server.closeAllConnections(),
    () => server.close(),
  );
  return (server.address() as AddressInfo).port;
}

const get = { method: 'GET', patienceMs: 5_000, longestAnswer: 1_024 } as const;

/** As if every name led to that address. */
function answerAllNames(address: string): void {
  vi.spyOn(dns, 'lookup').mockImplementation(((
    _host: string,
    _options: unknown,
    done: (error: null, addresses: { address: string; family: number }[]) => void,
  ) => done(null, [{ address, family: 4 }])) as typeof dns.lookup);
}

it.each(['localhost', 'LOCALHOST', 'localhost.', 'tracking.localhost'])(
  'asks this machine for %s, whatever the resolver says',
  async name => {
    let wrong = 0;
    const port = await startServer('127.0.0.1', 0, (request, response) => response.end(request.url));
    await startServer('127.0.0.2', port, (_, response) => {
      wrong += 1;
      response.end('wrong');
    });
    answerAllNames('127.0.0.2');
    expect(await askHttp(`http://${name}:${port}/healthz`, get)).toEqual({ status: 200, body: '/healthz' });
    expect(wrong).toBe(0);
  },
);

it('asks ::1 when nobody listens at 127.0.0.1', async () => {
  const port = await startServer('::1', 0, (_, response) => response.end('six'));
  expect(await askHttp(`http://localhost:${port}`, get)).toEqual({ status: 200, body: 'six' });
});

it('sends nothing in clear text to a private name that leads out of the network', async () => {
  answerAllNames('192.0.2.7');
  await expect(askHttp('http://tracking.internal/exchange', get)).rejects.toThrow(
    'tracking.internal is 192.0.2.7, which is not on this network: use https',
  );
});

it('does not follow a redirect', async () => {
  const port = await startServer('127.0.0.1', 0, (_, response) =>
    response.writeHead(302, { location: '/elsewhere' }).end(),
  );
  expect(await askHttp(`http://127.0.0.1:${port}/`, get)).toEqual({ status: 302, body: '' });
});

it('takes an answer of the longest allowed length, and no longer one', async () => {
  const port = await startServer('127.0.0.1', 0, ({ url }, response) =>
    response.end('x'.repeat(Number(url?.slice(1)))),
  );
  expect(await askHttp(`http://127.0.0.1:${port}/1024`, get)).toMatchObject({ body: 'x'.repeat(1_024) });
  await expect(askHttp(`http://127.0.0.1:${port}/1025`, get)).rejects.toThrow(
    'the answer is longer than 1 kB',
  );
});

it('gives up a server that does not answer', async () => {
  const port = await startServer('127.0.0.1', 0, () => undefined);
  await expect(askHttp(`http://127.0.0.1:${port}/`, { ...get, patienceMs: 50 })).rejects.toThrow(
    'no answer within 0.05 s',
  );
});
