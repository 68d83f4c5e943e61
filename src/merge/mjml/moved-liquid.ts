/** Liquid that depends on its order, where MJML prints it in another one, or more than once. */
import { Problem } from '../../problem.js';
import type { LiquidToken, ProtectedText } from '../liquid/liquid-protection.js';
import type { PlaceOf } from '../source-text.js';
import { isStateful, tagNameOf } from './liquid-blocks.js';

/** Each time they are come to they give the next value. */
const counters = new Set(['cycle', 'decrement', 'increment']);

export function findMovedLiquid(html: string, source: ProtectedText, placeOf: PlaceOf): readonly Problem[] {
  const setters = source.tokens.filter(isStateful);
  if (setters.length === 0) return [];
  const printed = placesIn(html, source);
  const placesOf = ({ token }: LiquidToken) => printed.get(token) ?? [];
  return setters.flatMap(setter => {
    const where = placeOf(setter.offset);
    const places = placesOf(setter);
    if (counters.has(tagNameOf(setter) ?? '') && places.length > 1) {
      const fix = 'Put it into {% capture value %}…{% endcapture %} before, and write {{ value }} here.';
      const what = `MJML prints ${setter.liquid} ${places.length} times, and it counts each time`;
      return [new Problem('template-syntax', what, { where, fix })];
    }
    const user = source.tokens.find(other => isAboutValueOf(setter, other) && isMoved(setter, other));
    if (user === undefined) return [];
    const what = `MJML moves ${setter.liquid} to the other side of ${user.liquid}`;
    const fix = 'Put it at the beginning of the file, or of <mj-body> if it is used in the body alone.';
    return [new Problem('template-syntax', what, { where, fix })];
  });

  function isMoved(setter: LiquidToken, user: LiquidToken): boolean {
    const isBefore = setter.offset < user.offset;
    return placesOf(setter).some(at => placesOf(user).some(used => at < used !== isBefore));
  }
}

/** Where each token stands, in one pass. */
function placesIn(html: string, source: ProtectedText): ReadonlyMap<string, readonly number[]> {
  const places = new Map<string, number[]>();
  let at = 0;
  for (const { token } of source.tokensIn(html)) {
    at = html.indexOf(token, at);
    const known = places.get(token);
    if (known === undefined) places.set(token, [at]);
    else known.push(at);
    at += token.length;
  }
  return places;
}

function isAboutValueOf(setter: LiquidToken, other: LiquidToken): boolean {
  if (other === setter) return false;
  const names = [...setter.liquid.matchAll(/(?:assign|capture|increment|decrement)\s+([\w-]+)/g)];
  const words = new Set(other.liquid.match(/[\w-]+/g));
  return names.some(([, name = '']) => words.has(name));
}
