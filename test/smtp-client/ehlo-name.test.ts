import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, it } from 'vitest';
import { chooseEhloName } from '../../src/smtp/ehlo-name.js';
import { openConnection } from '../../src/smtp-client/open-connection.js';

const sockets: Socket[] = [];
let close = () => {};
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  close();
});

type Answer = (line: string) => string;

/** Closes the connection behind a reply that says so. */
async function startServer(answer: Answer, host = '127.0.0.1') {
  const heard: string[] = [];
  const server = createServer(socket => {
    sockets.push(socket.on('error', () => {}));
    socket.write('220 mail.example.org ESMTP\r\n');
    const lines = createInterface({ input: socket });
    lines.on('error', () => {});
    lines.on('line', line => {
      heard.push(line);
      const reply = answer(line);

      if (reply.endsWith('closing connection.')) socket.end(`${reply}\r\n`);
      else socket.write(`${reply}\r\n`);
    });
  });
  server.listen(0, host);
  await once(server, 'listening');
  close = () => server.close();
  return { heard, port: (server.address() as AddressInfo).port };
}

/** A container may have no IPv6. */
const loopback = ['127.0.0.1', '::1'].filter(address =>
  Object.values(networkInterfaces()).some(own => own?.some(one => one.address === address)),
);
const welcome: Answer = () => '250 mail.example.org';

describe('the name in EHLO', () => {
  it.each(loopback)('is that of the machine, or its address %s', async host => {
    const { heard, port } = await startServer(welcome, host);
    const { socket } = await openConnection({ host, port, tls: 'none' });
    socket.destroy();
    expect(new Set(heard)).toEqual(new Set([`EHLO ${chooseEhloName(hostname(), host)}`]));
  });

  it('is the one that is configured', async () => {
    const { heard, port } = await startServer(welcome);
    const { socket } = await openConnection({
      host: '127.0.0.1',
      port,
      tls: 'none',
      ehloName: 'laptop.example.org',
    });
    socket.destroy();
    expect(new Set(heard)).toEqual(new Set(['EHLO laptop.example.org']));
  });

  it.each([
    ['501 Syntactically invalid EHLO argument(s)', 'none'],
    ['501 Syntactically invalid EHLO argument(s)', 'starttls'],
    ['504 5.5.2 <laptop>: Helo command rejected: need fully-qualified hostname', 'none'],
    ['550 Access denied - Invalid HELO name', 'none'],
    ['501 5.5.4 HELO/EHLO argument "laptop" invalid, closing connection.', 'none'],
  ] as const)('is refused, and the message says what to set: %s (%s)', async (reply, tls) => {
    const { port } = await startServer(() => reply);
    const server = { host: '127.0.0.1', port, tls, ehloName: 'laptop' } as const;
    await expect(openConnection(server)).rejects.toMatchObject({
      code: 'server-unreachable',
      message: `127.0.0.1:${port} refuses the name "laptop" in EHLO: ${reply}`,
      fix: 'Set smtp.ehlo_name to the full name of this machine, or to an address literal such as [192.0.2.1].',
    });
  });

  it('is refused after the login', async () => {
    let asked = 0;
    const { port } = await startServer(line => {
      if (line.startsWith('AUTH')) return '235 welcome';
      if (!line.startsWith('EHLO')) return '501 not that name';
      asked += 1;
      return asked === 1 ? '250-mail.example.org\r\n250 AUTH PLAIN' : '501 not that name';
    });
    const login = { user: 'anthony', password: 'open sesame' };
    await expect(
      openConnection({ host: '127.0.0.1', port, tls: 'none', ehloName: 'laptop', ...login }),
    ).rejects.toMatchObject({
      message: `127.0.0.1:${port} refuses the name "laptop" in EHLO: 501 not that name`,
    });
  });

  it('is not blamed for a server that is busy', async () => {
    const { port } = await startServer(() => '421 4.3.2 too many connections, say EHLO later');
    await expect(
      openConnection({ host: '127.0.0.1', port, tls: 'none', ehloName: 'laptop' }),
    ).rejects.toMatchObject({
      message: `127.0.0.1:${port} refuses the session: 421 4.3.2 too many connections, say EHLO later`,
    });
  });
});
