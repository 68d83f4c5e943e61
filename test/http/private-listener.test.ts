import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type PrivateListener,
  type PrivateRoute,
  startPrivateListener,
} from '../../src/http/private-listener.js';
import { eventually } from '../eventually.js';

const faults: unknown[] = [];
let listener: PrivateListener;
let url: string;
beforeEach(async () => {
  faults.length = 0;
  listener = await start(0);
  url = `http://127.0.0.1:${listener.port}`;
});
afterEach(() => listener.close());

function start(port: number): Promise<PrivateListener> {
  return startPrivateListener({
    host: '127.0.0.1',
    port,
    names: ['metrics.example.com'],
    onFault: error => faults.push(error),
    routes: new Map<string, PrivateRoute>([
      [
        '/metrics',
        { method: 'GET', answer: () => ({ status: 200, contentType: 'text/plain', body: 'x 1\n' }) },
      ],
      [
        '/echo',
        {
          method: 'POST',
          answer: ({ body, target, authorization }) => ({
            status: 200,
            contentType: 'application/json',
            body: JSON.stringify([target, authorization, body.toString()]),
          }),
        },
      ],
      [
        '/broken',
        {
          method: 'GET',
          answer: () => {
            throw new Error('broken');
          },
        },
      ],
    ]),
  });
}

async function open(): Promise<Socket> {
  const socket = connect(listener.port, '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.resume();
  return socket;
}

/** What arrives from now on. */
function heard(socket: Socket): () => string {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString('latin1');
}

describe('the private listener', () => {
  it('answers its routes and nothing else', async () => {
    const answer = await fetch(`${url}/metrics?x=1`);
    expect([answer.status, answer.headers.get('cache-control'), await answer.text()]).toEqual([
      200,
      'no-store',
      'x 1\n',
    ]);
    expect((await fetch(`${url}/metrics`, { method: 'HEAD' })).status).toBe(200);
    expect((await fetch(`${url}/metrics`, { method: 'POST' })).status).toBe(405);
    expect((await fetch(`${url}/email_opened/x/tracking.png`)).status).toBe(404);
  });

  it('hands on what was sent, up to a megabyte', async () => {
    const body = 'a'.repeat(1_048_576);
    const headers = { authorization: 'me' };
    const answer = await fetch(`${url}/echo?a=b`, { method: 'POST', body, headers });
    expect(await answer.json()).toEqual(['/echo?a=b', 'me', body]);
    expect((await fetch(`${url}/echo`, { method: 'POST', body: `${body}a` })).status).toBe(413);
  });

  it('ends the connection with 413, though the client goes on sending, and tells why before', async () => {
    const socket = await open();
    socket.write('POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900000000\r\n\r\n');
    const said = heard(socket);
    const more = setInterval(() => socket.write(Buffer.alloc(100_000)), 1);
    await once(socket, 'close');
    clearInterval(more);
    expect(said()).toMatch(
      /^HTTP\/1\.1 413 Payload Too Large\r\n[\s\S]*Connection: close\r\n[\s\S]*Too large\n$/,
    );
    expect(faults).toEqual([]);
  });

  it('answers although 130 others stall in the middle of a POST, and ends the oldest of them', async () => {
    const stalled: Socket[] = [];
    for (let count = 0; count < 130; count += 1) {
      const socket = await open();
      socket.write('POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nhalf');
      stalled.push(socket);
    }
    expect((await fetch(`${url}/metrics`)).status).toBe(200);
    expect((await fetch(`${url}/echo`, { method: 'POST', body: 'x' })).status).toBe(200);
    await eventually(() => expect(stalled.filter(socket => socket.closed).length).toBeGreaterThanOrEqual(30));
    expect(stalled[0]?.closed).toBe(true);
    expect(faults).toEqual([]);
    for (const socket of stalled) socket.destroy();
  });

  it.each([
    ['evil.example', 421],
    ['evil.example:80', 421],
    ['metrics.example.com', 200],
    ['localhost', 200],
    ['127.0.0.1:1', 200],
  ])('asked for %s answers %i: a page can make its own name mean this machine', async (host, status) => {
    const socket = await open();
    const said = heard(socket);
    socket.write(`GET /metrics HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    await once(socket, 'close');
    expect(said()).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    if (status !== 421) return;
    expect(said()).not.toContain('x 1');
    expect(said()).toMatch(/Ask by an address, or pass the name to mailtrack serve with --private-host\.\n$/);
  });

  it('ends a connection with its thousandth answer', async () => {
    const socket = await open();
    const said = heard(socket);
    socket.write('GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(1_001));
    await once(socket, 'close');
    expect(said().match(/^HTTP\/1\.1 200 /gm)).toHaveLength(1_000);
  });

  it('goes on after a route that fails, and tells of it', async () => {
    await expect(fetch(`${url}/broken`)).rejects.toThrow();
    expect(faults).toMatchObject([{ message: 'broken' }]);
    expect((await fetch(`${url}/metrics`)).status).toBe(200);
  });

  it('closes although somebody keeps a connection', async () => {
    const socket = connect(listener.port, '127.0.0.1');
    await new Promise(resolve => socket.once('connect', resolve));
    const ended = new Promise(resolve => socket.once('close', resolve));
    await listener.close();
    await ended;
  });

  it('says which flag to change when its port is taken', async () => {
    await expect(start(listener.port)).rejects.toMatchObject({
      code: 'port-taken',
      message: `the private address 127.0.0.1:${listener.port}: port ${listener.port} is taken by another program`,
      fix: 'Choose another with --metrics or --exchange, such as 127.0.0.1:9090.',
    });
  });
});
