import type { LiquidToken } from './liquid-protection.js';
import { roleOf, tagName } from './liquid-tags.js';

/** A tag in another kind of place than the block it belongs to. */
export interface SplitTag {
  readonly tag: LiquidToken;
  /** "in a comment" */
  readonly where: string;
  readonly opener: LiquidToken;
  readonly openerWhere: string;
}

/**
 * Whether the tags of each block stand in one kind of place. A condition that begins in the text and ends in a comment gives some
 * readers the comment as text, or the text as a comment: which of the two is not known before the copy is made.
 */
export class TagPlaces {
  readonly #open: { readonly opener: LiquidToken; readonly where: string }[] = [];

  /** The first that was met. */
  split: SplitTag | undefined;

  /** @param where one word for each kind of place. */
  meet(tag: LiquidToken, where: string): void {
    const role = roleOf(tag);
    const name = tagName(tag.liquid);
    if (role === 'opens' || name === 'capture') {
      this.#open.push({ opener: tag, where });
      return;
    }
    if (role !== 'divides' && role !== 'ends' && name !== 'endcapture') return;
    const block = role === 'divides' ? this.#open.at(-1) : this.#open.pop();
    if (block === undefined || block.where === where) return;
    this.split ??= { tag, where, opener: block.opener, openerWhere: block.where };
  }
}

/** Whether each block that has a tag here begins and ends here. */
export function areWhole(tokens: readonly LiquidToken[]): boolean {
  let depth = 0;
  for (const token of tokens) {
    const role = roleOf(token);
    if (role === 'opens') depth += 1;
    if (role === 'ends') depth -= 1;
    if (depth < 0 || (role === 'divides' && depth === 0)) return false;
  }
  return depth === 0;
}
