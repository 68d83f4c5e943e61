/** Where something listens: ports, and addresses as flags and settings write them. */
import { type Parsed, parsed, refused } from '../problem.js';

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

const defaultHost = '127.0.0.1';
const defaultPort = 8081;
const lastPort = 65_535;
/** Characters: a name of 253 (RFC 1035 §2.3.4), and a port. */
const longestAddress = 260;

/** Of a flag that stands alone. */
export const defaultListenAddress: ListenAddress = { host: defaultHost, port: defaultPort };

/** @param least 0 where the system may choose one. */
export function parsePort(value: unknown, least = 0): Parsed<number> {
  const port = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  return typeof port === 'number' && Number.isInteger(port) && port >= least && port <= lastPort
    ? parsed(port)
    : refused(`has to be a port, a whole number from ${least} to ${lastPort}`);
}

const notAnAddress = `has to be an address to listen on, host:port such as 127.0.0.1:8081, with a port from 0 to ${lastPort}`;

/** `host:port`, `[::1]:port`, `:port`, `port` or `host`. */
export function parseListenAddress(text: string): Parsed<ListenAddress> {
  if (text.length > longestAddress) return refused(notAnAddress);
  const match =
    /^(?:\[(?<six>[0-9a-f:.%\w]+)\]|(?<host>(?!-|[\d.]+(?::|$))[^:[\]/\s]+|\d+(?:\.\d+){3})?)(?::?(?<port>\d+))?$/i.exec(
      text,
    );
  const port = parsePort(match?.groups?.['port'] ?? defaultPort);
  if (match === null || text === '' || !port.ok) {
    return refused(notAnAddress);
  }
  return parsed({ host: match.groups?.['six'] ?? match.groups?.['host'] ?? defaultHost, port: port.value });
}

export function printAddress({ host, port }: ListenAddress): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
