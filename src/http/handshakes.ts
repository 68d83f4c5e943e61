/**
 * Connections to a TLS server that have not finished their handshake. Node tells of such a failure with an event and leaves the
 * socket to the program; its `handshakeTimeout` does not end the socket either. A socket that nobody ends stays in CLOSE_WAIT,
 * with its file descriptor, until the process ends.
 */
import type { Socket } from 'node:net';
import type { Server as TlsServer } from 'node:tls';

export interface Handshakes {
  /** Connections that are in their handshake now. */
  readonly open: number;
  /** Connections that ended without a finished handshake, since the start. */
  readonly failed: number;
  /** Ends all of them: `closeAllConnections` only knows connections after their handshake. */
  end(): void;
}

/** A plain server has none. */
export const noHandshakes: Handshakes = { open: 0, failed: 0, end: () => undefined };

/**
 * Ends each connection whose handshake takes longer than `mostMs`, however its octets arrive; and the oldest ones when there are
 * more than `most`, so that many slow ones do not keep a new client out.
 */
export function watchHandshakes(server: TlsServer, most: number, mostMs: number): Handshakes {
  // In the order in which they came.
  const open = new Map<string, Socket>();
  let failed = 0;

  server.on('connection', (socket: Socket) => {
    const peer = peerOf(socket);
    open.set(peer, socket);
    const deadline = setTimeout(() => {
      if (open.get(peer) === socket) socket.destroy();
    }, mostMs).unref();
    socket.once('close', () => {
      clearTimeout(deadline);
      if (open.get(peer) !== socket) return;
      open.delete(peer);
      failed += 1;
    });
    if (open.size > most) open.values().next().value?.destroy();
  });
  server.on('secureConnection', (secure: Socket) => {
    open.delete(peerOf(secure));
  });
  return {
    get open() {
      return open.size;
    },
    get failed() {
      return failed;
    },
    end() {
      for (const socket of open.values()) socket.destroy();
    },
  };
}

/** The same for a connection's socket and for the TLS socket around it, which Node does not tie together for a program. */
function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
