import { createKey, createKeyRing, type KeyRing } from '../../src/tracking/key.js';

/** Keys that differ in a glance and are the same in every run: id 7 is made of octets 7. */
export function testKey(id: number) {
  return createKey(id, new Uint8Array(32).fill(id));
}

export const testRing: KeyRing = createKeyRing([testKey(7)]);
