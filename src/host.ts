/** What a host name or literal address says about where it is, without asking anybody. */
import { BlockList, isIP } from 'node:net';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

const privateRanges = new BlockList();
privateRanges.addSubnet('10.0.0.0', 8, 'ipv4');
privateRanges.addSubnet('172.16.0.0', 12, 'ipv4');
privateRanges.addSubnet('192.168.0.0', 16, 'ipv4');
privateRanges.addSubnet('169.254.0.0', 16, 'ipv4');
privateRanges.addSubnet('100.64.0.0', 10, 'ipv4');
privateRanges.addSubnet('fc00::', 7, 'ipv6');
privateRanges.addSubnet('fe80::', 10, 'ipv6');

/** This machine itself: `localhost`, `*.localhost`, 127.0.0.0/8, ::1 (with or without brackets). */
export function isLoopbackHost(host: string): boolean {
  return isLoopbackName(host) || isLoopbackAddress(host);
}

/** An address, such as a socket has for its peer: 127.0.0.0/8, also mapped into IPv6, or ::1. */
export function isLoopbackAddress(address: string): boolean {
  return listed(loopback, bareHost(address));
}

/**
 * Where a loopback name leads. Never ask DNS for one: whoever answers could name any machine. RFC 6761 §6.3
 * @returns undefined for other names and for addresses.
 */
export function loopbackAddresses(host: string): readonly string[] | undefined {
  return isLoopbackName(host) ? ['127.0.0.1', '::1'] : undefined;
}

function isLoopbackName(host: string): boolean {
  const bare = bareHost(host);
  return bare === 'localhost' || bare.endsWith('.localhost');
}

/** As `isPrivateHost`, of an address that a name led to. */
export function isPrivateAddress(address: string): boolean {
  return listed(privateRanges, bareHost(address)) || isLoopbackAddress(address);
}

/** A network nobody outside can reach: RFC 1918, RFC 4193, link-local, shared (RFC 6598), and names kept for it. */
export function isPrivateHost(host: string): boolean {
  const bare = bareHost(host);
  return (
    /\.(local|localdomain|lan|internal|home\.arpa)$/.test(bare) ||
    listed(privateRanges, bare) ||
    isLoopbackHost(bare)
  );
}

/** @returns 4 or 6 for an address without brackets; 0 for everything else. */
export function ipVersion(text: string): number {
  return isIP(text);
}

/** In lower case, without the brackets of an IPv6 address or the dot that ends an absolute name. */
export function bareHost(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
}

function listed(ranges: BlockList, address: string): boolean {
  const family = isIP(address);
  return family !== 0 && ranges.check(address, family === 6 ? 'ipv6' : 'ipv4');
}
