/**
 * The public HTTP server: pixels, unsubscribing, health, robots. Knows HTTP (RFC 9110, RFC 9112) and sockets; does not know what a
 * token means or whether a fetch was recorded: the answer to a pixel's URL is the same whatever its token.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import type { PixelRequest } from '../tracking/fetch.js';
import { type AnswerOptions, createAnswers } from './answers.js';
import { type Networks, networkOf } from './client-network.js';
import { type Connection, isLast, limits, watchConnections } from './connections.js';
import { listen } from './listen.js';
import { putPrebuiltHead } from './prebuilt-head.js';
import type { PreparedResponse } from './responses.js';

/** An answer goes out after two seconds, whatever the disk does; who goes on asking on one connection does not keep us. */
const longestEndingMs = 3_000;

export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** Who remembers requests for pixels. */
export interface PixelRecorder {
  /** A promise resolves when the answer may go out; without one it may at once. */
  record(request: PixelRequest): unknown;
  /** Resolves when everything recorded is safe, or never will be. */
  flush(): Promise<void>;
}

export interface PublicEndpointOptions
  extends Pick<
    AnswerOptions,
    'keyFingerprint' | 'unsubscriber' | 'trackingStopper' | 'selfMarker' | 'onRequest'
  > {
  /** 0 takes any free port. */
  readonly port: number;
  /** undefined: all interfaces; only public routes live here. */
  readonly host?: string | undefined;
  readonly recorder: PixelRecorder;
  /** Whose word is taken about where a request came from. */
  readonly trustedProxies?: Networks | undefined;
  /** false: nothing is kept of where a request came from. */
  readonly keepNetwork?: boolean;
  readonly maxConnections?: number;
  /** How long a client may take for its TLS handshake; default 10 s. */
  readonly handshakeMs?: number;
  /** PEM; undefined: HTTP without TLS, for a front to add it. */
  readonly certificate?: Certificate | undefined;
  /** Called with what should never happen; the server goes on. */
  readonly onFault?: (error: unknown) => void;
}

export interface ConnectionCounts {
  /** Connections that are open now, with TLS those that have finished their handshake. */
  readonly open: number;
  /** Connections that are in their TLS handshake now. */
  readonly handshakes: number;
  /** Connections that ended without a finished handshake, since the start. */
  readonly handshakesFailed: number;
  /** Connections that were refused since there were too many, since the start. */
  readonly refused: number;
}

export interface PublicEndpoint {
  readonly port: number;
  connections(): ConnectionCounts;
  /** For connections from now on. Only where it was started with one. */
  replaceCertificate(certificate: Certificate): void;
  /** Takes no more connections, lets the requests under way finish, for three seconds at most, and flushes the recorder. */
  close(): Promise<void>;
}

/** @throws Problem `port-taken`, `io` when the address cannot be listened on. */
export async function startPublicEndpoint(options: PublicEndpointOptions): Promise<PublicEndpoint> {
  const { recorder, onFault = () => undefined } = options;
  const answers = createAnswers({ ...options, record: request => recorder.record(request), onFault });
  const underWay = createUnderWay();
  const finishTogether = createTurnEnd();
  const tls =
    options.certificate === undefined
      ? undefined
      : createTlsServer({ ...limits, ...options.certificate }, respond);
  const server = tls ?? createServer(limits, respond);
  const connections = watchConnections(server, options);
  // Whatever else is expected: Node would answer 417, and a pixel is never answered with an error.
  server.on('checkExpectation', respond);
  const port = await listen(server, options);
  server.on('error', onFault);

  function respond(request: IncomingMessage, response: ServerResponse): void {
    const connection = connections.begin(request, response);
    if (connection === undefined) return;
    underWay.begin();
    // Others may have come behind it before it is answered.
    const last = isLast(connection);
    try {
      const answer = answers(request, () => clientNetwork(request, connection));
      if (answer instanceof Promise) {
        answer.then(
          prepared => finish(response, connection, prepared, last),
          (error: unknown) => fail(error, response, connection),
        );
      } else finishTogether(() => finish(response, connection, answer, last));
    } catch (error) {
      fail(error, response, connection);
    }
  }

  function clientNetwork(request: IncomingMessage, connection: Connection): string {
    return options.keepNetwork === false ? '' : networkOf(request, connection, options.trustedProxies);
  }

  function finish(
    response: ServerResponse,
    connection: Connection,
    prepared: PreparedResponse,
    last: boolean,
  ): void {
    const { status, headers, lastHeaders, body } = prepared;
    const ends = last || connections.endsWith(connection, response);
    try {
      if (ends || !putPrebuiltHead(response, prepared))
        response.writeHead(status, ends ? lastHeaders : headers);
      if (response.req.method === 'HEAD' || body === undefined) response.end();
      else response.end(body, 'latin1');
      end(connection);
    } catch (error) {
      fail(error, response, connection);
    }
  }

  /** An error in one request is that request's. */
  function fail(error: unknown, response: ServerResponse, connection: Connection): void {
    onFault(error);
    response.destroy();
    end(connection);
  }

  function end(connection: Connection): void {
    connections.end(connection);
    underWay.end();
  }

  return {
    port,
    connections: () => ({
      open: connections.open,
      handshakes: connections.handshakes.open,
      handshakesFailed: connections.handshakes.failed,
      refused: connections.refused,
    }),
    replaceCertificate: certificate => tls?.setSecureContext(certificate),
    async close() {
      const closed = new Promise(resolve => server.close(resolve));
      connections.endWithAnswers();
      await Promise.race([underWay.none(), delay(longestEndingMs, undefined, { ref: false })]);
      // Node holds back what is written in one turn of the event loop and sends it in one go.
      await nextTurn();
      // What is left has no whole request to answer, and could take its time.
      server.closeAllConnections();
      connections.handshakes.end();
      await closed;
      await recorder.flush();
    },
  };
}

/**
 * Answers that wait for nothing go out at the end of the turn of the event loop, as those do that waited for a commit. Written
 * one behind the other they wake the program at the other end once and not each time, which costs more than all the rest of them.
 */
function createTurnEnd(): (act: () => void) => void {
  let acts: (() => void)[] = [];
  const runAll = () => {
    const now = acts;
    acts = [];
    for (const act of now) act();
  };
  return act => {
    if (acts.push(act) === 1) setImmediate(runAll);
  };
}

/** How many requests wait for their answer. */
function createUnderWay() {
  let count = 0;
  let whenNone: (() => void) | undefined;
  return {
    begin(): void {
      count += 1;
    },
    end(): void {
      count -= 1;
      if (count === 0) whenNone?.();
    },
    none(): Promise<void> {
      return count === 0 ? Promise.resolve() : new Promise(resolve => (whenNone = resolve));
    },
  };
}
