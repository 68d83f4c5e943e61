/** The name a client gives in EHLO: "a valid principal host name […] or, if the host has no name, an address literal". RFC 5321 §2.3.5, §4.1.1.1 */
import { ipVersion, isPrivateHost } from '../host.js';
import { parseDomain } from '../message/domain.js';
import { type Parsed, parsed, refused } from '../problem.js';
import { before } from '../text-scan.js';
import { judgedText } from './reply.js';

/**
 * @param hostname as the machine has it, valid or not.
 * @param localAddress of the connection; undefined when it is not known.
 * @returns the host name in A-labels if it is a domain that others could resolve, else an address literal.
 */
export function chooseEhloName(hostname: string, localAddress: string | undefined): string {
  const domain = parseDomain(hostname.replace(/\.$/, ''));
  if (domain.ok && domain.value.includes('.') && !isPrivateHost(domain.value)) return domain.value;
  return addressLiteral(localAddress ?? '') ?? '[127.0.0.1]';
}

/** `smtp.ehlo_name`: a domain, in whose place A-labels are returned, or an address literal. */
export function parseEhloName(text: string): Parsed<string> {
  const literal = /^\[(IPv6:)?([^\]%]*)\]$/i.exec(text);
  if (literal === null) return parseDomain(text);
  const [, isIPv6, address = ''] = literal;
  if (ipVersion(address) !== (isIPv6 === undefined ? 4 : 6)) {
    return refused('an address literal is written [192.0.2.1] or [IPv6:2001:db8::1]');
  }
  return parsed(isIPv6 === undefined ? text : `[IPv6:${address}]`);
}

/** EHLO is not known here, or was not sent yet. RFC 5321 §4.2.2 */
const aboutCommand: readonly number[] = [500, 502, 503];

/** Postfix waits with it for RCPT: "504 5.5.2 <laptop>: Helo command rejected: need fully-qualified hostname". */
export function refusesEhloName(code: number, text: string): boolean {
  if (code < 500 || aboutCommand.includes(code)) return false;
  const words = judgedText(text).split(/\s+/);
  return words.some(word => !word.includes('@') && /\b(?:HELO|EHLO)\b/i.test(word));
}

/** RFC 5321 §4.1.3. @returns undefined for what is not an IP address. */
function addressLiteral(address: string): string | undefined {
  // Of an IPv4 connection on an IPv6 socket; and the interface of a link-local address is only known here.
  const bare = before(address, '%').replace(/^::ffff:(?=\d+\.)/i, '');
  const family = ipVersion(bare);
  if (family === 0) return undefined;
  return family === 4 ? `[${bare}]` : `[IPv6:${bare}]`;
}
