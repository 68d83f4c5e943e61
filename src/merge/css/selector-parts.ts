/** Parts of a selector. What is in strings and brackets is not looked at. */
import { withoutValues } from './css-rules.js';

/**
 * @returns the compound that means the element itself, and what stands before it with its combinator: `.a > p.b` is `.a > ` and
 * `p.b`.
 */
export function splitLastCompound(selector: string): { readonly front: string; readonly last: string } {
  const plain = withoutBrackets(selector);
  let at = plain.length;
  while (at > 0 && !/[\s>+~]/.test(plain[at - 1] as string)) at -= 1;
  return { front: selector.slice(0, at), last: selector.slice(at) };
}

const className = /\.(-?[a-z_\u0080-\uffff][\w\u0080-\uffff-]*)/gi;

export function classesIn(part: string): string[] {
  return [...withoutBrackets(part).matchAll(className)].map(([, name = '']) => name);
}

/** @returns a selector that means more elements, if any at all. */
export function withoutClasses(part: string, names: readonly string[]): string {
  const plain = withoutBrackets(part);
  let kept = '';
  let at = 0;
  for (const { 0: written, 1: name = '', index } of plain.matchAll(className)) {
    if (!names.includes(name)) continue;
    kept += part.slice(at, index);
    at = index + written.length;
    // Between combinators something has to be left.
    const before = index === 0 || /[\s>+~]/.test(plain[index - 1] as string);
    if (before) kept += '*';
  }
  return (kept + part.slice(at)).replaceAll(/\*(?=[a-z*])/gi, '');
}

/** Ids, then classes with their like, then names of elements. Selectors 4 §17 */
export function weightOf(selector: string): number {
  const plain = withoutValues(selector);
  const count = (pattern: RegExp) => plain.match(pattern)?.length ?? 0;
  return count(/#/g) * 1_000_000 + count(/[.[:]/g) * 1_000 + count(/(?:^|[\s>+~])[a-z]/gi);
}

/** Of the same length. */
function withoutBrackets(selector: string): string {
  const plain = withoutValues(selector);
  let depth = 0;
  let kept = '';
  for (const letter of plain.split('')) {
    if (letter === '(' || letter === '[') depth += 1;
    kept += depth > 0 ? '_' : letter;
    if (letter === ')' || letter === ']') depth -= 1;
  }
  return kept;
}
