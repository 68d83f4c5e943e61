/**
 * A connection that is ready for transactions. nodemailer connects, secures and logs in; then its listeners are taken
 * off the socket and ours speak. This room knows sockets and TLS; what a reply means it asks `smtp/`.
 */
import type { Socket } from 'node:net';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { isLoopbackHost } from '../host.js';
import { Problem } from '../problem.js';
import { type Capabilities, noCapabilities, readCapabilities } from '../smtp/capabilities.js';
import { type Reply, ReplyFault, ReplyReader } from '../smtp/reply.js';

export interface SmtpServer {
  readonly host: string;
  readonly port: number;
  /** `implicit`: TLS from the first octet (RFC 8314); `starttls`: required; `none`: loopback only. */
  readonly tls: 'implicit' | 'starttls' | 'none';
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  /** PEM of the authority that signed the server's certificate, when it is not a public one. */
  readonly ca?: string | undefined;
}

export interface ConnectionTimeouts {
  readonly connectMs: number;
  readonly greetingMs: number;
  readonly commandMs: number;
}

/** RFC 5321 §4.5.3.2 asks for five minutes; the time to connect is ours to choose. */
const defaultTimeouts: ConnectionTimeouts = { connectMs: 30_000, greetingMs: 300_000, commandMs: 300_000 };

export interface OpenConnection {
  readonly socket: Socket;
  readonly capabilities: Capabilities;
}

/** @throws Problem `server-unreachable`, `auth-refused`, `server-protocol`, `config`. */
export async function openConnection(
  server: SmtpServer,
  timeouts: ConnectionTimeouts = defaultTimeouts,
): Promise<OpenConnection> {
  if (server.tls === 'none' && !isLoopbackHost(server.host)) {
    throw new Problem('config', `${server.host} has to be spoken to over TLS`, {
      fix: 'Use starttls or implicit TLS.',
    });
  }
  const connection = new SMTPConnection({
    host: server.host,
    port: server.port,
    secure: server.tls === 'implicit',
    requireTLS: server.tls === 'starttls',
    ignoreTLS: server.tls === 'none',
    connectionTimeout: timeouts.connectMs,
    greetingTimeout: timeouts.greetingMs,
    socketTimeout: timeouts.commandMs,
    tls: { minVersion: 'TLSv1.2', ...(server.ca === undefined ? {} : { ca: server.ca }) },
    // Servers on this machine and on the user's own network are as good as any.
    allowInternalNetworkInterfaces: true,
  });
  try {
    await connect(connection, server);
    if (server.user !== undefined) await logIn(connection, server);
    return await takeOver(connection, server, timeouts);
  } catch (error) {
    connection.close();
    throw error;
  }
}

function connect(connection: SMTPConnection, server: SmtpServer): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => reject(connectProblem(error, server));
    connection.once('error', fail);
    connection.connect(error => {
      connection.removeListener('error', fail);
      // nodemailer may report an error after it called back; nobody listens to it any more.
      connection.on('error', () => undefined);
      if (error) fail(error);
      else resolve();
    });
  });
}

function logIn(connection: SMTPConnection, server: SmtpServer): Promise<void> {
  return new Promise((resolve, reject) => {
    connection.login({ user: server.user, pass: server.password ?? '' }, error => {
      if (error) reject(loginProblem(error, server));
      else resolve();
    });
  });
}

/** Says EHLO again: what was offered before TLS and AUTH no longer counts. RFC 3207 §4.2, RFC 4954 §4 */
async function takeOver(
  connection: SMTPConnection,
  server: SmtpServer,
  timeouts: ConnectionTimeouts,
): Promise<OpenConnection> {
  const socket = connection._socket;
  if (!socket) throw unreachable(server, 'the connection closed', undefined);
  for (const event of ['data', 'timeout', 'close', 'end', 'error']) socket.removeAllListeners(event);
  socket.on('error', () => undefined);
  socket.setTimeout(0);
  socket.setNoDelay(true);
  const reader = new ReplyReader();
  const name = connection.name;
  const ehlo = await ask(socket, reader, `EHLO ${name}`, server, timeouts);
  if (ehlo.code === 250) return { socket, capabilities: readCapabilities(ehlo) };
  // A server that only knows HELO offers nothing. RFC 5321 §3.2
  const helo = ehlo.code >= 500 ? await ask(socket, reader, `HELO ${name}`, server, timeouts) : ehlo;
  if (helo.code === 250) return { socket, capabilities: noCapabilities };
  throw unreachable(server, `EHLO was answered ${helo.code} ${helo.text}`, undefined);
}

