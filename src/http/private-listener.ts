/**
 * A server for those who run mailtrack: metrics, and the exchange of facts with the machine that sends. Never the public
 * one: it listens on loopback unless told otherwise, and knows nothing of what its routes answer.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Problem } from '../problem.js';
import { before } from '../text-scan.js';
import { isLast, watchConnections } from './connections.js';
import { isOwnHost } from './host-check.js';
import { listen, tryToListen } from './listen.js';
import { readBody } from './request-body.js';

export interface PrivateRequest {
  /** Path and query as they came. */
  readonly target: string;
  readonly authorization: string;
  readonly body: Buffer;
}

export interface PrivateAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

export interface PrivateRoute {
  readonly method: 'GET' | 'POST';
  answer(request: PrivateRequest): PrivateAnswer | Promise<PrivateAnswer>;
}

export interface PrivateAddress {
  readonly host: string;
  readonly port: number;
}

export interface PrivateListenerOptions extends PrivateAddress {
  /** By path. */
  readonly routes: ReadonlyMap<string, PrivateRoute>;
  /** Names that requests may be for, beside addresses, `localhost` and `host`. */
  readonly names?: readonly string[] | undefined;
  readonly onFault: (error: unknown) => void;
}

export interface PrivateListener {
  readonly port: number;
  close(): Promise<void>;
}

const limits = {
  maxHeaderSize: 8_192,
  headersTimeout: 10_000,
  requestTimeout: 10_000,
  connectionsCheckingInterval: 2_000,
  // Node sets two timers for each request; silent connections are ended without.
  keepAliveTimeout: 0,
};
/** Beyond it the connection ends that has waited longest for a whole request: stalled ones keep nobody out. */
const maxConnections = 100;
const longestBody = 1_048_576;
/** A client that goes on sending what is too large has so long to read why it is refused. */
const lingerMs = 1_000;

/** @throws Problem `port-taken`, `io` when the address cannot be listened on. */
export async function startPrivateListener(options: PrivateListenerOptions): Promise<PrivateListener> {
  const server = createServer(limits, (request, response) => void respond(request, response));
  const connections = watchConnections(server, { maxConnections });
  const names = [options.host, ...(options.names ?? [])];
  const port = await listen(server, options).catch((error: unknown) => {
    throw atPrivateAddress(error, options);
  });
  server.on('error', options.onFault);

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const route = findRoute(request, names, options.routes);
    const body = 'refusal' in route ? undefined : await readBody(request, longestBody);
    if (body === 'cut') return;
    const connection = connections.begin(request, response);
    if (connection === undefined) return;
    // Others may have come behind it before it is answered.
    const last = isLast(connection);
    try {
      if ('refusal' in route) send(response, request, route.refusal, true);
      else if (!Buffer.isBuffer(body)) refuseAndLinger(response, request);
      else send(response, request, await route.answer(body), last);
    } catch (error) {
      options.onFault(error);
      response.destroy();
    } finally {
      connections.end(connection);
    }
  }

  return {
    port,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** As `tryToListen`. @throws Problem as `startPrivateListener`. */
export function tryPrivateAddress(address: PrivateAddress): Promise<() => Promise<void>> {
  return tryToListen(address).catch((error: unknown) => {
    throw atPrivateAddress(error, address);
  });
}

type FoundRoute =
  | { readonly refusal: PrivateAnswer }
  | { readonly answer: (body: Buffer) => PrivateAnswer | Promise<PrivateAnswer> };

/** By what comes before the body. */
function findRoute(
  request: IncomingMessage,
  names: readonly string[],
  routes: PrivateListenerOptions['routes'],
): FoundRoute {
  if (!isOwnHost(request.headers.host, names)) return { refusal: misdirected };
  const target = request.url ?? '';
  const route = routes.get(before(target, '?'));
  if (route === undefined) return { refusal: plain(404, 'Not found\n') };
  const asked = request.method === 'HEAD' ? 'GET' : request.method;
  if (asked !== route.method) return { refusal: plain(405, 'Method not allowed\n') };
  const authorization = request.headers.authorization ?? '';
  return { answer: body => route.answer({ target, authorization, body }) };
}

/** @param ends whether it is the last answer of its connection: what comes behind is not read, such as the body of a refused request. */
function send(
  response: ServerResponse,
  request: IncomingMessage,
  answer: PrivateAnswer,
  ends: boolean,
): void {
  const body = Buffer.from(answer.body);
  response.writeHead(answer.status, [...headersOf(answer, body), ...(ends ? closing : [])]);
  response.end(request.method === 'HEAD' ? undefined : body);
}

/** The answer is on its way before the connection ends: a reset that overtakes it would hide the reason. */
function refuseAndLinger(response: ServerResponse, request: IncomingMessage): void {
  const body = Buffer.from(tooLarge.body);
  response.writeHead(tooLarge.status, [...headersOf(tooLarge, body), ...closing]);
  response.write(body);
  const end = () => response.end();
  const patience = setTimeout(end, lingerMs);
  request.once('end', end).once('close', () => clearTimeout(patience));
  request.resume();
}

const closing = ['Connection', 'close'];

function headersOf({ contentType }: PrivateAnswer, body: Buffer): string[] {
  return [
    ...['Content-Type', contentType],
    ...['Content-Length', String(body.length)],
    ...['Cache-Control', 'no-store'],
    ...['X-Content-Type-Options', 'nosniff'],
  ];
}

function plain(status: number, body: string): PrivateAnswer {
  return { status, contentType: 'text/plain; charset=utf-8', body };
}

const tooLarge = plain(413, 'Too large\n');
/** RFC 9110 §15.5.20 */
const misdirected = plain(
  421,
  'Ask by an address, or pass the name to mailtrack serve with --private-host.\n',
);

function atPrivateAddress(error: unknown, { host, port }: PrivateAddress): unknown {
  if (!(error instanceof Problem)) return error;
  return new Problem(error.code, `the private address ${host}:${port}: ${error.message}`, {
    fix: 'Choose another with --metrics or --exchange, such as 127.0.0.1:9090.',
    cause: error,
  });
}
