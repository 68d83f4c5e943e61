import { once } from 'node:events';
import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { connect, createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Networks } from '../../src/http/client-network.js';
import {
  type PublicEndpoint,
  type PublicEndpointOptions,
  startPublicEndpoint,
} from '../../src/http/public-endpoint.js';
import { Problem } from '../../src/problem.js';
import { createKeyRing } from '../../src/tracking/key.js';
import { pixelImage, pixelPath } from '../../src/tracking/pixel.js';
import { isSelfToken, selfUrl } from '../../src/tracking/self-link.js';
import { printArticleToken, sealToken } from '../../src/tracking/token.js';
import { createFetchRecorder, type FetchRecorder } from '../../src/workflow/record-fetch.js';
import { createTrackingStopper } from '../../src/workflow/stop-tracking.js';
import { createUnsubscriber } from '../../src/workflow/unsubscribe.js';
import { testKey, testRing } from '../tracking/keys.js';
import { FetchLogWorld, ManualClock, quiet } from '../workflow/fetch-world.js';

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

let clock: ManualClock;
let log: FetchLogWorld;
let recorder: FetchRecorder;
let endpoint: PublicEndpoint;

beforeEach(async () => {
  clock = new ManualClock();
  log = new FetchLogWorld();
  recorder = createFetchRecorder({ log, ring: testRing, clock });
  endpoint = await start({ recorder });
});
afterEach(async () => {
  log.free();
  await endpoint.close();
});

function start(
  options: Pick<
    PublicEndpointOptions,
    'recorder' | 'onFault' | 'maxConnections' | 'keepNetwork' | 'trustedProxies'
  >,
): Promise<PublicEndpoint> {
  return startPublicEndpoint({
    port: 0,
    host: '127.0.0.1',
    keyFingerprint: () => testRing.fingerprint,
    unsubscriber: createUnsubscriber({ log, ring: testRing, clock }),
    trackingStopper: createTrackingStopper({ log, ring: testRing, clock }),
    selfMarker: { isLink: text => isSelfToken(testRing, text) },
    ...options,
  });
}

const pixel = { purpose: 'pixel', emailNumber: 42, recipientNumber: 1 } as const;
const token = sealToken(testRing, pixel);
const alice = { emailId: 'em_7k3fabcdefgh', emailAddress: 'alice@example.com' };

const pixelHeaders = {
  'content-type': 'image/png',
  'content-length': '67',
  'cache-control': 'no-store, no-cache, must-revalidate, max-age=0, private',
  pragma: 'no-cache',
  expires: '0',
  'accept-ranges': 'none',
  'cross-origin-resource-policy': 'cross-origin',
  'access-control-allow-origin': '*',
  'referrer-policy': 'no-referrer',
  'x-robots-tag': 'noindex, nofollow',
  'x-content-type-options': 'nosniff',
};

