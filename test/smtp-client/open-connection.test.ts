import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, TLSSocket } from 'node:tls';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Problem } from '../../src/problem.js';
import { openConnection, type SmtpServer } from '../../src/smtp-client/open-connection.js';
import { createSmtpTransport } from '../../src/smtp-client/transport.js';
import { makeCertificate } from './certificate.js';

const host = '127.0.0.1';
const user = 'anna';
const password = 'correct horse';
let certificate: { readonly key: string; readonly cert: string };
beforeAll(() => {
  certificate = makeCertificate('DNS:localhost,IP:127.0.0.1');
});

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of cleanUp.splice(0)) await end();
});

/** A real server with TLS and login; what it was sent is in the result. */
async function startServer(
  options: SMTPServerOptions = {},
): Promise<{ port: number; logins: string[]; mails: string[] }> {
  const logins: string[] = [];
  const mails: string[] = [];
  const server = new SMTPServer({
    ...certificate,
    disableReverseLookup: true,
    closeTimeout: 50,
    onAuth: (auth, _session, done) => {
      logins.push(`${auth.method} ${auth.username}`);
      if (auth.password === password) done(null, { user });
      else done(new Error('Who are you?'));
    },
    onData: (stream, session, done) => {
      mails.push(`${session.user} → ${session.envelope.rcptTo.map(({ address }) => address).join()}`);
      stream.resume().on('end', () => done(null));
    },
    ...options,
  });
  server.on('error', () => {});
  server.listen(0, host);
  await once(server.server, 'listening');
  cleanUp.push(() => new Promise<void>(resolve => server.close(resolve)));
  return { port: (server.server.address() as AddressInfo).port, logins, mails };
}

/** A server that says what it wants; what it was told is in `heard`. */
async function startTalker(
  talk: (socket: Socket, line: string) => void,
): Promise<{ port: number; heard: string[] }> {
  const heard: string[] = [];
  const sockets: Socket[] = [];
  const server: Server = createServer(socket => {
    sockets.push(socket.on('error', () => {}));
    talk(socket, '');
    socket.on('data', octets => {
      heard.push(octets.toString());
      talk(socket, octets.toString());
    });
  });
  server.listen(0, host);
  await once(server, 'listening');
  cleanUp.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, heard };
}

async function problemOf(server: SmtpServer): Promise<Problem> {
  const opened = await openConnection(server).catch((error: unknown) => error);
  expect(opened).toBeInstanceOf(Problem);
  return opened as Problem;
}

