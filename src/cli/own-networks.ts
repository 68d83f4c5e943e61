import { Problem } from '../problem.js';
import { type IsOwnNetwork, parseOwnNetworks } from '../tracking/own-networks.js';
import type { Context } from './context.js';

/** `tracking.own_networks`. @returns undefined when none is set. @throws Problem `config`. */
export function ownNetworks(context: Pick<Context, 'texts'>): IsOwnNetwork | undefined {
  const texts = context.texts('tracking.own_networks');
  if (texts === undefined) return undefined;
  const own = parseOwnNetworks(texts);
  if (own.ok) return own.value;
  throw new Problem('config', `tracking.own_networks: ${own.why}`, {
    fix: 'Write addresses or networks such as "198.51.100.0/24" or "2001:db8::/48".',
  });
}
