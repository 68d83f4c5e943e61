import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { Problem } from '../problem.js';

/** Connections the system holds until they are accepted, one in each turn of the event loop: a mailing opens many at once. */
const backlog = 4_096;

export interface ListenOptions {
  /** 0 takes any free port. */
  readonly port: number;
  /** undefined: all interfaces. */
  readonly host?: string | undefined;
}

/** @returns the port. @throws Problem `port-taken`, `io` when the address cannot be listened on. */
export async function listen(server: Server, { port, host }: ListenOptions): Promise<number> {
  try {
    server.listen({ port, host, backlog });
    await once(server, 'listening');
  } catch (cause) {
    throw listenProblem(cause as NodeJS.ErrnoException, port, host);
  }
  return (server.address() as AddressInfo).port;
}

/**
 * Listens and takes nobody, to learn early whether it can be done.
 * @returns what ends it. @throws Problem as `listen`.
 */
export async function tryToListen(options: ListenOptions): Promise<() => Promise<void>> {
  const server = createServer(socket => socket.destroy());
  await listen(server, options);
  return () => new Promise(resolve => server.close(() => resolve()));
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
