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

/** A comment, an attribute, an element: what begins and ends around Liquid. */
export interface TagPlace {
  /** One word for each kind of place. */
  readonly where: string;
  /** The comment, or the hidden element, of which what is captured may not be a half. */
  readonly inside?: object | undefined;
}

/**
 * Whether the tags of each block stand in one kind of place. A condition that begins in the text and ends in a comment gives some
 * readers the comment as text, or the text as a comment: which of the two is not known before the copy is made.
 */
export class TagPlaces {
  readonly #open: (TagPlace & { readonly opener: LiquidToken })[] = [];

  /** The first that was met. */
  split: SplitTag | undefined;

  meet(tag: LiquidToken, { where, inside }: TagPlace): void {
    const role = roleOf(tag);
    const name = tagName(tag.liquid);
    if (role === 'opens' || name === 'capture') {
      this.#open.push({ opener: tag, where, inside });
      return;
    }
    if (role !== 'divides' && role !== 'ends' && name !== 'endcapture') return;
    const block = role === 'divides' ? this.#open.at(-1) : this.#open.pop();
    if (block === undefined) return;
    const isHalf = name === 'endcapture' && block.inside !== inside;
    if (block.where !== where || isHalf)
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
