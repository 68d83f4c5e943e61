import { readUrl } from '../message/idna.js';
import { before } from '../text-scan.js';

/**
 * The network an address belongs to, which is all that is kept of it: `203.0.113.0/24`, `2001:db8:1::/48`.
 * An IPv4-mapped IPv6 address (RFC 4291 §2.5.5.2) is the IPv4 address it carries.
 * @returns '' for anything that is not an address.
 */
export function networkPrefix(address: string): string {
  if (address.length > longestAddress) return '';
  const octets = ipv4Octets(address);
  if (octets !== undefined) return ipv4Prefix(octets);
  const groups = ipv6Groups(before(address, '%'));
  if (groups === undefined) return '';
  return isMapped(groups) ? ipv4Prefix(lastOctets(groups)) : ipv6Prefix(groups);
}

/** An IPv6 address has 45 at most, and the name of an interface behind its `%` a few more. */
const longestAddress = 100;

/** @returns the address as 32 or 128 characters, `0` or `1`; undefined when it is not one. */
export function networkBits(address: string): string | undefined {
  if (address.length > longestAddress) return undefined;
  const octets = ipv4Octets(address);
  if (octets !== undefined) return inBits(octets, 8);
  const groups = ipv6Groups(address);
  if (groups === undefined) return undefined;
  return isMapped(groups) ? inBits(lastOctets(groups), 8) : inBits(groups, 16);
}

function inBits(numbers: readonly number[], width: number): string {
  return numbers.map(number => number.toString(2).padStart(width, '0')).join('');
}

function ipv4Octets(text: string): readonly number[] | undefined {
  const parts = text.split('.');
  const octets = parts.map(Number);
  const valid = parts.length === 4 && parts.every(part => /^[0-9]{1,3}$/.test(part));
  return valid && octets.every(octet => octet <= 255) ? octets : undefined;
}

function ipv4Prefix(octets: readonly number[]): string {
  return `${octets.slice(0, 3).join('.')}.0/24`;
}

/** The eight groups of 16 bits; undefined when the text is no IPv6 address. */
function ipv6Groups(text: string): readonly number[] | undefined {
  const url = /^[0-9a-f:.]+$/i.test(text) ? readUrl(`http://[${text}]`) : undefined;
  if (url === undefined) return undefined;
  // The parser writes the host in the one spelling of RFC 5952: lower case, no dots, at most one `::`.
  const [before = '', after = ''] = url.hostname.slice(1, -1).split('::');
  const head = before === '' ? [] : before.split(':');
  const tail = after === '' ? [] : after.split(':');
  const gap = Array<string>(8 - head.length - tail.length).fill('0');
  return [...head, ...gap, ...tail].map(group => Number.parseInt(group, 16));
}

function isMapped(groups: readonly number[]): boolean {
  return groups.slice(0, 5).every(group => group === 0) && groups[5] === 0xffff;
}

function lastOctets(groups: readonly number[]): readonly number[] {
  return groups.slice(6).flatMap(group => [group >> 8, group & 0xff]);
}

function ipv6Prefix(groups: readonly number[]): string {
  const site = groups.slice(0, 3).map(group => group.toString(16));
  while (site.at(-1) === '0') site.pop();
  return `${site.join(':')}::/48`;
}