/** One command, one reply, and not an octet more. */
function ask(
  socket: Socket,
  reader: ReplyReader,
  command: string,
  server: SmtpServer,
  timeouts: ConnectionTimeouts,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const finish = (settle: () => void) => {
      clearTimeout(timer);
      socket.removeListener('data', onData);
      socket.removeListener('close', onClose);
      settle();
    };
    const onClose = () =>
      finish(() => reject(unreachable(server, 'the server closed the connection', undefined)));
    const onData = (chunk: Buffer) => {
      try {
        const [reply, ...more] = reader.read(chunk);
        if (reply === undefined) return;
        if (more.length > 0 || !reader.idle) throw new ReplyFault('more than one reply to EHLO');
        finish(() => resolve(reply));
      } catch (error) {
        finish(() => reject(protocolProblem(server, error)));
      }
    };
    const timer = setTimeout(
      () => finish(() => reject(unreachable(server, `${command.slice(0, 4)} was not answered`, undefined))),
      timeouts.commandMs,
    );
    socket.on('data', onData);
    socket.once('close', onClose);
    socket.write(`${command}\r\n`);
  });
}

function connectProblem(error: unknown, server: SmtpServer): Problem {
  const {
    code = '',
    message = '',
    response = '',
  } = error as { code?: string; message?: string; response?: string };
  const why: Record<string, string> = {
    ECONNREFUSED: 'connection refused',
    ETIMEDOUT: 'no answer',
    EDNS: 'its name is not known',
    ENOTFOUND: 'its name is not known',
    EHOSTUNREACH: 'no way to the host',
    ENETUNREACH: 'no way to the network',
  };
  const cause = (error as { errno?: string; syscall?: string; cause?: { code?: string } }).cause?.code ?? '';
  const known = why[code] ?? why[cause] ?? Object.entries(why).find(([name]) => message.includes(name))?.[1];
  if (known !== undefined) return unreachable(server, known, error);
  if (code === 'ETLS' || /certificate|TLS|SSL|self.signed|altname/i.test(message)) {
    return new Problem('server-unreachable', `${place(server)} cannot be trusted: ${message}`, {
      fix: 'Check the host name and the port; for an authority of your own set smtp.ca.',
      cause: error,
    });
  }
  return unreachable(server, response || message, error);
}

function unreachable(server: SmtpServer, why: string, cause: unknown): Problem {
  return new Problem('server-unreachable', `${place(server)} cannot be reached: ${why}`, {
    fix: 'Check the SMTP server, its port and the network.',
    cause,
  });
}

function protocolProblem(server: SmtpServer, error: unknown): Problem {
  return new Problem('server-protocol', `${place(server)} does not speak SMTP: ${(error as Error).message}`, {
    cause: error,
  });
}

function loginProblem(error: unknown, server: SmtpServer): Problem {
  const {
    response = '',
    message = '',
    responseCode = 0,
  } = error as { response?: string; message?: string; responseCode?: number };
  // 454 is a passing fault of the server. RFC 4954 §6
  if (responseCode >= 400 && responseCode < 500) return unreachable(server, response || message, undefined);
  if (responseCode === 0 && response === '' && !/auth|login|credential/i.test(message))
    return connectProblem(error, server);
  return new Problem(
    'auth-refused',
    `${place(server)} refused the login of ${server.user}: ${response || message}`,
    {
      fix: 'Check smtp.user and the password. Some providers want an app password.',
    },
  );
}

function place({ host, port }: SmtpServer): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
