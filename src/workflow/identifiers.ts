import { printBase32 } from '../base32.js';
import { NumberSet } from '../number-set.js';
import type { Random } from './ports.js';

/** `em_` and 12 characters of base32: 60 random bits. */
export function createEmailId(random: Random): string {
  return `em_${printBase32(random.bytes(8)).slice(0, 12)}`;
}

/** 48 random bits: fits a token, a double and a database column without loss. */
export function createNumber48(random: Random): number {
  return Buffer.from(random.bytes(6)).readUIntBE(0, 6);
}

/** As many different numbers as asked for, one after the other. */
export function createDistinctNumbers(random: Random): () => number {
  const taken = new NumberSet();
  return () => {
    let number = createNumber48(random);
    while (!taken.add(number)) number = createNumber48(random);
    return number;
  };
}
