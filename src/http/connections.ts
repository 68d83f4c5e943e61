import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import { networkPrefix } from '../tracking/network.js';

/**
 * Bounds on what one client can hold: octets of request line and headers, and the time to send them. Slow ones are
 * looked for every `connectionsCheckingInterval`. A front that keeps idle connections for a minute must be the one to
 * close them, or it sends a request into a connection that is just being closed. Node's own `maxRequestsPerSocket` would
 * answer 503 to what was sent behind the last request.
 */
export const limits = {
  maxHeaderSize: 8_192,
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  connectionsCheckingInterval: 2_000,
  keepAliveTimeout: 65_000,
};
/** Of a client that does not take its answers. */
const stalledMs = 30_000;

const requestsPerConnection = 1_000;
/** At most; an address of its own has no bound, since whole companies stand behind one. */
const mostConnections = 10_000;
/** So many at once go when there are too many: to find the idlest takes a look at all of them. */
const evictedShare = 0.01;

/** What is known of a connection; the network of its peer is looked up once. */
export interface Connection {
  readonly address: string;
  readonly network: string;
  requests: number;
  underWay: number;
  /** When it was opened, or last sent a whole request. */
  lastAtMs: number;
}

export interface Connections {
  /** @returns the connection; undefined when it has had its last request, and nothing is to be done for this one. */
  begin(request: IncomingMessage): Connection | undefined;
  readonly open: number;
}

/** Keeps count of a server's connections; when there are too many, those go that have been silent longest. */
export function watchConnections(server: Server, most = mostConnections): Connections {
  const connections = new Map<Socket, Connection>();
  server.setTimeout(stalledMs, socket => socket.destroy());
  server.on('connection', socket => {
    connections.set(socket, open(socket));
    socket.once('close', () => connections.delete(socket));
    if (connections.size > most) evict(connections, Math.ceil(most * evictedShare));
  });
  return {
    begin(request) {
      const connection = connections.get(request.socket);
      if (connection === undefined || connection.requests >= requestsPerConnection) return undefined;
      connection.requests += 1;
      connection.underWay += 1;
      connection.lastAtMs = performance.now();
      return connection;
    },
    get open() {
      return connections.size;
    },
  };
}

export function isLast({ requests }: Connection): boolean {
  return requests >= requestsPerConnection;
}

function open(socket: Socket): Connection {
  const address = socket.remoteAddress ?? '';
  const network = networkPrefix(address);
  return { address, network, requests: 0, underWay: 0, lastAtMs: performance.now() };
}

/** Nobody who waits for an answer has to go. */
function evict(connections: ReadonlyMap<Socket, Connection>, count: number): void {
  const idle = [...connections].filter(([, { underWay }]) => underWay === 0);
  idle.sort(([, one], [, other]) => one.lastAtMs - other.lastAtMs);
  for (const [socket] of idle.slice(0, count)) socket.destroy();
}
