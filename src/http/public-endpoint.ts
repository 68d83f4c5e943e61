/**
 * The public HTTP server: pixels, unsubscribing, health, robots. Knows HTTP (RFC 9110, RFC 9112) and sockets; does not know what a
 * token means or whether a fetch was recorded: the answer to a pixel's URL is the same whatever its token.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { Problem } from '../problem.js';
import type { PixelRequest } from '../tracking/fetch.js';
import { networkPrefix } from '../tracking/network.js';
import { tokenOfPath } from '../tracking/pixel.js';
import { unsubscribeTokenOf } from '../tracking/unsubscribe.js';
import {
  createHealthResponse,
  linkNotAllowed,
  notAllowed,
  notFound,
  optionsResponse,
  type PreparedResponse,
  pixelResponse,
  robotsResponse,
  unsubscribedPage,
  unsubscribeFailedPage,
  unsubscribePage,
} from './responses.js';

/** Who remembers requests for pixels. */
export interface PixelRecorder {
  /** Resolves when the answer may go out. */
  record(request: PixelRequest): Promise<unknown>;
  /** Resolves when everything recorded is safe, or never will be. */
  flush(): Promise<void>;
}

export interface PublicEndpointOptions {
  /** 0 takes any free port. */
  readonly port: number;
  /** undefined: all interfaces; only public routes live here. */
  readonly host?: string | undefined;
  readonly recorder: PixelRecorder;
  /** Asked for each answer that names it: keys may be replaced while the server runs. */
  readonly keyFingerprint: () => string;
  /** Carries out the link of one copy; resolves when that is durable. Rejects when it cannot be recorded now. */
  readonly unsubscribe: (token: string) => Promise<unknown>;
  /** Called with what should never happen; the server goes on. */
  readonly onFault?: (error: unknown) => void;
}

export interface PublicEndpoint {
  readonly port: number;
  /** Takes no more connections, lets the requests under way finish, and flushes the recorder. */
  close(): Promise<void>;
}

/**
 * Bounds on what one client can hold: octets of request line and headers, and the time to send them. Slow ones are
 * looked for every `connectionsCheckingInterval`. A front that keeps idle connections for a minute must be the one to
 * close them, or it sends a request into a connection that is just being closed.
 */
const limits = {
  maxHeaderSize: 8_192,
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  connectionsCheckingInterval: 5_000,
  keepAliveTimeout: 65_000,
};

/** @throws Problem `port-taken`, `io` when the address cannot be listened on. */
export async function startPublicEndpoint(options: PublicEndpointOptions): Promise<PublicEndpoint> {
  const respond = createResponder(options);
  const underWay = new Set<Promise<void>>();
  const server = createServer(limits, (request, response) => {
    const answered = respond(request, response)
      .catch((error: unknown) => {
        options.onFault?.(error);
        response.destroy();
      })
      .finally(() => underWay.delete(answered));
    underWay.add(answered);
  });
  const port = await listen(server, options);
  server.on('error', error => options.onFault?.(error));
  return {
    port,
    async close() {
      const closed = new Promise(resolve => server.close(resolve));
      await Promise.all(underWay);
      // Node holds back what is written in one turn of the event loop and sends it in one go.
      await setImmediate();
      // What is left has no whole request to answer, and could take its time.
      server.closeAllConnections();
      await closed;
      await options.recorder.flush();
    },
  };
}

function createResponder({ recorder, keyFingerprint, unsubscribe, onFault }: PublicEndpointOptions) {
  function pageOf(path: string): PreparedResponse | undefined {
    if (path === '/healthz') return createHealthResponse(keyFingerprint());
    return path === '/robots.txt' ? robotsResponse : undefined;
  }

  async function choose(request: IncomingMessage): Promise<PreparedResponse> {
    const { method, url = '' } = request;
    const link = unsubscribeTokenOf(url);
    if (link !== undefined) return chooseForLink(method, link);
    const token = tokenOfPath(url);
    const page = token === undefined ? pageOf(url.replace(/\?.*$/, '')) : pixelResponse;
    if (page === undefined) return notFound;
    if (method === 'OPTIONS') return optionsResponse;
    if (method !== 'GET' && method !== 'HEAD') return notAllowed;
    if (token !== undefined) await record(request, { method, token });
    return page;
  }

  /** Only POST acts; the answer is the same whatever the token. RFC 8058 §3.1 */
  async function chooseForLink(method: string | undefined, token: string): Promise<PreparedResponse> {
    if (method === 'GET' || method === 'HEAD') return unsubscribePage;
    if (method !== 'POST') return linkNotAllowed;
    try {
      await unsubscribe(token);
      return unsubscribedPage;
    } catch (error) {
      onFault?.(error);
      return unsubscribeFailedPage;
    }
  }

  /** The address is the socket's: anybody can write an X-Forwarded-For. */
  async function record(
    { headers, socket }: IncomingMessage,
    request: Pick<PixelRequest, 'method' | 'token'>,
  ): Promise<void> {
    const userAgent = headers['user-agent'] ?? '';
    const network = networkPrefix(socket.remoteAddress ?? '');
    try {
      await recorder.record({ ...request, userAgent, network });
    } catch (error) {
      // A mail without its image would show its reader that something is wrong with us.
      onFault?.(error);
    }
  }

  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { status, headers, body } = await choose(request);
    response.writeHead(status, [...headers]);
    response.end(request.method === 'HEAD' ? undefined : body);
    // A form or a one-click body says nothing that the path does not; it is read away, not kept.
    request.resume();
  };
}

async function listen(server: Server, { port, host }: PublicEndpointOptions): Promise<number> {
  try {
    server.listen({ port, host });
    await once(server, 'listening');
  } catch (cause) {
    throw listenProblem(cause as NodeJS.ErrnoException, port, host);
  }
  return (server.address() as AddressInfo).port;
}

function listenProblem(cause: NodeJS.ErrnoException, port: number, host: string | undefined): Problem {
  if (cause.code === 'EADDRINUSE') {
    return new Problem('port-taken', `port ${port} is taken by another program`, {
      fix: 'Choose another with --port.',
      cause,
    });
  }
  if (cause.code === 'EACCES') {
    return new Problem('port-taken', `port ${port} is reserved: you are not allowed to listen on it`, {
      fix: 'Choose one above 1023 with --port, and put a TLS front before it.',
      cause,
    });
  }
  return new Problem('io', `cannot listen on ${host ?? 'all interfaces'}, port ${port}: ${cause.message}`, {
    fix: 'Name an address of this machine with --host.',
    cause,
  });
}
