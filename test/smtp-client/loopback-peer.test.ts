import dns from 'node:dns';
import { once } from 'node:events';
import { type AddressInfo, createServer, Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Problem } from '../../src/problem.js';
import { checksCertificate, requireLoopbackPeer, serverName } from '../../src/smtp-client/loopback-peer.js';
import { openConnection } from '../../src/smtp-client/open-connection.js';
import { makeCertificate } from './certificate.js';

const user = 'anna';
const password = 'canary-4711';

const cleanUp: (() => unknown)[] = [];
afterEach(() => {
  vi.restoreAllMocks();
  for (const end of cleanUp.splice(0)) end();
});

/** Takes EHLO and any login; what it heard is in `heard`. */
async function startServer(address: string, port = 0, mechanisms = 'PLAIN', reply = '235 welcome') {
  const heard: string[] = [];
  const server = createServer(socket => {
    cleanUp.push(() => socket.destroy());
    socket.on('error', () => {}).write('220 mail.example.org ESMTP\r\n');
    socket.on('data', octets => {
      const line = octets.toString();
      heard.push(line);
      socket.write(
        line.startsWith('AUTH')
          ? `${reply.replace('%s', line.trim())}\r\n`
          : `250-hello\r\n250 AUTH ${mechanisms}\r\n`,
      );
    });
  });
  server.listen(port, address);
  await once(server, 'listening');
  cleanUp.push(() => server.close());
  return { port: (server.address() as AddressInfo).port, heard };
}

/** Every question is answered with that address. */
function answerAllNames(address: string) {
  const asked: string[] = [];
  vi.spyOn(dns.Resolver.prototype, 'resolve4').mockImplementation(((
    name: string,
    done: (error: null, addresses: string[]) => void,
  ) => {
    asked.push(name);
    done(null, [address]);
  }) as typeof dns.Resolver.prototype.resolve4);
  return asked;
}

/** `remoteAddress` of every socket; Node reads it here. */
function nameEveryPeer(address: string): void {
  const prototype = Socket.prototype as unknown as { _getpeername(): { address: string } };
  vi.spyOn(prototype, '_getpeername').mockReturnValue({ address });
}

async function problemOf(server: Parameters<typeof openConnection>[0]): Promise<Problem> {
  const opened = await openConnection(server).catch((error: unknown) => error);
  expect(opened).toBeInstanceOf(Problem);
  return opened as Problem;
}

describe('a loopback name', () => {
  it.each(['localhost', 'LocalHost', 'localhost.', 'mail.localhost', 'Mail.LOCALHOST.'])(
    '%s is this machine, whatever DNS says',
    async host => {
      const impostor = await startServer('127.0.0.2');
      const server = await startServer('127.0.0.1', impostor.port);
      const asked = answerAllNames('127.0.0.2');
      const { socket } = await openConnection({ host, port: server.port, tls: 'none', user, password });
      expect(socket.remoteAddress).toBe('127.0.0.1');
      socket.destroy();
      expect(server.heard.join('')).toContain('AUTH PLAIN');
      expect([impostor.heard, asked]).toEqual([[], []]);
    },
  );

  it('leads to ::1 when nobody listens at 127.0.0.1', async () => {
    const server = await startServer('::1');
    const { socket } = await openConnection({
      host: 'localhost',
      port: server.port,
      tls: 'none',
      user,
      password,
    });
    expect(socket.remoteAddress).toBe('::1');
    socket.destroy();
  });

  it('without a listener is refused at both addresses, with its name', async () => {
    const { port } = await startServer('127.0.0.3');
    const problem = await problemOf({ host: 'localhost', port, tls: 'none' });
    expect(problem.message).toBe(`localhost:${port} cannot be reached: connection refused`);
  });
});

describe('a peer that is not this machine', () => {
  it.each(['localhost', '127.0.0.1'])('gets no password and no mail, although it is named %s', async host => {
    const server = await startServer('127.0.0.1');
    nameEveryPeer('192.0.2.7');
    const problem = await problemOf({ host, port: server.port, tls: 'none', user, password });
    expect(problem).toMatchObject({
      code: 'config',
      message: `${host}:${server.port} is answered by 192.0.2.7, which is not this machine: no password and no mail is sent there in clear text`,
      fix: 'Name the server by the name in its certificate, and use tls = "starttls" or "implicit".',
    });
    expect(server.heard.join('')).not.toMatch(/AUTH|MAIL/);
  });

  it('gets none behind TLS whose certificate nobody checks', async () => {
    nameEveryPeer('192.0.2.7');
    const socket = new Socket();
    const server = { host: 'localhost', port: 587, tls: 'starttls' as const };
    expect(() => requireLoopbackPeer(server, socket)).toThrow(
      'localhost:587 is answered by 192.0.2.7, which is not this machine: no password and no mail is sent there without a checked certificate',
    );
    expect(() => requireLoopbackPeer({ ...server, ca: 'PEM' }, socket)).not.toThrow();
    expect(() => requireLoopbackPeer({ ...server, host: 'mail.example.org' }, socket)).not.toThrow();
    expect(() => requireLoopbackPeer(server, null)).toThrow('the server closed the connection');
  });

  it('is taken in another notation of a loopback address', async () => {
    const server = await startServer('127.0.0.1');
    nameEveryPeer('::ffff:127.0.0.1');
    const { socket } = await openConnection({ host: 'localhost', port: server.port, tls: 'none' });
    socket.destroy();
  });
});

describe('a server that', () => {
  it('offers only XOAUTH2 gets no password', async () => {
    const server = await startServer('127.0.0.1', 0, 'XOAUTH2');
    const problem = await problemOf({ host: '127.0.0.1', port: server.port, tls: 'none', user, password });
    expect(problem).toMatchObject({
      code: 'auth-refused',
      message: `127.0.0.1:${server.port} offers no login that mailtrack can do`,
    });
    expect(server.heard.join('')).not.toContain('AUTH');
  });

  it.each([
    ['PLAIN', Buffer.from(`\0${user}\0${password}`).toString('base64')],
    ['LOGIN', password],
  ])('echoes the login (%s) does not make us print the password', async (mechanisms, form) => {
    const server = await startServer('127.0.0.1', 0, mechanisms, `535 5.7.8 no: ${form}`);
    const problem = await problemOf({ host: '127.0.0.1', port: server.port, tls: 'none', user, password });
    expect(problem.message).toBe(
      `127.0.0.1:${server.port} refused the login of anna: 535 5.7.8 no: ********`,
    );
    expect(`${problem.stack} ${(problem.cause as Error).stack}`).not.toContain(form);
  });
});

it('checks the certificate for the name when the connection is made to the address of that name', () => {
  const { cert } = makeCertificate('DNS:localhost');
  expect(checksCertificate({ host: 'Localhost.', port: 1, tls: 'starttls', ca: cert })).toBe(true);
  expect(serverName({ host: 'Localhost.', port: 1, tls: 'starttls' }, '127.0.0.1')).toEqual({
    servername: 'localhost',
  });
});
