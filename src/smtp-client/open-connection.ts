/**
 * From host and port to a session that takes MAIL: connection, TLS and login are nodemailer's, then the socket is ours.
 * nodemailer must not speak the transactions: it takes early replies for acceptance and forgets where a session broke.
 */
import type { Socket } from 'node:net';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { isClearText } from '../connection-fault.js';
import { isLoopbackHost } from '../host.js';
import { Problem } from '../problem.js';
import { type Capabilities, noCapabilities, parseCapabilities } from '../smtp/capabilities.js';
import { printReply, type Reply, ReplyParser } from '../smtp/reply.js';
import { type ServerTraits, traitsOf } from '../smtp/server-traits.js';
import { askServer, OutOfProtocol } from './ask-server.js';
import { beginsWithTls } from './begins-with-tls.js';
import { readClearGreeting } from './clear-greeting.js';
import {
  closedEarly,
  describeFailure,
  offersNoLogin,
  refusesSession,
  speaksEarly,
  waitsForTls,
} from './connection-problem.js';
import { nameInEhlo } from './ehlo-name.js';
import { hideSecrets, hideSecretsIn } from './hide-secrets.js';
import { atEachAddress, checksCertificate, requireLoopbackPeer, serverName } from './loopback-peer.js';
import { standardTimeouts, type Timeouts } from './timeouts.js';

/** A server and how to get in. */
export interface SmtpServer {
  readonly host: string;
  readonly port: number;
  /** `none` is for loopback only; `starttls` never goes on without it. RFC 8314 §3 */
  readonly tls: 'implicit' | 'starttls' | 'none';
  /** Both or neither; without them there is no login. */
  readonly user?: string;
  readonly password?: string;
  /** Certificates in PEM that are trusted instead of the system's. */
  readonly ca?: string;
  /** The name in EHLO; undefined: the host's, or an address literal. RFC 5321 §4.1.1.1 */
  readonly ehloName?: string;
  readonly timeouts?: Partial<Timeouts>;
}

export interface OpenConnection {
  /** Paused, and listened to by nobody. */
  readonly socket: Socket;
  readonly capabilities: Capabilities;
  /** The text of the 220 reply. */
  readonly greeting: string;
  readonly traits: ServerTraits;
}

/**
 * @param giveUp aborted: the socket is closed, and this rejects, at whatever step it is.
 * @param onSilence called when the server has said nothing for so many seconds; it is waited for all the same.
 * @throws Problem `server-unreachable`, `auth-refused`, `server-protocol`, and `config` for what is never done.
 */
export async function openConnection(
  server: SmtpServer,
  giveUp?: AbortSignal,
  onSilence?: (seconds: number) => void,
): Promise<OpenConnection> {
  refuseClearText(server);
  return atEachAddress(server.host, giveUp, address => openAt(address, server, { giveUp, onSilence }));
}

interface Waiting {
  readonly giveUp: AbortSignal | undefined;
  readonly onSilence: ((seconds: number) => void) | undefined;
}

async function openAt(
  address: string,
  server: SmtpServer,
  { giveUp, onSilence }: Waiting,
): Promise<OpenConnection> {
  const timeouts = { ...standardTimeouts, ...server.timeouts };
  const watch: Watch = { octetsBehindStartTls: 0, greeting: undefined };
  const connection = new SMTPConnection(optionsFor(address, server, timeouts, watch));
  nameInEhlo(connection, server.ehloName);
  const onGiveUp = () => abandon(connection);
  giveUp?.addEventListener('abort', onGiveUp);
  const notice = setTimeout(() => {
    if (watch.greeting === undefined) onSilence?.(timeouts.notice / 1_000);
  }, timeouts.notice);
  const endSilence = watchSilence({ address, server, connection, watch }, timeouts.silence);
  try {
    await connect(connection, timeouts.connect);
    endSilence();
    const announced = announcedBy(connection);
    // A reply that was injected before the TLS handshake. RFC 3207 §6, and the reason why no login follows
    if (watch.octetsBehindStartTls > 0) throw speaksEarly(server);
    requireLoopbackPeer(server, connection._socket);
    if (server.user !== undefined) await logIn(connection, server);
    const socket = takeOver(connection, server);
    const ehlo =
      server.user === undefined
        ? announced
        : await greetAgain(socket, connection.name, server, timeouts, announced);
    const greeting = textOf(watch.greeting ?? '');
    const traits = traitsOf(greeting, ehlo);
    return { socket, capabilities: capabilitiesBy(ehlo, traits), greeting, traits };
  } catch (error) {
    connection.close();
    const saidInClear = isClearText((error as Error).message)
      ? await readClearGreeting(address, server.port, giveUp)
      : undefined;
    throw describeFailure({ ...server, ehloName: connection.name }, hideSecrets(server, error), {
      lastReply: hideSecretsIn(server, connection.lastServerResponse || '') || undefined,
      saidInClear,
    });
  } finally {
    clearTimeout(notice);
    endSilence();
    giveUp?.removeEventListener('abort', onGiveUp);
  }
}

