import type { LiquidToken } from '../liquid/liquid-protection.js';

/** Tags with an end tag, between which something stands that may come often, or not at all. */
const openers = new Set(['if', 'unless', 'case', 'for', 'tablerow', 'capture', 'comment']);
const branches = new Set(['else', 'elsif', 'when']);

interface Block {
  readonly name: string;
  readonly opener: LiquidToken;
  readonly place: number;
}

export interface SplitBlock {
  readonly opener: LiquidToken;
  /** The first of its tags that stands elsewhere. */
  readonly tag: LiquidToken;
}

/**
 * Whether the tags of each Liquid block stand in one place: between the same two tags of an element, in one attribute, in
 * one text. A condition around half of a pair of tags would give some readers an element that nobody closes.
 */
export class LiquidBlocks {
  readonly #open: Block[] = [];

  /**
   * @param tokens in their order.
   * @param place a number for where they stand; the same for the same place only.
   */
  meet(tokens: readonly LiquidToken[], place: number): SplitBlock | undefined {
    for (const tag of tokens) {
      const split = this.#meet(tag, place);
      if (split !== undefined) return split;
    }
    return undefined;
  }

  #meet(tag: LiquidToken, place: number): SplitBlock | undefined {
    const name = /^\{%-?\s*(\w+)/.exec(tag.liquid)?.[1];
    const block = this.#open.at(-1);
    if (name === undefined || (block?.name === 'comment' && name !== 'endcomment')) return undefined;
    if (openers.has(name)) this.#open.push({ name, opener: tag, place });
    const isEnd = block !== undefined && name === `end${block.name}`;
    if (isEnd) this.#open.pop();
    // What ends or divides nothing is an error of the syntax, and told as such.
    if (block === undefined || !(isEnd || branches.has(name)) || block.place === place) return undefined;
    return { opener: block.opener, tag };
  }
}
