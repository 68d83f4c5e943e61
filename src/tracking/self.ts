import type { Classification, Fetch } from './fetch.js';
import type { IsOwnNetwork } from './own-networks.js';

/** What tells that the sender fetched a pixel. */
export interface Self {
  readonly isOwnNetwork: IsOwnNetwork;
  /** Numbers of recipients whose address is the sender's own. */
  readonly ownCopies: ReadonlySet<number>;
}

const ownCopy: Classification = { kind: 'self', confidence: 1, rule: 'own-copy' };
const ownNetwork: Classification = { kind: 'self', confidence: 1, rule: 'own-network' };

/** @returns undefined when nothing says that the sender fetched it. */
export function judgeSelf(
  { recipientNumber, network }: Pick<Fetch, 'recipientNumber' | 'network'>,
  { isOwnNetwork, ownCopies }: Self,
): Classification | undefined {
  if (ownCopies.size > 0 && ownCopies.has(recipientNumber)) return ownCopy;
  return network !== '' && isOwnNetwork(network) ? ownNetwork : undefined;
}
