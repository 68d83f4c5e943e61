import { Problem } from '../../problem.js';
import type { PlaceOf } from '../source-text.js';
import type { LiquidToken, ProtectedText } from './liquid-protection.js';
import { isStateful, roleOf } from './liquid-tags.js';
import { findMisplaced, type Misplaced } from './tag-order.js';

const verbs: Readonly<Record<Misplaced['fault'], string>> = {
  lost: 'drops',
  moved: 'moves',
  repeated: 'repeats',
};

/**
 * Each Liquid tag of the source stands in the compiled HTML, where and as often as it stood: a condition that is lost shows one
 * reader another's words.
 * @param compiler what made the HTML, to name it.
 * @throws Problem `template-syntax` with the place of the first that does not.
 */
export function refuseMisplaced(
  compiler: string,
  html: string,
  source: ProtectedText,
  placeOf: PlaceOf,
): void {
  const compiled = source.tokensIn(html);
  const misplaced = findMisplaced(withoutDroppedComments(source, new Set(compiled)), compiled);
  if (misplaced === undefined) return;
  const { token, fault } = misplaced;
  throw new Problem('template-syntax', `${compiler} ${verbs[fault]} ${token.liquid} here`, {
    where: placeOf(token.offset),
    fix: 'Move it into a text, or between whole elements.',
  });
}

/** A compiler may drop a comment with all of a block in it, but not with one half of it. */
function withoutDroppedComments(
  { text, tokens }: ProtectedText,
  compiled: ReadonlySet<LiquidToken>,
): readonly LiquidToken[] {
  const dropped = new Set<LiquidToken>();
  const open: { readonly index: number; readonly place: number }[] = [];
  // Of the token, in the protected text.
  let place = 0;
  let end = 0;
  for (const [index, token] of tokens.entries()) {
    place += token.offset - end;
    end = token.offset + token.liquid.length;
    const role = roleOf(token);
    if (role === 'opens') open.push({ index, place });
    const block = role === 'ends' ? open.pop() : undefined;
    if (block !== undefined && !compiled.has(token) && isInOneComment(text, block.place, place)) {
      const inside = tokens.slice(block.index, index + 1);
      if (!inside.some(one => compiled.has(one) || isStateful(one)))
        for (const one of inside) dropped.add(one);
    }
    place += token.token.length;
  }
  return tokens.filter(token => !dropped.has(token));
}

function isInOneComment(text: string, from: number, to: number): boolean {
  const begins = text.lastIndexOf('<!--', from);
  return begins !== -1 && !text.slice(begins, to).includes('-->');
}
