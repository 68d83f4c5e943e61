/** The rules of a style sheet with their places. What is in strings, comments and `url(…)` is not looked at. */
import { isBlank } from '../../text-scan.js';

export interface CssRule {
  readonly kind: 'style' | 'group' | 'other';
  /** The selectors, or `@media …`. */
  readonly prelude: string;
  /** Between the braces. */
  readonly body: string;
  readonly offset: number;
  readonly bodyOffset: number;
  /** After the closing brace. */
  readonly end: number;
}

/** At-rules whose content are rules like any other, under a condition. */
const groups = /^@(?:media|supports|layer|container|scope|document|-moz-document)\b/i;

/** One after the other: a sheet has more rules than anybody wants to keep. */
export function readRules(css: string): Iterable<CssRule> {
  return createRuleReader(css)(0, css.length);
}

/** @returns reads the rules between two places, as of those in a group, without looking for strings and comments again. */
export function createRuleReader(css: string): (from: number, to: number) => Iterable<CssRule> {
  const plain = withoutValues(css);
  return (from, to) => rulesIn(css, plain, from, to);
}

function* rulesIn(css: string, plain: string, from: number, to: number): Generator<CssRule, void, void> {
  let start = from;
  for (let at = from; at < to; at += 1) {
    const code = plain.charCodeAt(at);
    // `@import …;` and what is left of a rule that somebody closed twice.
    if (code === semicolon || code === closing) start = at + 1;
    if (code !== opening) continue;
    const bodyEnd = closingBrace(plain, at, to);
    const offset = skipBlanks(plain, start, at);
    const prelude = css.slice(offset, skipBlanksBack(plain, at, offset));
    const kind = prelude.startsWith('@') ? (groups.test(prelude) ? 'group' : 'other') : 'style';
    const body = css.slice(at + 1, bodyEnd);
    yield { kind, prelude, body, offset, bodyOffset: at + 1, end: Math.min(bodyEnd + 1, to) };
    at = bodyEnd;
    start = at + 1;
  }
}

function closingBrace(plain: string, open: number, to: number): number {
  let depth = 0;
  for (let at = open; at < to; at += 1) {
    const code = plain.charCodeAt(at);
    if (code === opening) depth += 1;
    if (code === closing) depth -= 1;
    if (depth === 0) return at;
  }
  return to;
}

function skipBlanks(plain: string, from: number, to: number): number {
  let at = from;
  while (at < to && isBlank(plain.charCodeAt(at))) at += 1;
  return at;
}

function skipBlanksBack(plain: string, from: number, to: number): number {
  let at = from;
  while (at > to && isBlank(plain.charCodeAt(at - 1))) at -= 1;
  return at;
}

const lineFeed = 0x0a;
const space = 0x20;
const doubleQuote = 0x22;
const singleQuote = 0x27;
const openRound = 0x28;
const closeRound = 0x29;
const comma = 0x2c;
const minus = 0x2d;
const slash = 0x2f;
const colon = 0x3a;
const semicolon = 0x3b;
const lessThan = 0x3c;
const openSquare = 0x5b;
const backslash = 0x5c;
const closeSquare = 0x5d;
const underscore = 0x5f;
const letterU = 0x75;
const opening = 0x7b;
const closing = 0x7d;

/** Of the same length: comments are blanks, strings and URLs are underscores. */
export function withoutValues(css: string): string {
  // Octets that are written over: to make a text for each value would take longer than to find them.
  let units: Buffer | undefined;
  for (let at = 0; at < css.length; ) {
    const end = endOfValue(css, at);
    if (end === at) {
      at += 1;
      continue;
    }
    units ??= Buffer.from(css, 'utf16le');
    const code = css.charCodeAt(at);
    const put = code === slash || code === lessThan || code === minus ? space : underscore;
    for (; at < end; at += 1) {
      units[2 * at] = put;
      units[2 * at + 1] = 0;
    }
  }
  return units === undefined ? css : units.toString('utf16le');
}

/** @returns behind the comment, string or URL that begins there; the place itself when none does. */
function endOfValue(css: string, at: number): number {
  const code = css.charCodeAt(at);
  if (code === doubleQuote || code === singleQuote) return endOfString(css, at);
  if (code === slash && css.startsWith('/*', at)) {
    const end = css.indexOf('*/', at + 2);
    return end === -1 ? css.length : end + 2;
  }
  if (code === lessThan && css.startsWith('<!--', at)) return at + 4;
  if (code === minus && css.startsWith('-->', at)) return at + 3;
  return (code | 0x20) === letterU ? endOfUrl(css, at) : at;
}

/** A string ends at its line, too. CSS Syntax 3 §4.3.5 */
function endOfString(css: string, start: number): number {
  const quote = css.charCodeAt(start);
  let at = start + 1;
  while (at < css.length) {
    const code = css.charCodeAt(at);
    if (code === quote) return at + 1;
    if (code === lineFeed || (code === backslash && at + 1 === css.length)) return at;
    at += code === backslash ? 2 : 1;
  }
  return at;
}

/** Without quotes no bracket may stand in it. CSS Syntax 3 §4.3.6 */
function endOfUrl(css: string, start: number): number {
  if (css.charCodeAt(start + 3) !== openRound || css.slice(start, start + 3).toLowerCase() !== 'url')
    return start;
  for (let at = start + 4; at < css.length; at += 1) {
    const code = css.charCodeAt(at);
    if (code === closeRound) return at + 1;
    if (code === openRound || code === doubleQuote || code === singleQuote) return start;
  }
  return start;
}

export interface Declaration {
  readonly property: string;
  readonly text: string;
  readonly isImportant: boolean;
  /** Of the text, in what was read. */
  readonly offset: number;
}

/** Of the body of a rule or of a `style` attribute; what is no declaration is left out. */
export function readDeclarations(body: string): readonly Declaration[] {
  const declarations: Declaration[] = [];
  const plain = withoutValues(body);
  for (let start = 0; start <= plain.length; ) {
    const found = plain.indexOf(';', start);
    const end = found === -1 ? plain.length : found;
    const offset = skipBlanks(plain, start, end);
    const sign = indexOfCode(plain, colon, offset, end);
    if (sign > offset) {
      const text = body.slice(offset, skipBlanksBack(plain, end, offset));
      declarations.push({
        property: body.slice(offset, sign).trim().toLowerCase(),
        text,
        isImportant: text.includes('!') && important.test(text),
        offset,
      });
    }
    start = end + 1;
  }
  return declarations;
}

const important = /!\s*important$/i;

/** @returns -1 when there is none between the two places. */
function indexOfCode(text: string, code: number, from: number, to: number): number {
  for (let at = from; at < to; at += 1) if (text.charCodeAt(at) === code) return at;
  return -1;
}

/** At commas that are not in parentheses or brackets. */
export function splitSelectors(prelude: string): readonly string[] {
  const plain = withoutValues(prelude);
  const selectors: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at <= plain.length; at += 1) {
    const code = at === plain.length ? comma : plain.charCodeAt(at);
    if (code === openRound || code === openSquare) depth += 1;
    if (code === closeRound || code === closeSquare) depth -= 1;
    if (at < plain.length && (code !== comma || depth > 0)) continue;
    const selector = prelude.slice(start, at).trim();
    if (selector !== '') selectors.push(selector);
    start = at + 1;
  }
  return selectors;
}
