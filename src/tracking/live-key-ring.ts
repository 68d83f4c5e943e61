import type { KeyRing } from './key.js';

/** A ring whose keys may be replaced while it is in use: whoever has it sees the new ones with the next token. */
export interface LiveKeyRing extends KeyRing {
  replace(ring: KeyRing): void;
}

export function createLiveKeyRing(first: KeyRing): LiveKeyRing {
  let ring = first;
  return {
    get signing() {
      return ring.signing;
    },
    get byId() {
      return ring.byId;
    },
    get fingerprint() {
      return ring.fingerprint;
    },
    replace(next) {
      ring = next;
    },
  };
}
