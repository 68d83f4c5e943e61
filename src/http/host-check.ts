import { isIP } from 'node:net';
import { isLoopbackHost } from '../host.js';

/**
 * Whether a request names this server by an address, by `localhost`, or by a name it was told. A page in a browser can make its
 * own name mean 127.0.0.1 (DNS rebinding), and then read what is meant for this machine; the browser still says that name in the
 * Host field. An address needs no DNS, so that nobody can bend it.
 * @param host the field as it came: a name or address, with or without a port. RFC 9110 §7.2. undefined, as HTTP/1.0 allows, is
 * taken: no browser leaves it out.
 * @param names further names, in any case.
 */
export function isOwnHost(host: string | undefined, names: readonly string[]): boolean {
  if (host === undefined) return true;
  const { six, name } = hostText.exec(host)?.groups ?? {};
  if (six !== undefined) return isIP(six) === 6;
  if (name === undefined) return false;
  return isIP(name) === 4 || isLoopbackHost(name) || names.some(one => bare(one) === bare(name));
}

const hostText = /^(?:\[(?<six>[0-9a-f:.]{2,45})\]|(?<name>[^[\]:/@\s]{1,255}))(?::\d{0,5})?$/i;

function bare(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}
