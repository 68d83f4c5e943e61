/**
 * A server for those who run mailtrack: metrics, and the exchange of facts with the machine that sends. Never the public
 * one: it listens on loopback unless told otherwise, and knows nothing of what its routes answer.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Problem } from '../problem.js';
import { before } from '../text-scan.js';
import { listen, tryToListen } from './listen.js';

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
  readonly onFault: (error: unknown) => void;
}

export interface PrivateListener {
  readonly port: number;
  close(): Promise<void>;
}

const limits = {
  maxHeaderSize: 8_192,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 65_000,
};
const mostConnections = 100;
const longestBody = 1_048_576;

/** @throws Problem `port-taken`, `io` when the address cannot be listened on. */
export async function startPrivateListener(options: PrivateListenerOptions): Promise<PrivateListener> {
  const server = createServer(limits, (request, response) => {
    answerRequest(options.routes, request)
      .then(answer => send(response, request, answer))
      .catch((error: unknown) => {
        options.onFault(error);
        response.destroy();
      });
  });
  server.maxConnections = mostConnections;
  const port = await listen(server, options).catch((error: unknown) => {
    throw atPrivateAddress(error, options);
  });
  server.on('error', options.onFault);
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

async function answerRequest(
  routes: PrivateListenerOptions['routes'],
  request: IncomingMessage,
): Promise<PrivateAnswer> {
  const target = request.url ?? '';
  const route = routes.get(before(target, '?'));
  if (route === undefined) return plain(404, 'Not found\n');
  const asked = request.method === 'HEAD' ? 'GET' : request.method;
  if (asked !== route.method) return plain(405, 'Method not allowed\n');
  const body = await readBody(request);
  if (body === undefined) return plain(413, 'Too large\n');
  return route.answer({ target, authorization: request.headers.authorization ?? '', body });
}

async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += (chunk as Buffer).length;
    if (length > longestBody) return undefined;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

function send(response: ServerResponse, request: IncomingMessage, answer: PrivateAnswer): void {
  const body = Buffer.from(answer.body);
  response.writeHead(answer.status, {
    'Content-Type': answer.contentType,
    'Content-Length': body.length,
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

function plain(status: number, body: string): PrivateAnswer {
  return { status, contentType: 'text/plain; charset=utf-8', body };
}

function atPrivateAddress(error: unknown, { host, port }: PrivateAddress): unknown {
  if (!(error instanceof Problem)) return error;
  return new Problem(error.code, `the private address ${host}:${port}: ${error.message}`, {
    fix: 'Choose another with --metrics or --exchange, such as 127.0.0.1:9090.',
    cause: error,
  });
}