describe('a pixel', () => {
  it.each([
    ['of a sent mail', token],
    ['in upper case', token.toUpperCase()],
    ['of a rehearsal', sealToken(testRing, { ...pixel, purpose: 'rehearsal' })],
    ['of another purpose', sealToken(testRing, { ...pixel, purpose: 'unsubscribe' })],
    ['of an unknown key', sealToken(createKeyRing([testKey(8)]), pixel)],
    ['with a forged tag', `${token.slice(0, -2)}aa`],
    ['cut short', token.slice(0, 20)],
    ['empty', ''],
    ['of the article, for a recipient there is', printArticleToken(alice)],
    ['of the article, forged', printArticleToken({ ...alice, emailAddress: 'mallory@example.com' })],
    ['that is no token', '%00%ff<script>'],
    ['of two thousand characters', 'a'.repeat(2_000)],
  ])('%s answers with the same status, headers and octets', async (_, text) => {
    log.articles.set('em_7k3fabcdefgh alice@example.com', { emailNumber: 42, recipientNumber: 1 });
    const answer = await get(pixelPath(text));
    const { date, connection, ...headers } = answer.headers;
    expect(answer.status).toBe(200);
    expect(headers).toEqual(pixelHeaders);
    expect(answer.body.equals(pixelImage)).toBe(true);
  });

  it.each([
    { 'if-none-match': '*' },
    { 'if-modified-since': 'Mon, 23 Nov 2026 09:00:00 GMT' },
    { range: 'bytes=0-9' },
    { 'accept-encoding': 'gzip, br' },
    { cookie: 'a=b', origin: 'https://mail.example.com' },
    { upgrade: 'h2c', connection: 'upgrade' },
  ])('is given whole and once, and recorded once, whatever is asked: %j', async headers => {
    const answer = await ask('GET', pixelPath(token), headers);
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject(pixelHeaders);
    expect(answer.body.equals(pixelImage)).toBe(true);
    expect(log.rows).toHaveLength(1);
  });

  it.each([
    `${pixelPath(token)}?x=1`,
    `${pixelPath(token)}/`,
    `/${pixelPath(token)}`,
    pixelPath(token).toUpperCase(),
    pixelPath(token).replace('tracking', 'track%69ng'),
    `http://t.example.com${pixelPath(token)}`,
  ])('is recorded for its recipient when a gateway rewrote its URL to %s', async target => {
    await get(target);
    expect(log.rows).toMatchObject([{ emailNumber: 42, recipientNumber: 1 }]);
  });

  it('leaves no row for a forged article token', async () => {
    const answer = await get(pixelPath(printArticleToken(alice)));
    expect(answer.status).toBe(200);
    expect(log.rows).toEqual([]);
    expect(recorder.counts).toMatchObject({ recorded: 0, unverifiable: 1 });
  });

  it('is recorded with user agent and network, the latter from the connection and not from a header', async () => {
    await ask('GET', pixelPath(token), {
      'user-agent': 'Thunderbird/128',
      'x-forwarded-for': '203.0.113.7',
      forwarded: 'for=203.0.113.7',
    });
    expect(log.rows).toMatchObject([
      { userAgent: 'Thunderbird/128', network: '127.0.0.0/24', kind: 'human' },
    ]);
  });

  it.each([
    ['the network that a trusted proxy names', true, '203.0.113.0/24'],
    ['no network when none is to be kept', false, ''],
  ])('is recorded behind a trusted proxy with %s', async (_, keepNetwork, network) => {
    const proxies = Networks.parse(['127.0.0.0/8']);
    if (!proxies.ok) throw new Error(proxies.why);
    const behind = await start({ recorder, keepNetwork, trustedProxies: proxies.value });
    await ask('GET', pixelPath(token), { 'x-forwarded-for': '198.51.100.9, 203.0.113.7' }, behind.port);
    await behind.close();
    expect(log.rows).toMatchObject([{ network }]);
  });

  it('is recorded without a network when none is to be kept', async () => {
    const discreet = await start({ recorder, keepNetwork: false });
    await ask('GET', pixelPath(token), {}, discreet.port);
    await discreet.close();
    expect(log.rows).toMatchObject([{ network: '' }]);
  });

  it('is answered when its fetch is durable, not before', async () => {
    log.disk = 'stuck';
    const socket = await open();
    socket.write(rawGet(pixelPath(token)));
    let received = '';
    socket.on('data', chunk => {
      received += chunk.toString('latin1');
    });
    await untilStuck();
    await quiet();
    expect(received).toBe('');
    log.free();
    await once(socket, 'data');
    expect(received).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(log.rows).toHaveLength(1);
    socket.destroy();
  });

  it('is answered after two seconds all the same while the database is locked', async () => {
    log.disk = 'locked';
    const answer = get(pixelPath(token));
    await untilStuck();
    await clock.advance(2_000);
    expect((await answer).headers).toMatchObject(pixelHeaders);
    log.disk = 'free';
    await clock.advance(250);
    expect(log.rows).toHaveLength(1);
  });

  it('is answered when the recorder breaks, and the server goes on', async () => {
    const faults: unknown[] = [];
    const broken = new Error('broken');
    const other = await start({
      recorder: { record: () => Promise.reject(broken), flush: () => Promise.resolve() },
      onFault: error => faults.push(error),
    });
    for (const _ of [1, 2]) {
      expect((await ask('GET', pixelPath(token), {}, other.port)).body.equals(pixelImage)).toBe(true);
    }
    expect(faults).toEqual([broken, broken]);
    await other.close();
  });
});

