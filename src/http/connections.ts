import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import { networkPrefix } from '../tracking/network.js';
import { type Handshakes, noHandshakes, watchHandshakes } from './handshakes.js';

/**
 * Bounds on what one client can hold: octets of request line and headers, and the time to send them. Slow ones are
 * looked for every `connectionsCheckingInterval`. Node's own `maxRequestsPerSocket` would answer 503 to what was sent
 * behind the last request, and its `keepAliveTimeout` sets two timers for each request: both are done here.
 */
export const limits = {
  maxHeaderSize: 8_192,
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  connectionsCheckingInterval: 2_000,
  keepAliveTimeout: 0,
};
/**
 * Without a request. A front that keeps idle connections for a minute must be the one to close them, or it sends a request
 * into a connection that is just being closed.
 */
const idleMs = 65_000;
/** Of a client that does not take its answers. */
const stalledMs = 30_000;
const lookMs = 2_000;

const requestsPerConnection = 1_000;
/**
 * Connections after their handshake, and as many again before it. A single address has no bound of its own, since whole
 * companies share one.
 */
export const mostConnections = 10_000;
/** A handshake takes some round trips; a mail program on a bad line needs seconds for them. */
const handshakeMs = 10_000;
/** So many at once go when there are too many: to find the idlest takes a look at all of them. */
const evictedShare = 0.01;

/** What is known of a connection; the network of its peer is looked up once. */
export interface Connection {
  readonly socket: Socket;
  readonly address: string;
  readonly network: string;
  requests: number;
  underWay: number;
  /** The answer to the last request. */
  response: ServerResponse | undefined;
  /** What came behind its requests is no HTTP: it takes no more, and ends when they are answered. */
  isBroken: boolean;
  /** When it was opened, or last sent a whole request. */
  lastAtMs: number;
}

export interface Connections {
  /** @returns the connection; undefined when it has had its last request, and nothing is to be done for this one. */
  begin(request: IncomingMessage, response: ServerResponse): Connection | undefined;
  /** One of its requests was answered, or never will be. */
  end(connection: Connection): void;
  /** From now on each connection ends with the next answer behind which there is no other request. */
  endWithAnswers(): void;
  /** Whether this answer, about to be written, is to be the last of its connection. */
  endsWith(connection: Connection, response: ServerResponse): boolean;
  readonly open: number;
  readonly handshakes: Handshakes;
  /** Connections that were refused since there were too many, since the start. */
  readonly refused: number;
}

export interface ConnectionLimits {
  /** Default 10,000. */
  readonly maxConnections?: number | undefined;
  /** Default 10 s. */
  readonly handshakeMs?: number | undefined;
}

/** Keeps count of a server's connections; when there are too many, those go that have been silent longest. */
export function watchConnections(server: Server, given: ConnectionLimits = {}): Connections {
  const most = given.maxConnections ?? mostConnections;
  const connections = new Map<Socket, Connection>();
  const timer = setInterval(() => endSilent(connections.values(), performance.now()), lookMs);
  timer.unref();
  server.once('close', () => clearInterval(timer));
  const handshakes =
    server instanceof TlsServer
      ? watchHandshakes(server, most, given.handshakeMs ?? handshakeMs)
      : noHandshakes;
  // Beyond twice the limit nothing can be evicted: every connection waits for an answer.
  server.maxConnections = most * 2;
  let refused = 0;
  server.on('drop', () => {
    refused += 1;
  });
  // Without it, a client that closes its half behind a request gets no answer. RFC 9112 §9.6 lets it.
  Object.assign(server, { httpAllowHalfOpen: true });
  server.on('clientError', (error, socket) =>
    refuse(error, socket as Socket, connections.get(socket as Socket)),
  );
  // Without it, Node closes the connection at once, and with it the answers that are under way.
  server.on('connect', ({ socket }) => {
    socket.on('error', () => undefined);
    const connection = connections.get(socket);
    if (connection?.response === undefined) socket.destroy();
    else endAnswered(connection, connection.response);
  });
  // With TLS, a connection is one after its handshake, and requests come on that socket.
  server.on(server instanceof TlsServer ? 'secureConnection' : 'connection', (socket: Socket) => {
    connections.set(socket, open(socket));
    socket.once('close', () => connections.delete(socket));
    if (connections.size > most) evict(connections, Math.ceil(most * evictedShare));
  });
  let isEnding = false;
  return {
    endWithAnswers() {
      isEnding = true;
    },
    endsWith(connection, response) {
      if (!isEnding || connection.response !== response) return false;
      connection.requests = requestsPerConnection;
      return true;
    },
    begin(request, response) {
      const connection = connections.get(request.socket);
      if (connection === undefined || isLast(connection) || connection.isBroken) return undefined;
      connection.requests += 1;
      connection.underWay += 1;
      connection.lastAtMs = performance.now();
      connection.response = response;
      return connection;
    },
    end(connection) {
      connection.underWay -= 1;
    },
    get open() {
      return connections.size;
    },
    handshakes,
    get refused() {
      return refused;
    },
  };
}

export function isLast({ requests }: Connection): boolean {
  return requests >= requestsPerConnection;
}

function open(socket: Socket): Connection {
  const address = socket.remoteAddress ?? '';
  const network = networkPrefix(address);
  const lastAtMs = performance.now();
  return {
    socket,
    address,
    network,
    requests: 0,
    underWay: 0,
    response: undefined,
    isBroken: false,
    lastAtMs,
  };
}

const refusals: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: '413 Payload Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

/**
 * Only who never sent a request is told what is wrong. Behind requests, an answer of ours would come before or after theirs, or
 * instead of them, depending on whether they wait for the disk: it would tell a token that verifies from one that does not.
 */
function refuse(error: NodeJS.ErrnoException, socket: Socket, connection: Connection | undefined): void {
  // Without a finished handshake nothing can be written, and a socket that waits to have written it never ends.
  if (connection === undefined) socket.destroy();
  else if (connection.response !== undefined) endAnswered(connection, connection.response);
  else if (socket.writable) {
    const status = refusals[error.code ?? ''] ?? '400 Bad Request';
    socket.write(`HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`);
    socket.destroySoon();
  } else socket.destroy();
}

/** Answers go out in the order of their requests, so that the last ends them all. */
function endAnswered(connection: Connection, last: ServerResponse): void {
  if (connection.isBroken) return;
  connection.isBroken = true;
  if (last.writableFinished) connection.socket.destroySoon();
  else last.once('finish', () => connection.socket.destroySoon());
}

function endSilent(connections: Iterable<Connection>, nowMs: number): void {
  for (const { socket, underWay, lastAtMs } of connections) {
    const longest = socket.writableLength > 0 ? stalledMs : idleMs;
    if (underWay === 0 && nowMs - lastAtMs > longest) socket.destroy();
  }
}

/** Nobody who waits for an answer has to go. */
function evict(connections: ReadonlyMap<Socket, Connection>, count: number): void {
  const idle = [...connections].filter(([, { underWay }]) => underWay === 0);
  idle.sort(([, one], [, other]) => one.lastAtMs - other.lastAtMs);
  for (const [socket] of idle.slice(0, count)) socket.destroy();
}