describe('opening a connection', () => {
  it.each(['starttls', 'implicit'] as const)(
    'encrypts (%s), checks the certificate, logs in and sends',
    async tls => {
      const server = await startServer({ secure: tls === 'implicit' });
      const settings = { host, port: server.port, tls, user, password, ca: certificate.cert };
      const session = await createSmtpTransport(settings).openSession();
      const message = Buffer.from('Subject: hello\r\n\r\nHello\r\n');
      const deliveries = [0, 1, 2].map(position =>
        session.send(
          { position, reversePath: 'news@example.org', forwardPath: `r${position}@example.net`, message },
          async () => true,
        ),
      );
      expect((await Promise.all(deliveries)).map(({ kind }) => kind)).toEqual([
        'accepted',
        'accepted',
        'accepted',
      ]);
      await session.quit();
      expect(server.logins).toEqual(['PLAIN anna']);
      expect(server.mails).toEqual([
        'anna → r0@example.net',
        'anna → r1@example.net',
        'anna → r2@example.net',
      ]);
    },
  );

  it.each([
    ['never greets', undefined, ''],
    ['does not answer EHLO', '220 hello', 'EHLO'],
    ['does not answer the login', '250-hello\r\n250 AUTH PLAIN', 'AUTH'],
    ['does not answer the second EHLO', '235 welcome', 'EHLO'],
  ] as const)('is given up with a server that %s, and closes the socket', async (_, last, unanswered) => {
    const giveUp = new AbortController();
    let closed: Promise<unknown> = Promise.resolve();
    const replies = ['220 hello', '250-hello\r\n250 AUTH PLAIN', '235 welcome'] as const;
    const spoken = last === undefined ? [] : replies.slice(0, replies.indexOf(last) + 1);
    const talker = await startTalker((socket, line) => {
      closed = once(socket, 'close');
      const reply = spoken.shift();
      if (reply !== undefined) socket.write(`${reply}\r\n`);
      // The talk with nobody begins the connection; it is the last line when nothing is ever said.
      else if (line.startsWith(unanswered)) setImmediate(() => giveUp.abort());
    });
    const settings = { host, port: talker.port, tls: 'none', user, password } as const;
    await expect(openConnection(settings, giveUp.signal)).rejects.toMatchObject({
      code: 'server-unreachable',
    });
    await closed;
  });

  it('reads the capabilities again after the login', async () => {
    const { port } = await startServer({ size: 1234 });
    const { socket, capabilities } = await openConnection({ host, port, tls: 'starttls', user, password });
    socket.destroy();
    expect(capabilities).toMatchObject({ pipelining: true, size: true, maxMessageBytes: 1234 });
  });

  it('leaves no listener of nodemailer on the socket', async () => {
    const { port } = await startServer();
    const { socket } = await openConnection({ host, port, tls: 'starttls', user, password });
    expect(['data', 'timeout', 'close'].map(event => socket.listenerCount(event))).toEqual([
      0,
      0,
      expect.any(Number),
    ]);
    expect(socket.timeout).toBeFalsy();
    expect(socket.isPaused()).toBe(true);
    socket.destroy();
  });

  it('says why a login failed, and never the password', async () => {
    const { port, logins } = await startServer();
    const problem = await problemOf({ host, port, tls: 'starttls', user, password: 'wrong secret' });
    expect(problem.code).toBe('auth-refused');
    expect(problem.message).toBe(`127.0.0.1:${port} refused the login of anna: 535 Who are you?`);
    expect(problem.fix).toBe(
      'Check user and password. Many providers want a password made for this program (an app password).',
    );
    expect(JSON.stringify([problem.message, problem.fix, problem.cause])).not.toContain('secret');
    expect(logins).toHaveLength(1);
  });

  it('does not log in where no login is offered', async () => {
    const { port, logins } = await startServer({ disabledCommands: ['AUTH'] });
    const problem = await problemOf({ host, port, tls: 'starttls', user, password });
    expect(problem.code).toBe('auth-refused');
    expect(problem.message).toBe(`127.0.0.1:${port} offers no login that mailtrack can do`);
    expect(logins).toEqual([]);
  });

  it('says that nobody listens', async () => {
    const server = createServer().listen(0, host);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    const problem = await problemOf({ host, port, tls: 'none' });
    expect(problem.code).toBe('server-unreachable');
    expect(problem.message).toBe(`127.0.0.1:${port} cannot be reached: connection refused`);
    expect(problem.fix).toBe('Check host and port, and that the server is running.');
  });

  it('trusts no certificate but the one it was told', async () => {
    const { port, logins } = await startServer();
    const ca = makeCertificate('DNS:localhost').cert;
    const problem = await problemOf({ host, port, tls: 'starttls', user, password, ca });
    expect(problem.code).toBe('server-unreachable');
    expect(problem.message).toBe(`127.0.0.1:${port} cannot be trusted: its certificate is signed by itself`);
    expect(logins).toEqual([]);
  });

  it('does not take a certificate for another name', async () => {
    const other = makeCertificate('DNS:mail.example.org');
    const { port } = await startServer(other);
    const problem = await problemOf({ host, port, tls: 'starttls', ca: other.cert });
    expect(problem.message).toBe(`127.0.0.1:${port} cannot be trusted: its certificate is for another name`);
  });

  // R18
  it('does not go on in clear text when STARTTLS is not offered', async () => {
    const { port, logins } = await startServer({ disabledCommands: ['STARTTLS'], allowInsecureAuth: true });
    const problem = await problemOf({ host, port, tls: 'starttls', user, password });
    expect(problem.code).toBe('server-unreachable');
    expect(problem.message).toMatch(/does not do TLS as asked: 5\d\d /);
    expect(problem.fix).toBe(
      'Port 465 wants tls = "implicit", port 587 "starttls". Nothing is sent in clear text.',
    );
    expect(logins).toEqual([]);
  });

  it.each(['220 go ahead\r\n', '250 ok\r\n'])(
    'says that a server agrees to STARTTLS (%j) and does not begin with TLS, and sends nothing then',
    async agreed => {
      const { port, heard } = await startTalker((socket, line) => {
        if (line === '') socket.write('220 mail.example.org ESMTP\r\n');
        else if (line.startsWith('EHLO')) socket.write('250-mail.example.org\r\n250 STARTTLS\r\n');
        else if (line === 'STARTTLS\r\n') {
          socket.write(agreed);
          socket.once('data', () => socket.write('500 5.5.1 unknown command\r\n'));
        }
      });
      const problem = await problemOf({ host, port, tls: 'starttls', user, password });
      expect(problem.code).toBe('server-unreachable');
      expect(problem.message).toBe(`127.0.0.1:${port} agrees to STARTTLS, and then goes on in clear text`);
      expect(problem.fix).toBe(
        'Something on the way may be taking the TLS out, or the server is set up wrongly. Nothing was sent in clear text. Try port 465 with smtps://, or ask who runs the server.',
      );
      expect(heard.slice(0, 2)).toEqual([expect.stringMatching(/^EHLO /), 'STARTTLS\r\n']);
      expect(heard.join('')).not.toContain('AUTH');
    },
  );

  it('says that a port greets in clear text where TLS was to begin, and how to ask for that', async () => {
    const { port } = await startServer();
    const problem = await problemOf({ host, port, tls: 'implicit' });
    expect(problem.code).toBe('server-unreachable');
    expect(problem.message).toBe(`127.0.0.1:${port} does not begin with TLS: it speaks clear text first`);
    expect(problem.fix).toBe(
      'Set smtp.tls = "starttls", or write smtp:// instead of smtps:// in the URL: such a server changes to TLS after its greeting.',
    );
  });

  it.each(['starttls', 'none'] as const)(
    'does not wait for a greeting from a port that begins with TLS (asked with %s)',
    async tls => {
      const { port, logins } = await startServer({ secure: true });
      const problem = await problemOf({ host, port, tls, user, password, timeouts: { silence: 20 } });
      expect(problem.code).toBe('server-unreachable');
      expect(problem.message).toBe(`127.0.0.1:${port} begins with TLS: it does not greet in clear text`);
      expect(problem.fix).toBe(
        'Set smtp.tls = "implicit", or write smtps:// instead of smtp:// in the URL. STARTTLS is usually on port 587.',
      );
      expect(logins).toEqual([]);
    },
  );

  it.each([
    [
      'SSH-2.0-OpenSSH_9.2\r\n',
      'server-protocol',
      'does not keep to SMTP: it begins with "SSH-2.0-OpenSSH_9.2"',
    ],
    [
      '554 5.7.1 Your network is blocked\r\n',
      'server-unreachable',
      'refuses the session: 554 5.7.1 Your network is blocked',
    ],
    [
      '220 mail.example.org ESMTP\r\n',
      'server-unreachable',
      'does not begin with TLS: it speaks clear text first',
    ],
  ])('says what a port says where TLS was to begin: %j', async (greeting, code, what) => {
    const { port } = await startTalker((socket, line) => {
      if (line === '') socket.write(greeting);
    });
    const problem = await problemOf({ host, port, tls: 'implicit' });
    expect([problem.code, problem.message]).toEqual([code, `127.0.0.1:${port} ${what}`]);
  });

  it.each(['none', 'implicit'] as const)('tells whoever waits that the server is silent (%s)', async tls => {
    const { port } = await startTalker(() => undefined);
    const giveUp = new AbortController();
    const told: number[] = [];
    const opening = openConnection({ host, port, tls, timeouts: { notice: 20 } }, giveUp.signal, seconds => {
      told.push(seconds);
      giveUp.abort();
    });
    await expect(opening).rejects.toBeInstanceOf(Problem);
    expect(told).toEqual([0.02]);
  });

  it('goes on waiting for a server that greets late', async () => {
    let connections = 0;
    const { port } = await startTalker((socket, line) => {
      if (line === '') connections += 1;
      // The second connection asks for TLS, and is told that there is none; then the first one is greeted.
      if (line === '' && connections === 2) socket.once('data', () => socket.end('no\r\n'));
      if (line === '' && connections === 1) {
        const greet = () => (connections === 2 ? socket.write('220 late\r\n') : setImmediate(greet));
        greet();
      }
      if (line.startsWith('EHLO')) socket.write('250 late\r\n');
    });
    const { socket, greeting } = await openConnection({ host, port, tls: 'none', timeouts: { silence: 20 } });
    socket.destroy();
    expect({ greeting, connections }).toEqual({ greeting: 'late', connections: 2 });
  });

  it('says that a server of this machine takes a login only after STARTTLS', async () => {
    const { port, logins } = await startServer();
    const problem = await problemOf({ host, port, tls: 'none', user, password });
    expect(problem.code).toBe('server-unreachable');
    expect(problem.message).toMatch(new RegExp(`^127\\.0\\.0\\.1:${port} takes a login only after STARTTLS`));
    expect(problem.fix).toBe(
      'Set smtp.tls = "starttls". On this machine the certificate is not checked, unless smtp.ca names one.',
    );
    expect(logins).toEqual([]);
  });

  it.each(['530 5.7.0 Must issue a STARTTLS command first', '538 5.7.11 Encryption required'])(
    'does not take "%s" for a wrong password',
    async reply => {
      const { port } = await startTalker((socket, line) => {
        if (line === '') socket.write('220 mail.example.org ESMTP\r\n');
        if (line.startsWith('EHLO')) socket.write('250-mail.example.org\r\n250 AUTH PLAIN\r\n');
        if (line.startsWith('AUTH')) socket.write(`${reply}\r\n`);
      });
      const problem = await problemOf({ host, port, tls: 'none', user, password });
      expect(problem.message).toBe(`127.0.0.1:${port} takes a login only after STARTTLS: ${reply}`);
    },
  );

  it('says in words why a handshake failed', async () => {
    const server = createTlsServer({ ...certificate, minVersion: 'TLSv1', maxVersion: 'TLSv1.1' });
    server.listen(0, host);
    await once(server, 'listening');
    cleanUp.push(() => server.close());
    const { port } = server.address() as AddressInfo;
    const problem = await problemOf({ host, port, tls: 'implicit' });
    expect(problem.message).toBe(`127.0.0.1:${port} does not do TLS as asked: it knows no TLS 1.2 or newer`);
  });

  it.each(['mail.example.org', '192.0.2.1', '2001:db8::1', 'localhost.example.org', '127.0.0.1.example.org'])(
    'never speaks in clear text to another machine: %s',
    async other => {
      const problem = await problemOf({ host: other, port: 25, tls: 'none', user, password });
      expect(problem.code).toBe('config');
      expect(problem.message).toBe(`${other} would get mail and password in clear text`);
    },
  );

  // R19
  it('does not log in when octets in clear text follow the reply to STARTTLS', async () => {
    const withinTls: string[] = [];
    const { port } = await startTalker((socket, line) => {
      if (line === '') socket.write('220 mail.example.org ESMTP\r\n');
      if (line.startsWith('EHLO')) socket.write('250-mail.example.org\r\n250 STARTTLS\r\n');
      if (!line.startsWith('STARTTLS')) return;
      socket.removeAllListeners('data');
      socket.write('220 go on\r\n250 injected\r\n');
      const secure = new TLSSocket(socket, { isServer: true, ...certificate });
      secure.on('error', () => {});
      secure.on('data', octets => {
        withinTls.push(octets.toString());
        secure.write('250-mail.example.org\r\n250 AUTH PLAIN\r\n');
      });
    });
    const problem = await problemOf({ host, port, tls: 'starttls', user, password });
    expect(problem.code).toBe('server-protocol');
    expect(problem.message).toBe(
      `127.0.0.1:${port} does not keep to SMTP: it sent a reply before it was asked`,
    );
    expect(withinTls.join('')).toMatch(/^EHLO /);
    expect(withinTls.join('')).not.toContain('AUTH');
  });

  it('knows its own machine by name', async () => {
    const { port } = await startServer();
    const { socket } = await openConnection({
      host: 'localhost',
      port,
      tls: 'starttls',
      user,
      password,
      ca: certificate.cert,
    });
    socket.destroy();
  });

  it('gives up when the connection hangs in the TLS handshake', async () => {
    const { port } = await startTalker(() => {});
    const problem = await problemOf({ host, port, tls: 'implicit', timeouts: { connect: 50 } });
    expect(problem.message).toBe(`127.0.0.1:${port} cannot be reached: no answer in time`);
  });

  it('reads a login that fails for now as a server that cannot be used now', async () => {
    const { port } = await startTalker((socket, line) => {
      if (line === '') socket.write('220 mail.example.org ESMTP\r\n');
      if (line.startsWith('EHLO')) socket.write('250-mail.example.org\r\n250 AUTH=PLAIN\r\n');
      if (line.startsWith('AUTH')) socket.write('454-4.7.0 Temporary\r\n454 4.7.0 failure\r\n');
    });
    const problem = await problemOf({ host, port, tls: 'none', user, password });
    expect(problem.code).toBe('server-unreachable');
    expect(problem.message).toBe(`127.0.0.1:${port} refuses the session: 454 4.7.0 Temporary 4.7.0 failure`);
  });
});
