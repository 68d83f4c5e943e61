/** Selectors with lists in them, as `:is(.a, .b)` and `:not(:hover, .a)`, and those that name a state in order to leave it out. */
import { splitSelectors, withoutValues } from './css-rules.js';

/** Nobody writes longer selectors by hand, and each list is read once for each level. */
const longest = 300;
/** Selectors that one with lists stands for. */
const mostVariants = 64;

/**
 * @returns one selector for each member of its lists: `a:is(.b, :hover)` is `a:is(.b)` and `a:is(:hover)`. The library that inlines
 * rules takes each comma for the end of a selector.
 */
export function withoutLists(selector: string): readonly string[] {
  if (selector.length > longest || !lists.test(selector)) return [selector];
  let variants = [''];
  let at = 0;
  for (const { name, members, offset, end } of functionsIn(selector)) {
    if (name === 'not') continue;
    const front = selector.slice(at, offset);
    const inner = members.flatMap(withoutLists);
    if (variants.length * inner.length > mostVariants) return [selector];
    variants = variants.flatMap(variant => inner.map(member => `${variant}${front}:${name}(${member})`));
    at = end;
  }
  return variants.map(variant => variant + selector.slice(at));
}

/**
 * @returns the selector as it holds while nobody points at the element or has visited it: `a:not(:hover, .b)` is `a:not(.b)`, with as
 * much weight as before. Each `:not()` has one member.
 */
export function atRest(selector: string): string {
  if (selector.length > longest || !lists.test(selector)) return selector;
  let kept = '';
  let at = 0;
  for (const { name, members, offset, end } of functionsIn(selector)) {
    kept +=
      selector.slice(at, offset) + (name === 'not' ? notAtRest(members) : `:${name}(${members.map(atRest)})`);
    at = end;
  }
  return kept + selector.slice(at);
}

function notAtRest(members: readonly string[]): string {
  const inner = members.flatMap(withoutLists);
  // What is left out twice over is asked for.
  const isTwice = members.some(member => /:not\(/i.test(member));
  const lasting = isTwice ? inner : inner.filter(member => !passing.test(member));
  const written = lasting.map(member => `:not(${member})`).join('');
  return lasting.length < inner.length ? written + anyElement : written;
}

/** What a reader does. A selector that asks for it means no element before. */
const passing = /:(?:hover|active|visited|target|focus(?:-within|-visible)?)\b/i;

/** True of every element, with the weight of a class. */
export const anyElement = ':not([data-zqnever])';

const lists = /:(?:not|is|where)\(/i;

interface SelectorFunction {
  readonly name: string;
  readonly members: readonly string[];
  readonly offset: number;
  readonly end: number;
}

/** The outermost `:not()`, `:is()` and `:where()`. */
function functionsIn(selector: string): readonly SelectorFunction[] {
  const plain = withoutValues(selector);
  const found: SelectorFunction[] = [];
  for (const { 0: opening, 1: name = '', index: offset } of plain.matchAll(/:(not|is|where)\(/gi)) {
    if (offset < (found.at(-1)?.end ?? 0)) continue;
    const start = offset + opening.length;
    const end = closingBracket(plain, start);
    if (end === -1) break;
    const members = splitSelectors(selector.slice(start, end));
    found.push({ name: name.toLowerCase(), members, offset, end: end + 1 });
  }
  return found;
}

function closingBracket(plain: string, start: number): number {
  let depth = 1;
  for (let at = start; at < plain.length; at += 1) {
    if (plain[at] === '(') depth += 1;
    if (plain[at] === ')') depth -= 1;
    if (depth === 0) return at;
  }
  return -1;
}
