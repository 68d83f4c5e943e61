import { domainOf, parseAddrSpec } from '../message/mailbox.js';
import { type Parsed, parsed, refused } from '../problem.js';
import { sealedLength } from './token.js';

/** Octets of a local part. RFC 5321 §4.5.3.1.1 */
const maxLocalPart = 64;
const longestName = maxLocalPart - sealedLength - 1;

/** @returns the addr-spec of a mailbox that a token can be put into: `bounces@example.com`. */
export function parseVerpMailbox(text: string): Parsed<string> {
  const addrSpec = parseAddrSpec(text);
  if (!addrSpec.ok) return refused(`is ${JSON.stringify(text)}, not an address: ${addrSpec.why}`);
  const name = localPartOf(addrSpec.value);
  if (!/^[A-Za-z0-9._-]+$/.test(name)) {
    return refused(
      `is ${JSON.stringify(text)}: only letters, digits, ".", "_" and "-" may stand before the "@"`,
    );
  }
  if (name.length <= longestName) return parsed(addrSpec.value);
  return refused(`is ${JSON.stringify(text)}: at most ${longestName} characters may stand before the "@"`);
}

/** `bounces+<token>@example.com`: a reverse-path that one copy alone has, so that its bounce tells whose it was. */
export function verpReversePath(mailbox: string, token: string): string {
  return `${localPartOf(mailbox)}+${token}@${domainOf(mailbox)}`;
}

function localPartOf(addrSpec: string): string {
  return addrSpec.slice(0, addrSpec.lastIndexOf('@'));
}
