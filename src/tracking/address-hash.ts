/**
 * The keyed hash by which somebody who was forgotten is known: it tells that an address is theirs to whoever has the key and the
 * address, and tells nobody the address. A plain hash would be found by trying addresses.
 */
import { createHmac } from 'node:crypto';
import { type Key, type KeyRing, keyFingerprint } from './key.js';

const domain = 'mailtrack forgotten 1\0';

export interface AddressHash {
  /** 64 hex digits. */
  readonly hash: string;
  /** Of the key it was made with. */
  readonly keyFingerprint: string;
}

/** @param addressKey by `addrSpecKey`. */
export function hashAddress(key: Key, addressKey: string): AddressHash {
  const secret = createHmac('sha256', key.secret).update(domain).digest();
  const hash = createHmac('sha256', secret).update(addressKey).digest('hex');
  return { hash, keyFingerprint: keyFingerprint(key) };
}

/** With each key of the ring, since somebody may have been forgotten under an older one. */
export function hashesOf(ring: KeyRing, addressKey: string): readonly AddressHash[] {
  return [...ring.byId.values()].map(key => hashAddress(key, addressKey));
}
