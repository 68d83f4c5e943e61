import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';
import { type Parsed, parsed, refused } from '../problem.js';
import { networkPrefix } from '../tracking/network.js';
import type { Connection } from './connections.js';

/** Networks in CIDR notation, RFC 4632 §3.1: `10.0.0.0/8`, `2001:db8::/32`; a bare address means itself. */
export class Networks {
  readonly #list = new BlockList();

  /** The reason for a refusal quotes the first that is none. */
  static parse(texts: readonly string[]): Parsed<Networks> {
    const networks = new Networks();
    const wrong = texts.find(text => !networks.#add(text));
    return wrong === undefined ? parsed(networks) : refused(`${JSON.stringify(wrong)} is no network`);
  }

  has(address: string): boolean {
    const bare = withoutMapping(address);
    const family = isIP(bare);
    return family !== 0 && this.#list.check(bare, family === 6 ? 'ipv6' : 'ipv4');
  }

  #add(text: string): boolean {
    const [, address = '', length] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text.trim()) ?? [];
    const family = isIP(address);
    const longest = family === 6 ? 128 : 32;
    const bits = length === undefined ? longest : Number(length);
    if (family === 0 || address.includes('%') || bits > longest) return false;
    this.#list.addSubnet(address, bits, family === 6 ? 'ipv6' : 'ipv4');
    return true;
  }
}

/**
 * The network of whoever asked. Anybody can write an X-Forwarded-For: it is read only when the peer is a trusted
 * proxy, from the right, up to the first hop that is none. X-Forwarded-For goes before Forwarded (RFC 7239), since it is what
 * proxies overwrite or append to.
 * @returns '' when a proxy names no address there.
 */
export function networkOf(
  request: IncomingMessage,
  connection: Connection,
  trusted: Networks | undefined,
): string {
  if (trusted === undefined || !trusted.has(connection.address)) return connection.network;
  const hops = forwardedFor(request) ?? forwarded(request);
  if (hops === undefined) return connection.network;
  const client = hops.findLast(hop => !trusted.has(hop)) ?? hops[0] ?? '';
  return networkPrefix(client);
}

function forwardedFor({ headers }: IncomingMessage): readonly string[] | undefined {
  const value = headers['x-forwarded-for'];
  if (value === undefined) return undefined;
  return String(value).split(',').map(bareAddress);
}

function forwarded({ headers }: IncomingMessage): readonly string[] | undefined {
  const value = headers['forwarded'];
  if (value === undefined) return undefined;
  return value
    .split(',')
    .map(element => bareAddress(/(?:^|;)\s*for=("[^"]*"|[^;]*)/i.exec(element)?.[1] ?? ''));
}

/** Without quotes, brackets and port: `"[2001:db8::1]:4711"` as `203.0.113.7:80`. */
function bareAddress(hop: string): string {
  const text = hop.trim().replace(/^"(.*)"$/, '$1');
  const bracketed = /^\[([^\]]*)\](?::\d+)?$/.exec(text)?.[1];
  return bracketed ?? (/^[^:]*:\d+$/.test(text) ? text.replace(/:\d+$/, '') : text);
}

function withoutMapping(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '');
}