interface Silent {
  readonly address: string;
  readonly server: SmtpServer;
  readonly connection: SMTPConnection;
  readonly watch: Watch;
}

/**
 * A server that waits for a TLS handshake would be waited for until the greeting is late, five minutes. So one that says nothing
 * is asked on a second connection whether it begins with TLS. Some greet late on purpose: those fail the handshake, and are
 * waited for as before.
 * @returns ends the watch.
 */
function watchSilence({ address, server, connection, watch }: Silent, silenceMs: number): () => void {
  if (server.tls === 'implicit') return () => undefined;
  const asked = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const isSilent = () => !asked.signal.aborted && watch.greeting === undefined;
  const askForTls = async () => {
    if (!isSilent()) return;
    // Not connected yet: it is not silent, but far away.
    if (connection.stage === 'init') begin();
    else if ((await beginsWithTls(address, server.port, asked.signal)) && isSilent())
      connection.emit('error', waitsForTls(server));
  };
  const begin = () => {
    timer = setTimeout(() => void askForTls(), silenceMs);
  };
  begin();
  return () => {
    clearTimeout(timer);
    asked.abort();
  };
}

/** Whoever waits for a step of nodemailer's hears of the error; whoever reads from the socket, that it is closed. */
function abandon(connection: SMTPConnection): void {
  connection.emit('error', Object.assign(new Error('given up'), { code: 'ECONNRESET' }));
  if (connection._socket) connection._socket.destroy();
}

/** The command line refuses it too, with better words; this is the last place before the wire. */
function refuseClearText({ host, tls }: SmtpServer): void {
  if (tls !== 'none' || isLoopbackHost(host)) return;
  throw new Problem('config', `${host} would get mail and password in clear text`, {
    fix: 'Use tls = "starttls" or "implicit"; "none" is for this machine only.',
  });
}

/** What nodemailer tells only its log. */
interface Watch {
  octetsBehindStartTls: number;
  /** The first reply of the server, as it came. */
  greeting: string | undefined;
}

function optionsFor(
  address: string,
  server: SmtpServer,
  timeouts: Timeouts,
  watch: Watch,
): SMTPConnection.Options {
  const { port, tls, ca } = server;
  return {
    host: address,
    port,
    ...serverName(server, address),
    secure: tls === 'implicit',
    requireTLS: tls === 'starttls',
    ignoreTLS: tls === 'none',
    tls: {
      minVersion: 'TLSv1.2', // RFC 9325 §3.1.1
      // Towards this machine a certificate proves nothing, unless somebody says which one it must be.
      rejectUnauthorized: checksCertificate(server),
      ...(ca === undefined ? {} : { ca }),
    },
    // A machine without any network may still have a server of its own.
    allowInternalNetworkInterfaces: true,
    // The one timeout of nodemailer's spans resolving to greeting; `connect` below watches the first part.
    connectionTimeout: timeouts.connect + timeouts.greeting,
    greetingTimeout: timeouts.greeting,
    socketTimeout: timeouts.greeting,
    // Only for a connection that failed; a session ends with QUIT.
    socketCloseTimeout: 0,
    logger: onlyWatched(watch),
    debug: true,
  };
}

interface LogEntry {
  readonly discarded?: number;
  readonly tnx?: string;
}

/** nodemailer drops what it reads between STARTTLS and the handshake, and the greeting; only its log tells. Nothing is logged. */
function onlyWatched(watch: Watch): {
  warn(entry: LogEntry): void;
  debug(entry: LogEntry, text: string): void;
} {
  return {
    warn: ({ discarded = 0 }) => {
      watch.octetsBehindStartTls += discarded;
    },
    debug: ({ tnx }, text) => {
      if (tnx === 'server') watch.greeting ??= text;
    },
  };
}

async function connect(connection: SMTPConnection, connectMs: number): Promise<void> {
  const timer = setTimeout(() => {
    const tooLate = Object.assign(new Error('connection timeout'), { code: 'ETIMEDOUT' });
    if (connection.stage === 'init') connection.emit('error', tooLate);
  }, connectMs);
  try {
    await orFailure(connection, done => connection.connect(done));
  } finally {
    clearTimeout(timer);
  }
}

async function logIn(connection: SMTPConnection, server: SmtpServer): Promise<void> {
  const { user = '', password = '' } = server;
  // Otherwise nodemailer would try PLAIN unasked, also with a server that knows only HELO.
  const { _supportedAuth: offered, _ehloLines: announced = [] } = internalsOf(connection);
  const startTls = announced.some(line => /^STARTTLS\b/i.test(line));
  if (!offered.some(takesPassword)) throw offersNoLogin(server, startTls);
  await orFailure(connection, done => connection.login({ user, pass: password }, done));
}

