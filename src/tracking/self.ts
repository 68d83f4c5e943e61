import type { Classification, Fetch } from './fetch.js';
import type { IsOwnNetwork } from './own-networks.js';

/** What tells that the sender fetched a pixel. */
export interface Self {
  readonly isOwnNetwork: IsOwnNetwork;
  /** Numbers of recipients whose address is the sender's own. */
  readonly ownCopies: ReadonlySet<number>;
}

/** Recorded as this, since only `serve` sees the cookie. */
export const ownBrowser: Classification = { kind: 'self', confidence: 1, rule: 'own-browser' };
const ownCopy: Classification = { kind: 'self', confidence: 1, rule: 'own-copy' };
const ownNetwork: Classification = { kind: 'self', confidence: 1, rule: 'own-network' };

/** @returns undefined when nothing says that the sender fetched it. */
export function judgeSelf(
  {
    recipientNumber,
    network,
    rule,
  }: Pick<Fetch, 'recipientNumber' | 'network'> & Pick<Classification, 'rule'>,
  { isOwnNetwork, ownCopies }: Self,
): Classification | undefined {
  if (rule === ownBrowser.rule) return ownBrowser;
  if (ownCopies.size > 0 && ownCopies.has(recipientNumber)) return ownCopy;
  return network !== '' && isOwnNetwork(network) ? ownNetwork : undefined;
}
