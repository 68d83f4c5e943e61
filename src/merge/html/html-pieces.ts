/**
 * The tags of an HTML template and the Liquid between and inside them, as the HTML standard reads what comes of it: what is
 * in comments, scripts and styles has no tags, and a `>` in an attribute ends nothing. Builds no tree.
 */
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

export function* htmlPieces(html: string): Generator<HtmlPiece, void, void> {
  const liquidAt = createLiquidReader(html);
  let at = 0;
  while (at < html.length) {
    const piece = pieceAt(html, at, liquidAt);
    if (piece === undefined) {
      const next = html.slice(at + 1).search(/[<{]/);
      const end = next === -1 ? html.length : at + 1 + next;
      if (html.slice(at, end).trim() !== '') yield { kind: 'text', start: at, end };
      at = end;
      continue;
    }
    const end =
      piece.kind === 'tag' && !piece.isEnd && rawText.has(piece.name)
        ? endOfRawText(html, piece.name, piece.end)
        : piece.end;
    yield { ...piece, end };
    at = end;
  }
}

function pieceAt(html: string, start: number, liquidAt: LiquidReader): HtmlPiece | undefined {
  const liquid = liquidAt(start);
  if (liquid !== undefined) {
    const [, name] = /^\{%-?\s*(\w+)/.exec(liquid) ?? [];
    const end = start + liquid.length;
    return name === undefined ? { kind: 'text', start, end } : { kind: 'liquid', name, start, end };
  }
  const comment = match(html, start, /<!--(?:-?>|[\s\S]*?(?:--!?>|$))|<[!?][^>]*>?|<\/[^a-z][^>]*>?/iy);
  if (comment !== undefined) return { kind: 'comment', start, end: start + comment.length };
  const opening = match(html, start, /<\/?[a-z][^\s/>{]*/iy);
  if (opening === undefined) return undefined;
  const isEnd = opening.startsWith('</');
  const name = opening.slice(isEnd ? 2 : 1).toLowerCase();
  return { kind: 'tag', name, isEnd, start, end: endOfTag(html, start + opening.length, liquidAt) };
}

/** @returns the Liquid that begins there. */
type LiquidReader = (at: number) => string | undefined;

const commentBegins = /\{%-?\s*comment\s*-?%\}/y;
const commentEnds = /\{%-?\s*endcomment\s*-?%\}/g;

/** A comment of Liquid is one piece, whatever is in it. What is found nowhere is not looked for again. */
function createLiquidReader(html: string): LiquidReader {
  const lastClosed = { '{{': html.lastIndexOf('}}'), '{%': html.lastIndexOf('%}') };
  let hasCommentEnds = true;
  return at => {
    const brace = html.slice(at, at + 2);
    if ((brace !== '{{' && brace !== '{%') || lastClosed[brace] < at + 2) return undefined;
    if (brace === '{%' && hasCommentEnds && match(html, at, commentBegins) !== undefined) {
      commentEnds.lastIndex = at;
      hasCommentEnds = commentEnds.test(html);
      if (hasCommentEnds) return html.slice(at, commentEnds.lastIndex);
    }
    return html.slice(at, html.indexOf(brace === '{{' ? '}}' : '%}', at + 2) + 2);
  };
}

/** Behind the `>` of a tag, from behind its name. Values come in quotes or without. HTML §13.2.5.32–39 */
function endOfTag(html: string, from: number, liquidAt: LiquidReader): number {
  let at = from;
  let quote = '';
  let isValue = false;
  while (at < html.length) {
    const liquid = liquidAt(at);
    const character = html[at] as string;
    if (liquid !== undefined) {
      at += liquid.length;
      if (isValue && quote === '') isValue = false;
      continue;
    }
    at += 1;
    if (quote !== '') {
      if (character === quote) quote = '';
    } else if (character === '>') {
      return at;
    } else if (isValue && (character === '"' || character === "'")) {
      quote = character;
      isValue = false;
    } else if (character === '=') {
      isValue = true;
    } else if (/\S/.test(character)) {
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

function match(text: string, at: number, sticky: RegExp): string | undefined {
  sticky.lastIndex = at;
  return sticky.exec(text)?.[0];
}
