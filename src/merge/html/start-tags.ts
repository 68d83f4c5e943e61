/** The start tags of HTML with the place of each attribute, so that single values can be changed and nothing else is. */
import { isBlank, isLetter } from '../../text-scan.js';

export interface StartTag {
  /** In lower case. */
  readonly name: string;
  /** Of the `<`, and of what comes after the `>`. */
  readonly offset: number;
  readonly end: number;
  /** The first thousand. */
  readonly attributes: readonly Attribute[];
  /** What stands in an element that holds no others: `style`, `script`, `title`, `textarea`. */
  readonly content?: Span;
  /** In a conditional comment: one that Outlook alone reads, or one that everybody else does. */
  readonly condition: 'outlook' | 'others' | undefined;
}

export interface Span {
  readonly offset: number;
  readonly end: number;
}

export interface Attribute extends Span {
  /** In lower case. */
  readonly name: string;
  /** As written, without quotes; undefined when there is none. */
  readonly value: string | undefined;
  /** Of the value's first letter. */
  readonly valueOffset: number;
  readonly quote: '"' | "'" | '';
}

/** `<!--[if !mso]><!-->`, of which only Outlook takes the end for one. */
const conditionForOthers = /<!--\[if[^\]>]*\]>\s*(?:<!--+(?:\s+-*)?>|-->)/y;
const conditionForOutlook = /<!--\[if[^\]>]*\]>/y;
const conditionEnds = /<!--+\s*<!\[endif\]--+>/y;
const endOfOthers = /<!\[endif\]-->/iy;
const rawText = new Set(['style', 'script', 'title', 'textarea']);
/** No reader looks at more, and each becomes an object. */
const mostAttributes = 1_000;

/**
 * In their order. What is in comments, styles and scripts is none; what is in a conditional comment for Outlook is. Takes time in
 * proportion to the text, whatever is in it.
 * @param opaque names of the elements whose content is not looked at.
 */
export function* startTags(
  html: string,
  opaque: ReadonlySet<string> = rawText,
): Generator<StartTag, void, void> {
  let condition: StartTag['condition'];
  let at = 0;
  while (at < html.length) {
    const code = html.charCodeAt(at);
    if (code === hyphen && html.startsWith('-->', at)) {
      if (condition === 'outlook') condition = undefined;
      at += 3;
    } else if (code !== lessThan) {
      at += 1;
    } else if (isLetter(html.charCodeAt(at + 1))) {
      const tag = readTag(html, at, condition, opaque);
      yield tag;
      at = tag.content?.end ?? tag.end;
    } else if (html.startsWith('!--', at + 1)) {
      const begin = read(conditionForOthers, html, at);
      const end = read(conditionEnds, html, at);
      const hidden = read(conditionForOutlook, html, at);
      if (begin !== undefined) condition = 'others';
      else if (end !== undefined) condition = undefined;
      else if (hidden !== undefined) condition = 'outlook';
      at += begin ?? end ?? hidden ?? commentLength(html, at);
    } else {
      const end = read(endOfOthers, html, at);
      if (end !== undefined) condition = undefined;
      at += end ?? 1;
    }
  }
}

/** @returns the length of what stands there. */
function read(pattern: RegExp, html: string, offset: number): number | undefined {
  if (html.charCodeAt(offset + 1) !== exclamation) return undefined;
  pattern.lastIndex = offset;
  return pattern.test(html) ? pattern.lastIndex - offset : undefined;
}

function commentLength(html: string, offset: number): number {
  if (/^<!---?>/.test(html.slice(offset, offset + 6))) return html.indexOf('>', offset) + 1 - offset;
  const end = html.indexOf('-->', offset + 4);
  return (end === -1 ? html.length : end + 3) - offset;
}

function readTag(
  html: string,
  offset: number,
  condition: StartTag['condition'],
  opaque: ReadonlySet<string>,
): StartTag {
  const nameEnd = endOfName(html, offset + 1);
  const name = html.slice(offset + 1, nameEnd).toLowerCase();
  const attributes: Attribute[] = [];
  let at = nameEnd;
  for (;;) {
    const attribute = readAttribute(html, at);
    if (attribute === undefined) break;
    if (attributes.length < mostAttributes) attributes.push(attribute);
    at = attribute.end;
  }
  const closes = html.indexOf('>', at);
  const end = closes === -1 ? html.length : closes + 1;
  if (!opaque.has(name) || html[end - 2] === '/') return { name, offset, end, attributes, condition };
  const content = { offset: end, end: findEndTag(html, name, end) ?? html.length };
  return { name, offset, end, attributes, content, condition };
}

const slash = 0x2f;
const lessThan = 0x3c;
const equals = 0x3d;
const greaterThan = 0x3e;
const exclamation = 0x21;
const hyphen = 0x2d;
const doubleQuote = 0x22;
const singleQuote = 0x27;

/** Behind the name of a tag. */
function endOfName(html: string, from: number): number {
  let at = from;
  while (at < html.length) {
    const code = html.charCodeAt(at);
    if (code === slash || code === greaterThan || isBlank(code)) break;
    at += 1;
  }
  return at;
}

/** @returns the attribute behind blanks and slashes; undefined where none begins. */
function readAttribute(html: string, from: number): Attribute | undefined {
  let offset = from;
  while (offset < html.length && (html.charCodeAt(offset) === slash || isBlank(html.charCodeAt(offset))))
    offset += 1;
  let nameEnd = offset;
  let isLower = true;
  while (nameEnd < html.length) {
    const code = html.charCodeAt(nameEnd);
    if (code === slash || code === greaterThan || code === equals || isBlank(code)) break;
    isLower &&= code < 0x80 && !(code >= 0x41 && code <= 0x5a);
    nameEnd += 1;
  }
  if (nameEnd === offset) return undefined;
  const written = html.slice(offset, nameEnd);
  const name = isLower ? written : written.toLowerCase();
  const sign = skipBlanks(html, nameEnd);
  const begin = html.charCodeAt(sign) === equals ? skipBlanks(html, sign + 1) : html.length;
  const first = html.charCodeAt(begin);
  if (first === doubleQuote || first === singleQuote) {
    const quote = first === doubleQuote ? '"' : "'";
    const closes = html.indexOf(quote, begin + 1);
    if (closes !== -1) {
      const value = html.slice(begin + 1, closes);
      return { name, offset, end: closes + 1, value, valueOffset: begin + 1, quote };
    }
  } else if (begin < html.length && first !== greaterThan) {
    let end = begin + 1;
    while (end < html.length && html.charCodeAt(end) !== greaterThan && !isBlank(html.charCodeAt(end)))
      end += 1;
    return { name, offset, end, value: html.slice(begin, end), valueOffset: begin, quote: '' };
  }
  return { name, offset, end: nameEnd, value: undefined, valueOffset: nameEnd, quote: '' };
}

function skipBlanks(html: string, from: number): number {
  let at = from;
  while (at < html.length && isBlank(html.charCodeAt(at))) at += 1;
  return at;
}

const endTag = /<\/([a-z][a-z0-9-]*)(?=[\s/>])/gi;

/**
 * @param name in lower case.
 * @returns where the end tag begins.
 */
export function findEndTag(html: string, name: string, from: number): number | undefined {
  endTag.lastIndex = from;
  for (let found = endTag.exec(html); found !== null; found = endTag.exec(html)) {
    if (found[1]?.toLowerCase() === name) return found.index;
  }
  return undefined;
}

export function attributeValue(attributes: readonly Attribute[], name: string): string | undefined {
  return attributes.find(attribute => attribute.name === name)?.value;
}
