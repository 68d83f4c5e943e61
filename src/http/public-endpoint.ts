/**
 * The public HTTP server: pixels, unsubscribing, health, robots. Knows HTTP (RFC 9110, RFC 9112) and sockets; does not know what a
 * token means or whether a fetch was recorded: the answer to a pixel's URL is the same whatever its token.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import type { PixelRequest } from '../tracking/fetch.js';
import { networkPrefix } from '../tracking/network.js';
import { tokenOfPath } from '../tracking/pixel.js';
import { unsubscribeTokenOf } from '../tracking/unsubscribe.js';
import { listen } from './listen.js';
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

export type RequestKind = 'pixel' | 'unsubscribe' | 'health' | 'other';

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
  /** Called for every request, before it is answered. Must not throw. */
  readonly onRequest?: (kind: RequestKind) => void;
  /** Called with what should never happen; the server goes on. */
  readonly onFault?: (error: unknown) => void;
}

export interface PublicEndpoint {
  readonly port: number;
  /** Connections that are open now. */
  connections(): number;
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
  let connections = 0;
  server.on('connection', socket => {
    connections += 1;
    socket.once('close', () => {
      connections -= 1;
    });
  });
  return {
    port,
    connections: () => connections,
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

function createResponder(options: PublicEndpointOptions) {
  const { recorder, keyFingerprint, unsubscribe, onRequest, onFault } = options;

  function pageOf(path: string): PreparedResponse | undefined {
    if (path === '/healthz') return createHealthResponse(keyFingerprint());
    return path === '/robots.txt' ? robotsResponse : undefined;
  }

  async function choose(request: IncomingMessage): Promise<PreparedResponse> {
    const { method, url = '' } = request;
    const link = unsubscribeTokenOf(url);
    onRequest?.(kindOf(url, link));
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

  function kindOf(url: string, link: string | undefined): RequestKind {
    if (link !== undefined) return 'unsubscribe';
    if (tokenOfPath(url) !== undefined) return 'pixel';
    return url.replace(/\?.*$/, '') === '/healthz' ? 'health' : 'other';
  }

  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { status, headers, body } = await choose(request);
    response.writeHead(status, [...headers]);
    response.end(request.method === 'HEAD' ? undefined : body);
    // A form or a one-click body says nothing that the path does not; it is read away, not kept.
    request.resume();
  };
}
