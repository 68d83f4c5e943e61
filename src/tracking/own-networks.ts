/** The networks of the sender, whose fetches are their own. Only the prefix of a fetch is kept, so that a smaller network counts as that. */
import { type Parsed, parsed, refused } from '../problem.js';
import { networkBits } from './network.js';

/** Whether a network, as it is kept of a fetch, is one of the sender's. */
export type IsOwnNetwork = (network: string) => boolean;

/** As many bits as are kept of an address. */
const keptBits = { 32: 24, 128: 48 } as const;
/** Networks are few; those of a flood are forgotten. */
const mostRemembered = 10_000;

/**
 * @param texts in CIDR notation, RFC 4632 §3.1: `198.51.100.0/24`, `2001:db8::/32`; a bare address means its /24 or /48.
 * @returns what tells them apart; the reason for a refusal quotes the first that is invalid.
 */
export function parseOwnNetworks(texts: readonly string[]): Parsed<IsOwnNetwork> {
  const own: string[] = [];
  for (const text of texts) {
    const bits = prefixOf(text);
    if (bits === undefined) return refused(`${JSON.stringify(text)} is not a network in CIDR notation`);
    own.push(bits);
  }
  const remembered = new Map<string, boolean>();
  return parsed(network => {
    const known = remembered.get(network);
    if (known !== undefined) return known;
    const bits = networkBits(network.slice(0, network.indexOf('/')));
    const isOwn = bits !== undefined && own.some(prefix => isWithin(bits, prefix));
    if (remembered.size >= mostRemembered) remembered.clear();
    remembered.set(network, isOwn);
    return isOwn;
  });
}

/** `4:` or `6:` and then one character a bit, so that a network is what its addresses begin with. */
function prefixOf(text: string): string | undefined {
  const [, address = '', length] = /^([^/]{1,50})(?:\/(\d{1,3}))?$/.exec(text.trim()) ?? [];
  const bits = networkBits(address);
  if (bits === undefined) return undefined;
  const longest = bits.length === 32 ? 32 : 128;
  if (length !== undefined && Number(length) > longest) return undefined;
  return `${longest}:${bits.slice(0, Math.min(Number(length ?? longest), keptBits[longest]))}`;
}

function isWithin(bits: string, prefix: string): boolean {
  return `${bits.length}:${bits}`.startsWith(prefix);
}