/** nodemailer falls back on PLAIN for a server that offers only XOAUTH2, which takes a token. */
function takesPassword(mechanism: string): boolean {
  return mechanism !== 'XOAUTH2';
}

/** nodemailer tells some failures to the callback and others as an event, which stays listened to. */
function orFailure(
  connection: SMTPConnection,
  begin: (done: (error?: Error | null) => void) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    connection.on('error', reject);
    begin(error => (error ? reject(error) : resolve()));
  });
}

/** What nodemailer 10 keeps beside its documented fields. The tests of this room fail when a release renames it. */
interface ConnectionInternals {
  readonly _supportedAuth: readonly string[];
  /** undefined when the server knows only HELO. */
  readonly _ehloLines?: readonly string[];
  /** Octets of a line, and whole replies, that nobody asked for yet. */
  readonly _remainder: string;
  readonly _responseQueue: readonly string[];
  readonly _onSocketData: () => void;
  readonly _onSocketError: () => void;
  readonly _onSocketClose: () => void;
  readonly _onSocketEnd: () => void;
  readonly _onSocketTimeout: () => void;
}

function internalsOf(connection: SMTPConnection): ConnectionInternals {
  return connection as unknown as ConnectionInternals;
}

/**
 * Takes the socket from nodemailer, whose listeners, with the password they refer to, are removed. The socket is paused
 * whenever nobody reads from it, so that no octet is lost between two readers.
 */
function takeOver(connection: SMTPConnection, server: SmtpServer): Socket {
  const internals = internalsOf(connection);
  const socket = connection._socket;
  if (!socket || socket.destroyed) throw closedEarly(server);
  if (internals._remainder !== '' || internals._responseQueue.length > 0) throw speaksEarly(server);
  socket.pause();
  socket.removeListener('data', internals._onSocketData);
  socket.removeListener('error', internals._onSocketError);
  socket.removeListener('close', internals._onSocketClose);
  socket.removeListener('end', internals._onSocketEnd);
  socket.removeListener('timeout', internals._onSocketTimeout);
  socket.setTimeout(0);
  socket.setNoDelay(true);
  // What an error means, `close` says too; but one that nobody listens to ends the process.
  socket.on('error', () => {});
  return socket;
}

/** The reply to the last EHLO of nodemailer, which is the one behind TLS; undefined for a server that knows only HELO. */
function announcedBy(connection: SMTPConnection): Reply | undefined {
  if (internalsOf(connection)._ehloLines === undefined) return undefined;
  const { replies, fault } = new ReplyParser().feed(Buffer.from(`${connection.lastServerResponse}\r\n`));
  if (fault !== undefined) throw new OutOfProtocol(`it sent ${fault}`);
  return replies[0];
}

/** Replies to EHLO that say: this command is not known here. RFC 5321 §3.2, §4.1.4 */
const ehloUnknown: readonly number[] = [500, 501, 502, 504, 550];

/** OpenSMTPD takes EHLO once in a session, although RFC 5321 §4.1.4 lets a client ask at any time. */
const alreadyIdentified = 503;

/**
 * After a login a server may announce something else, so it is asked again (RFC 4954 §4). Without one it is not: msmtpd ends
 * a session in which nothing happened between two EHLO.
 * @param announced the reply to nodemailer's last EHLO, for a server that does not answer twice.
 * @returns undefined when the server knows only HELO.
 */
async function greetAgain(
  socket: Socket,
  name: string,
  server: SmtpServer,
  timeouts: Timeouts,
  announced: Reply | undefined,
): Promise<Reply | undefined> {
  const ehlo = await askServer(socket, `EHLO ${name}`, timeouts.greeting);
  if (ehlo.code === 250) return ehlo;
  if (ehlo.code === alreadyIdentified) return announced;
  if (!ehloUnknown.includes(ehlo.code)) throw refusesSession({ ...server, ehloName: name }, printReply(ehlo));
  const helo = await askServer(socket, `HELO ${name}`, timeouts.greeting);
  if (helo.code !== 250) throw refusesSession({ ...server, ehloName: name }, printReply(helo));
  return undefined;
}

function capabilitiesBy(ehlo: Reply | undefined, { messagesPerSession }: ServerTraits): Capabilities {
  const capabilities = ehlo === undefined ? noCapabilities : parseCapabilities(ehlo);
  if (messagesPerSession === undefined) return capabilities;
  const { mailMax = Number.POSITIVE_INFINITY } = capabilities;
  return { ...capabilities, mailMax: Math.min(mailMax, messagesPerSession) };
}

/** A reply as it came, of one line or many, without its codes. */
function textOf(response: string): string {
  return response
    .replaceAll(/^\d{3}[ -]?/gm, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