describe('other methods on a pixel', () => {
  it('HEAD answers with the same headers and no body, and is recorded as a scanner', async () => {
    const answer = await ask('HEAD', pixelPath(token));
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject(pixelHeaders);
    expect(answer.body).toHaveLength(0);
    expect(log.rows).toMatchObject([{ method: 'HEAD', kind: 'scanner' }]);
  });

  it('OPTIONS answers 204', async () => {
    const answer = await ask('OPTIONS', pixelPath(token));
    expect(answer.status).toBe(204);
    expect(answer.headers.allow).toBe('GET, HEAD, OPTIONS');
    expect(answer.headers['access-control-allow-origin']).toBe('*');
    expect(log.rows).toEqual([]);
  });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND'])('%s answers 405', async method => {
    const answer = await ask(method, pixelPath(token));
    expect(answer.status).toBe(405);
    expect(answer.headers.allow).toBe('GET, HEAD, OPTIONS');
    expect(log.rows).toEqual([]);
  });
});

describe('other paths', () => {
  it('/healthz says which key verifies here', async () => {
    const answer = await get('/healthz?x');
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body.toString())).toEqual({ status: 'ok', key: testRing.fingerprint });
  });

  it('/robots.txt allows everything', async () => {
    expect((await get('/robots.txt')).body.toString()).toBe('User-agent: *\nAllow: /\n');
  });

  it.each([
    '/',
    '/email_opened',
    `/email_opened/${token}`,
    '/../../etc/passwd',
    '/%00',
    '/healthz/',
    '/favicon.ico',
  ])('%s is a plain 404 that names no software', async path => {
    const answer = await get(path);
    expect(answer.status).toBe(404);
    expect(answer.body.toString()).toBe('Not found\n');
    expect(JSON.stringify(answer.headers)).not.toMatch(/node|mailtrack|server|powered/i);
  });
});

