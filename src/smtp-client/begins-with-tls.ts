import { connect } from 'node:tls';

/** For the handshake alone, over any distance. */
const patienceMs = 10_000;

/**
 * Whether a port takes a TLS handshake as the first thing. Nothing is said in the session and nothing of it is trusted, so the
 * certificate may be any. Never rejects.
 * @param giveUp aborted: the connection is closed, and the answer is false.
 */
export function beginsWithTls(host: string, port: number, giveUp: AbortSignal): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect({ host, port, rejectUnauthorized: false, timeout: patienceMs });
    const end = (begins: boolean) => {
      giveUp.removeEventListener('abort', onGiveUp);
      socket.destroy();
      resolve(begins);
    };
    const onGiveUp = () => end(false);
    giveUp.addEventListener('abort', onGiveUp);
    socket.once('secureConnect', () => end(true));
    socket.once('timeout', () => end(false));
    // Also after the end: an error that nobody listens to ends the process.
    socket.on('error', () => end(false));
    socket.once('close', () => end(false));
  });
}
