import { connect } from 'node:net';

/** A server that has spoken clear text once speaks at once. */
const patienceMs = 3_000;
/** RFC 5321 §4.5.3.1.5: a reply line has at most 512 octets. */
const mostOctets = 512;

/**
 * What a server says first in clear text, on a connection of its own: whoever does not begin with TLS may be a mail server, or
 * something else. Never rejects.
 * @returns the first line as it came; undefined when there is none.
 */
export function readClearGreeting(
  host: string,
  port: number,
  giveUp?: AbortSignal,
): Promise<string | undefined> {
  return new Promise(resolve => {
    let said = '';
    const socket = connect({ host, port, timeout: patienceMs });
    const end = () => {
      giveUp?.removeEventListener('abort', end);
      socket.destroy();
      const [line = ''] = said.split(/\r?\n/, 1);
      resolve(line === '' ? undefined : line.slice(0, mostOctets));
    };
    giveUp?.addEventListener('abort', end);
    socket.on('data', octets => {
      said += octets.toString('latin1');
      if (said.includes('\n') || said.length > mostOctets) end();
    });
    socket.once('timeout', end);
    // Also after the end: an error that nobody listens to ends the process.
    socket.on('error', end);
    socket.once('close', end);
  });
}