describe('rude clients', () => {
  it.each([
    ['9 kB of URL', rawGet(`/${'a'.repeat(9_000)}`), '431'],
    ['20 kB of headers', rawGet('/', `X-A: ${'a'.repeat(20_000)}\r\n`), '431'],
    ['no HTTP', '\x16\x03\x01\x02\x00\x01\r\n\r\n', '400'],
    ['two lengths', rawGet('/', 'Content-Length: 1\r\nContent-Length: 2\r\n'), '400'],
    ['a length and chunks', rawGet('/', 'Content-Length: 1\r\nTransfer-Encoding: chunked\r\n'), '400'],
    ['no Host', 'GET / HTTP/1.1\r\n\r\n', '400'],
  ])('that send %s are told so, and others are served', async (_, bytes, status) => {
    const socket = await open();
    socket.write(bytes);
    const [data] = (await once(socket, 'data')) as [Buffer];
    expect(data.toString('latin1').slice(0, 12)).toBe(`HTTP/1.1 ${status}`);
    socket.destroy();
    expect((await get(pixelPath(token))).status).toBe(200);
  });

  it('that send many requests at once on one connection get every answer', async () => {
    const socket = await open();
    socket.write(rawGet(pixelPath(token)).repeat(999) + rawGet(pixelPath(token), 'Connection: close\r\n'));
    let received = '';
    socket.on('data', chunk => {
      received += chunk.toString('latin1');
    });
    await once(socket, 'close');
    expect(received.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(1_000);
    expect(log.rows).toHaveLength(1_000);
  });

  it('that open too many connections lose those that were silent longest, and others are served', async () => {
    const small = await start({ recorder, maxConnections: 3 });
    const [silent, slow] = [await open(small.port), await open(small.port)];
    slow.write('GET / HTTP/1.1\r\nHost: a\r\nX-Half');
    const kept = new Agent({ keepAlive: true });
    await ask('GET', pixelPath(token), {}, small.port, kept);
    const gone = once(silent, 'close');
    expect((await ask('GET', pixelPath(token), {}, small.port)).status).toBe(200);
    await gone;
    const goneToo = once(slow, 'close');
    const third = await open(small.port);
    const fourth = await open(small.port);
    await goneToo;
    expect((await ask('GET', pixelPath(token), {}, small.port, kept)).status).toBe(200);
    for (const socket of [third, fourth]) socket.destroy();
    kept.destroy();
    await small.close();
  });

  it('that leave before their answer are recorded nevertheless', async () => {
    log.disk = 'stuck';
    const socket = await open();
    socket.write(rawGet(pixelPath(token)));
    await untilStuck();
    socket.destroy();
    await once(socket, 'close');
    log.free();
    expect((await get(pixelPath(token))).status).toBe(200);
    expect(log.rows).toHaveLength(2);
  });
});

describe('closing', () => {
  it('lets requests under way finish, flushes, and cuts off who sent half a request', async () => {
    const slow = await open();
    slow.write('GET / HTTP/1.1\r\nHost: a\r\nX-Half');
    const idle = new Agent({ keepAlive: true });
    await ask('GET', '/healthz', {}, endpoint.port, idle);
    log.disk = 'stuck';
    const answer = get(pixelPath(token));
    await untilStuck();
    const closed = endpoint.close();
    log.free();
    expect((await answer).status).toBe(200);
    await Promise.all([closed, once(slow, 'close')]);
    idle.destroy();
    expect(log.rows).toHaveLength(1);
    await expect(get('/healthz')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    endpoint = await start({ recorder });
  });

  it('sends every answer to a client that sent many requests at once', async () => {
    const socket = await open();
    let received = '';
    socket.on('data', chunk => {
      received += chunk.toString('latin1');
    });
    log.disk = 'stuck';
    socket.write(rawGet(pixelPath(token)).repeat(100));
    await untilStuck();
    const closed = endpoint.close();
    log.free();
    await Promise.all([closed, once(socket, 'close')]);
    expect(received.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(100);
    endpoint = await start({ recorder });
  });

  it('ends connections that go on asking with their next answer, and takes nothing behind it', async () => {
    const heads = ['', '', ''];
    let waiting = 0;
    const slow: FetchRecorder = {
      ...recorder,
      // Longer than a client takes to ask again: some request is always under way.
      async record() {
        waiting += 1;
        await new Promise(done => setTimeout(done, 30));
        waiting -= 1;
        return 'durable' as const;
      },
    };
    const busy = await start({ recorder: slow });
    const talkers = await Promise.all(heads.map(() => open(busy.port)));
    for (const [index, talker] of talkers.entries()) {
      const askAgain = () => talker.write(rawGet(pixelPath(token)));
      talker.on('data', (chunk: Buffer) => {
        heads[index] = chunk.toString('latin1');
        if (heads[index]?.includes('Connection: close') !== true) askAgain();
      });
      setTimeout(askAgain, index * 10);
    }
    // Nobody is between two requests, and could be taken for idle.
    while (waiting < 3) await new Promise(setImmediate);
    await Promise.all([busy.close(), ...talkers.map(talker => once(talker, 'close'))]);
    for (const head of heads) expect(head).toContain('\r\nConnection: close\r\n');
  });

  it('does not wait for a client that sent many requests at once and left', async () => {
    const socket = await open();
    log.disk = 'stuck';
    socket.write(rawGet(pixelPath(token)).repeat(3));
    await untilStuck();
    socket.destroy();
    await once(socket, 'close');
    log.free();
    await endpoint.close();
    expect(log.rows).toHaveLength(3);
    endpoint = await start({ recorder });
  });
});

describe('starting', () => {
  it('says that a port is taken and what to do', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    const problem = await refusal(port, '127.0.0.1');
    other.close();
    expect(problem.code).toBe('port-taken');
    expect(problem.message).toBe(`port ${port} is taken by another program`);
    expect(problem.fix).toBe('Choose another with --port.');
  });

  it('says that an address is not of this machine', async () => {
    const problem = await refusal(0, '192.0.2.1');
    expect(problem.code).toBe('io');
    expect(problem.message).toMatch(/^cannot listen on 192\.0\.2\.1, port 0: /);
    expect(problem.fix).toBe('Name an address of this machine with --host.');
  });
});

async function refusal(port: number, host: string): Promise<Problem> {
  const started = startPublicEndpoint({
    port,
    host,
    recorder,
    keyFingerprint: () => '',
    unsubscriber: { isLink: () => false, unsubscribe: async () => 'no-link' },
  });
  const problem = await started.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(problem).toBeInstanceOf(Problem);
  return problem as Problem;
}

/** Until a request waits for the disk. */
async function untilStuck(): Promise<void> {
  while (clock.sleeping === 0) await quiet();
}

function get(path: string): Promise<Answer> {
  return ask('GET', path);
}

function ask(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  port = endpoint.port,
  agent: Agent | false = false,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ host: '127.0.0.1', port, method, path, headers, agent }, response => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) });
      });
    });
    sent.on('error', reject);
    sent.end();
  });
}

