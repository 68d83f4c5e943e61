/**
 * Liquid in comments. A comment with half of a block would stay open in the copies that do not come to its `-->`, and hide what
 * follows: of such a comment the tags of its blocks are kept alone.
 */
import type { LiquidToken } from '../liquid/liquid-protection.js';
import { isBalanced, tagNameOf } from './liquid-blocks.js';

const printing = new Set(['cycle', 'decrement', 'echo', 'increment', 'liquid']);

/** A tag that a reader would see without the comment around it. */
export function isPrinting(token: LiquidToken): boolean {
  return printing.has(tagNameOf(token) ?? '');
}

/** What Outlook alone reads, `<!--[if mso]>`, is more than a comment. */
export function isHalf(comment: string, tokens: readonly LiquidToken[]): boolean {
  return !comment.startsWith('<!--[') && !isBalanced(tokens);
}

export function tagsAlone(tokens: readonly LiquidToken[]): string {
  return tokens
    .filter(token => tagNameOf(token) !== undefined)
    .map(({ token }) => token)
    .join('');
}
