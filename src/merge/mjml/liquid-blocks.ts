import type { LiquidToken } from '../liquid/liquid-protection.js';

/** Tags with an end tag, between which something stands that may come often, or not at all. */
const openers = new Set(['if', 'unless', 'case', 'for', 'tablerow', 'capture']);
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

/** Tags that change what other Liquid prints, wherever that stands. */
const stateful = new Set(['assign', 'capture', 'cycle', 'decrement', 'increment', 'liquid']);

/** @returns the name of a `{% tag %}`. */
export function tagNameOf({ liquid }: LiquidToken): string | undefined {
  return /^\{%-?\s*(\w+)/.exec(liquid)?.[1];
}

export function isStateful(token: LiquidToken): boolean {
  return stateful.has(tagNameOf(token) ?? '');
}

/** Whether nothing else changes when these are left out: they begin and end their own blocks, and change no value. */
export function isWholeInItself(tokens: readonly LiquidToken[]): boolean {
  return isBalanced(tokens) && !tokens.some(isStateful);
}

/** Whether they begin and end their own blocks. */
export function isBalanced(tokens: readonly LiquidToken[]): boolean {
  const open: string[] = [];
  for (const name of tokens.map(tagNameOf)) {
    if (name === undefined) continue;
    if (openers.has(name)) open.push(name);
    else if (name.startsWith('end') && open.pop() !== name.slice(3)) return false;
    else if (branches.has(name) && open.length === 0) return false;
  }
  return open.length === 0;
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
    const name = tagNameOf(tag);
    const block = this.#open.at(-1);
    if (name === undefined) return undefined;
    if (openers.has(name)) this.#open.push({ name, opener: tag, place });
    const isEnd = block !== undefined && name === `end${block.name}`;
    if (isEnd) this.#open.pop();
    // What ends or divides nothing is an error of the syntax, and told as such.
    if (block === undefined || !(isEnd || branches.has(name)) || block.place === place) return undefined;
    return { opener: block.opener, tag };
  }
}