async function open(port = endpoint.port): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

function rawGet(path: string, headers = ''): string {
  return `GET ${path} HTTP/1.1\r\nHost: t.example.com\r\n${headers}\r\n`;
}

describe('the link that stops tracking', () => {
  const link = (purpose: 'optout' | 'unsubscribe') =>
    `/stop-tracking/${sealToken(testRing, { purpose, emailNumber: 42, recipientNumber: 1 })}`;
  const ask = (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${endpoint.port}${path}`, init);

  it('only asks when it is fetched, and acts on a POST', async () => {
    for (const method of ['GET', 'HEAD']) expect((await ask(link('optout'), { method })).status).toBe(200);
    expect(await (await ask(link('optout'))).text()).toContain('Shall this sender no longer see');
    expect(log.optedOut).toEqual([]);
    // A mail program takes the bracket behind it for a part of it.
    const answer = await ask(`${link('optout')})`, { method: 'POST', redirect: 'manual' });
    expect([answer.status, await answer.text()]).toEqual([
      200,
      expect.stringContaining('<h1>Tracking stopped</h1>') as string,
    ]);
    expect(log.optedOut).toEqual([[42, 1]]);
    expect(log.unsubscribed).toEqual([]);
  });

  it.each(['GET', 'POST'])('of another purpose, or cut, changes nothing on %s', async method => {
    for (const path of [link('unsubscribe'), link('optout').slice(0, -1), '/stop-tracking/']) {
      const answer = await ask(path, { method });
      expect([answer.status, await answer.text()]).toEqual([
        404,
        expect.stringContaining('<p>Nothing was changed') as string,
      ]);
    }
    expect((await ask(link('optout'), { method: 'PUT' })).status).toBe(405);
    expect(log.optedOut).toEqual([]);
  });

  it('is answered with 503 while the database takes nothing', async () => {
    log.disk = 'locked';
    const answer = ask(link('optout'), { method: 'POST' });
    await vi.waitFor(() => expect(clock.sleeping).toBeGreaterThan(0));
    await clock.advance(2_000);
    expect((await answer).status).toBe(503);
  });
});

describe('the link that marks a browser as one’s own', () => {
  const link = selfUrl('', testRing, 7);
  const visit = (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${endpoint.port}${path}`, init);

  it('only asks when it is fetched; the button sets a cookie for pixels alone', async () => {
    const page = await visit(link);
    expect([page.status, page.headers.get('set-cookie')]).toEqual([200, null]);
    const marked = await visit(link, { method: 'POST' });
    expect(marked.headers.get('set-cookie')).toBe(
      `mailtrack_self=${link.slice('/self/'.length)}; Max-Age=31536000; Path=/email_opened; Secure; HttpOnly; SameSite=None`,
    );
    expect(await marked.text()).toContain('<h1>Not counted</h1>');
    for (const path of [link.slice(0, -1), `/self/${token}`])
      expect((await visit(path, { method: 'POST' })).status).toBe(404);
  });

  it('makes fetches with that cookie self, and those with another what they are', async () => {
    const path = `/email_opened/${token}/tracking.png`;
    const [, value = ''] = /^\/self\/(.*)$/.exec(link) ?? [];
    const userAgent = { 'user-agent': 'Thunderbird/128.0' };
    await ask('GET', path, { ...userAgent, cookie: `a=b; mailtrack_self=${value}; c=d` });
    await ask('GET', path, { ...userAgent, cookie: `mailtrack_self=${token}` });
    await ask('GET', path, { ...userAgent, cookie: `not_mailtrack_self=${value}` });
    expect(log.rows.map(({ kind, rule }) => [kind, rule])).toEqual([
      ['self', 'own-browser'],
      ['human', 'mail-client'],
      ['human', 'mail-client'],
    ]);
  });
});

