/** What a piece of Liquid does, as far as its place matters. */
import type { LiquidToken } from './liquid-protection.js';

export type LiquidRole =
  /** Prints a value and changes nothing: `{{ name }}`, `{% echo name %}`. */
  | 'output'
  /** The first, a middle and the last tag of a block that gives its content once, several times or not at all. */
  | 'opens'
  | 'divides'
  | 'ends'
  /** Changes what comes later and prints nothing: `assign`, both tags of `capture`, `break`, `continue`. */
  | 'sets'
  /** Changes what comes later and prints: `increment`, `decrement`, `cycle`, and `liquid`, which may do anything. */
  | 'counts'
  /** Words that look like Liquid. */
  | 'raw'
  | 'comment';

const blocks = new Set(['if', 'unless', 'case', 'for', 'tablerow']);
const branches = new Set(['else', 'elsif', 'when']);
const counters = new Set(['increment', 'decrement', 'cycle', 'liquid']);

/** @returns the name of a tag, `#` for a comment in one tag; undefined for `{{ … }}`. */
export function tagName(liquid: string): string | undefined {
  return /^\{%-?\s*(#|\w+)/.exec(liquid)?.[1];
}

export function roleOf({ liquid }: Pick<LiquidToken, 'liquid'>): LiquidRole {
  const name = tagName(liquid);
  if (name === undefined || name === 'echo') return 'output';
  if (name === '#' || name === 'comment') return 'comment';
  if (name === 'raw') return 'raw';
  if (blocks.has(name)) return 'opens';
  if (branches.has(name)) return 'divides';
  if (name.startsWith('end') && blocks.has(name.slice(3))) return 'ends';
  return counters.has(name) ? 'counts' : 'sets';
}

/** Tags whose order and number decide about the copy. */
export function isControl(token: Pick<LiquidToken, 'liquid'>): boolean {
  return /^(?:opens|divides|ends|sets|counts)$/.test(roleOf(token));
}

/** What changes values, so that it must be come to once, and in its order. */
export function isStateful(token: Pick<LiquidToken, 'liquid'>): boolean {
  return /^(?:sets|counts)$/.test(roleOf(token));
}

/** White space that `-` eats is taken out where the text is known; the text part needs the line ends that are left. */
export function withoutTrim(liquid: string): string {
  return liquid.replace(/^\{([{%])-/, '{$1').replace(/-([}%])\}$/, '$1}');
}
