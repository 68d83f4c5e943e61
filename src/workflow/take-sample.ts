import { printBase32 } from '../base32.js';
import type { Recipient } from '../recipients/recipient.js';
import { createSeededNumbers, pickEvenly } from '../recipients/sample.js';
import type { Random } from './ports.js';

export interface Sample {
  /** Those who were picked, in their order. */
  recipients(): AsyncIterable<Recipient>;
  readonly notice: string;
}

/**
 * Picks by number: whoever stands at one place of the first reading stands there in every other.
 * @param total how many there are, if that is known without reading them once more.
 */
export async function takeSample(
  count: number,
  total: number | undefined,
  everybody: () => AsyncIterable<Recipient>,
  seed: string,
): Promise<Sample> {
  const people = total ?? (await countAll(everybody()));
  if (count >= people) {
    return { recipients: everybody, notice: `--sample ${count} takes everybody: there are ${people}` };
  }
  const picked = pickEvenly(count, people, createSeededNumbers(seed));
  return {
    async *recipients() {
      let index = 0;
      for await (const recipient of everybody()) if (picked.has(index++)) yield recipient;
    },
    notice: `${count} of ${people} people picked by --sample; with --seed ${shellWord(seed)} it picks them again`,
  };
}

/** Short enough to be typed. */
export function drawSeed(random: Random): string {
  return printBase32(random.bytes(5));
}

/** As it can be pasted into a shell. */
function shellWord(text: string): string {
  return /^[\w.-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

async function countAll(items: AsyncIterable<unknown>): Promise<number> {
  let count = 0;
  for await (const _ of items) count += 1;
  return count;
}
