import { printBase32 } from '../base32.js';
import { NumberSet } from '../number-set.js';
import { sharedNumber } from '../tracking/token.js';
import type { Random } from './ports.js';

/** `em_` and 12 characters of base32: 60 random bits. */
export function createEmailId(random: Random): string {
  return `em_${printBase32(random.bytes(8)).slice(0, 12)}`;
}

/** 48 random bits: fits a token, a double and a database column without loss. */
export function createNumber48(random: Random): number {
  return Buffer.from(random.bytes(6)).readUIntBE(0, 6);
}

/** As many different numbers of 48 random bits as asked for, one after the other. */
export function createDistinctNumbers(random: Random): () => number {
  const taken = new NumberSet();
  taken.add(sharedNumber);
  const next = createNumbers48(random);
  return () => {
    let number = next();
    while (!taken.add(number)) number = next();
    return number;
  };
}

/** Random bits by the thousand numbers: what asking for them costs hardly depends on how many. */
function createNumbers48(random: Random): () => number {
  let pool = Buffer.alloc(0);
  let at = 0;
  return () => {
    if (at === pool.length) {
      pool = Buffer.from(random.bytes(6_000));
      at = 0;
    }
    at += 6;
    return pool.readUIntBE(at - 6, 6);
  };
}
