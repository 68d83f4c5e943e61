/**
 * The tags of an HTML template and the Liquid between and inside them, as the HTML standard reads what comes of it: what is
 * in comments, scripts and styles has no tags, and a `>` in an attribute ends nothing. Builds no tree.
 */
import { isBlank, isLetter } from '../../text-scan.js';
import { findEndTag } from './start-tags.js';

export type HtmlPiece =
  | ({ readonly kind: 'tag'; readonly name: string; readonly isEnd: boolean } & Span)
  /** Comments, a doctype, and what is read as a comment. HTML §13.2.5.41 */
  | ({ readonly kind: 'comment' } & Span)
  /** `{% name … %}`, but none inside a tag; `{{ … }}` is text. */
  | ({ readonly kind: 'liquid'; readonly name: string } & Span)
  | ({ readonly kind: 'text' } & Span);

interface Span {
  readonly start: number;
  readonly end: number;
}

/** Elements whose content is text up to their end tag. HTML §13.2.6 */
const rawText = new Set([
  'script',
  'style',
  'title',
  'textarea',
  'xmp',
  'iframe',
  'noembed',
  'noframes',
  'noscript',
]);

const exclamation = 0x21;
const doubleQuote = 0x22;
const percent = 0x25;
const singleQuote = 0x27;
const slash = 0x2f;
const lessThan = 0x3c;
const equals = 0x3d;
const greaterThan = 0x3e;
const question = 0x3f;
const brace = 0x7b;

/** @param from where a piece begins. */
export function* htmlPieces(html: string, from = 0): Generator<HtmlPiece, void, void> {
  const endOfLiquid = createLiquidReader(html);
  let at = from;
  while (at < html.length) {
    const piece = pieceAt(html, at, endOfLiquid);
    if (piece !== undefined) {
      yield piece;
      at = piece.end;
      continue;
    }
    const start = at;
    at += 1;
    let isEmpty = isBlank(html.charCodeAt(start));
    while (at < html.length) {
      const code = html.charCodeAt(at);
      if (code === lessThan && mayBeTag(html.charCodeAt(at + 1))) break;
      if (code === brace && endOfLiquid(at) !== undefined) break;
      isEmpty &&= isBlank(code);
      at += 1;
    }
    if (!isEmpty) yield { kind: 'text', start, end: at };
  }
}

/** Of a tag, an end tag, a comment or what is read as one. */
function mayBeTag(code: number): boolean {
  return isLetter(code) || code === slash || code === exclamation || code === question;
}

const blockName = /\{%-?\s*(\w+)/y;
const comment = /<!--(?:-?>|[\s\S]*?(?:--!?>|$))|<[!?][^>]*>?|<\/[^a-z][^>]*>?/iy;

function pieceAt(html: string, start: number, endOfLiquid: LiquidReader): HtmlPiece | undefined {
  const code = html.charCodeAt(start);
  if (code === brace) {
    const end = endOfLiquid(start);
    if (end === undefined) return undefined;
    blockName.lastIndex = start;
    const name = blockName.exec(html)?.[1];
    return name === undefined ? { kind: 'text', start, end } : { kind: 'liquid', name, start, end };
  }
  if (code !== lessThan) return undefined;
  const isEnd = html.charCodeAt(start + 1) === slash;
  const nameStart = isEnd ? start + 2 : start + 1;
  if (!isLetter(html.charCodeAt(nameStart))) {
    comment.lastIndex = start;
    return comment.test(html) ? { kind: 'comment', start, end: comment.lastIndex } : undefined;
  }
  const nameEnd = endOfName(html, nameStart);
  const name = html.slice(nameStart, nameEnd).toLowerCase();
  const tagEnd = endOfTag(html, nameEnd, endOfLiquid);
  const end = !isEnd && rawText.has(name) ? endOfRawText(html, name, tagEnd) : tagEnd;
  return { kind: 'tag', name, isEnd, start, end };
}

/** @returns where the Liquid ends that begins there. */
type LiquidReader = (at: number) => number | undefined;

const commentBegins = /\{%-?\s*comment\s*-?%\}/y;
const commentEnds = /\{%-?\s*endcomment\s*-?%\}/g;

/** A comment of Liquid is one piece, whatever is in it. What is found nowhere is not looked for again. */
function createLiquidReader(html: string): LiquidReader {
  const lastOutput = html.lastIndexOf('}}');
  const lastTag = html.lastIndexOf('%}');
  let hasCommentEnds = true;
  return at => {
    const isTag = html.charCodeAt(at + 1) === percent;
    if (!isTag && html.charCodeAt(at + 1) !== brace) return undefined;
    if ((isTag ? lastTag : lastOutput) < at + 2) return undefined;
    if (isTag && hasCommentEnds) {
      commentBegins.lastIndex = at;
      if (commentBegins.test(html)) {
        commentEnds.lastIndex = at;
        hasCommentEnds = commentEnds.test(html);
        if (hasCommentEnds) return commentEnds.lastIndex;
      }
    }
    return html.indexOf(isTag ? '%}' : '}}', at + 2) + 2;
  };
}

function endOfName(html: string, from: number): number {
  let at = from;
  while (at < html.length) {
    const code = html.charCodeAt(at);
    if (code === slash || code === greaterThan || code === brace || isBlank(code)) break;
    at += 1;
  }
  return at;
}

/** Behind the `>` of a tag, from behind its name. Values come in quotes or without. HTML §13.2.5.32–39 */
function endOfTag(html: string, from: number, endOfLiquid: LiquidReader): number {
  let at = from;
  let quote = 0;
  let isValue = false;
  while (at < html.length) {
    const code = html.charCodeAt(at);
    const liquidEnd = code === brace ? endOfLiquid(at) : undefined;
    if (liquidEnd !== undefined) {
      at = liquidEnd;
      if (isValue && quote === 0) isValue = false;
      continue;
    }
    at += 1;
    if (quote !== 0) {
      if (code === quote) quote = 0;
    } else if (code === greaterThan) {
      return at;
    } else if (isValue && (code === doubleQuote || code === singleQuote)) {
      quote = code;
      isValue = false;
    } else if (code === equals) {
      isValue = true;
    } else if (isValue && !isBlank(code)) {
      isValue = false;
    }
  }
  return at;
}

function endOfRawText(html: string, name: string, from: number): number {
  const begins = findEndTag(html, name, from);
  const ends = begins === undefined ? -1 : html.indexOf('>', begins);
  return ends === -1 ? html.length : ends + 1;
}