describe('the link to unsubscribe', () => {
  const link = (purpose: 'unsubscribe' | 'pixel' | 'rehearsal' | 'copy') =>
    `/unsubscribe/${sealToken(testRing, { purpose, emailNumber: 42, recipientNumber: 1 })}`;
  const ask = (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${endpoint.port}${path}`, init);

  it('only asks when it is fetched, since scanners fetch every link', async () => {
    for (const method of ['GET', 'HEAD', 'GET'])
      expect((await ask(link('unsubscribe'), { method })).status).toBe(200);
    expect(log.unsubscribed).toEqual([]);
  });

  it.each([
    ['a one-click body', new URLSearchParams({ 'List-Unsubscribe': 'One-Click' })],
    ['a form without fields', undefined],
  ])('acts on a POST with %s, at once and without a redirect', async (_, body) => {
    const answer = await ask(link('unsubscribe'), {
      method: 'POST',
      redirect: 'manual',
      ...(body ? { body } : {}),
    });
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain('You will get no more mail');
    expect(log.unsubscribed).toEqual([[42, 1]]);
  });

  it.each(['GET', 'POST'])('says on %s that a link is incomplete, and does nothing', async method => {
    const whole = link('unsubscribe');
    for (const path of [
      link('pixel'),
      link('rehearsal'),
      link('copy'),
      whole.slice(0, -1),
      '/unsubscribe',
      '/unsubscribe/',
    ]) {
      const answer = await ask(path, { method });
      expect(answer.status).toBe(404);
      const page = await answer.text();
      expect(page).toContain(
        '<h1>This link is incomplete</h1><p>Nothing was changed, and nobody was unsubscribed.',
      );
      expect(page).not.toContain('<button>');
    }
    expect(log.unsubscribed).toEqual([]);
  });

  it.each([
    ['a full stop', (path: string) => `${path}.`],
    ['a bracket', (path: string) => `${path})`],
    ['an escaped bracket', (path: string) => `${path}%3E`],
    ['a slash and a full stop', (path: string) => `${path}/.`],
    ['the next word', (path: string) => `${path},please`],
    ['a blank where the line was broken', (path: string) => `${path.slice(0, 30)}%20${path.slice(30)}`],
    ['a blank before the token', (path: string) => path.replace('be/', 'be/%20')],
    ['another case', (path: string) => path.toUpperCase()],
    ['a parameter of a link tracker', (path: string) => `${path}?utm_source=mail`],
  ])('ignores %s that a mail program made a part of it', async (_, change) => {
    const path = change(link('unsubscribe'));
    expect(await (await ask(path)).text()).toContain('Do you want no more mail');
    expect(log.unsubscribed).toEqual([]);
    expect(await (await ask(path, { method: 'POST' })).text()).toContain('You will get no more mail');
    expect(log.unsubscribed).toEqual([[42, 1]]);
  });

  it('does not say that it is done when it could not be recorded', async () => {
    log.disk = 'locked';
    const answer = ask(link('unsubscribe'), { method: 'POST' });
    // The wait for the deadline, and the one until the next try.
    while (clock.sleeping < 2) await quiet();
    await clock.advance(2_000);
    expect((await answer).status).toBe(503);
  });
});
