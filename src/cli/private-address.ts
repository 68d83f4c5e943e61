import type { PrivateAddress } from '../http/private-listener.js';
import { Problem } from '../problem.js';

const defaultHost = '127.0.0.1';
const defaultPort = 8081;

/**
 * `host:port`, `[::1]:port`, `:port`, `port` or `host`.
 * @param text undefined when the flag or setting is not there; true when the flag stands alone.
 * @throws Problem `usage`.
 */
export function readPrivateAddress(
  name: string,
  text: string | true | undefined,
): PrivateAddress | undefined {
  if (text === undefined) return undefined;
  if (text === true) return { host: defaultHost, port: defaultPort };
  const match =
    /^(?:\[(?<six>[0-9a-f:.%\w]+)\]|(?<host>[^:[\]/\s]*[^:[\]/\s\d][^:[\]/\s]*|\d+(?:\.\d+){3})?)(?::?(?<port>\d{1,5}))?$/i.exec(
      text,
    );
  const port = Number(match?.groups?.['port'] ?? defaultPort);
  if (match === null || text === '' || port > 65_535) {
    throw new Problem('usage', `${name} ${JSON.stringify(text)} is not an address to listen on`, {
      fix: 'Write host:port, such as 127.0.0.1:8081.',
    });
  }
  return { host: match.groups?.['six'] ?? match.groups?.['host'] ?? defaultHost, port };
}

export function printAddress({ host, port }: PrivateAddress): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
