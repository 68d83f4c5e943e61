import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type PrivateListener,
  type PrivateRoute,
  startPrivateListener,
} from '../../src/http/private-listener.js';

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
