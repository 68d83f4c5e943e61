/**
 * The components of an MJML text in their order, and the text and comments between them. The content of a component that
 * holds HTML is one piece with it. Builds no tree, so that a part of a document can be read too.
 */
import { loadMarkupTokens, type MarkupAttribute, type MarkupToken } from '../html/markup-tokens.js';
import type { PlaceOf } from '../source-text.js';
import { contentComponents } from './mjml-names.js';

export type MjmlPiece = MjmlStart | MjmlEnd | MjmlBetween;

interface Part {
  readonly offset: number;
  readonly end: number;
}

export interface MjmlStart extends Part {
  readonly kind: 'start';
  /** In lower case, as MJML has it. */
  readonly name: string;
  readonly attributes: readonly MarkupAttribute[];
  /** Behind the start tag. */
  readonly tagEnd: number;
  /** Nothing stands in it and no end tag follows, or `end` is behind it. */
  readonly isWhole: boolean;
  /** Of a component that holds HTML. */
  readonly content?: Part;
  /** Comments in such content. */
  readonly comments?: readonly Part[];
  /** The element in such content that is not closed before it; it may be the component itself. */
  readonly unclosed?: { readonly name: string; readonly offset: number };
}

export interface MjmlEnd extends Part {
  readonly kind: 'end';
  readonly name: string;
}

export interface MjmlBetween extends Part {
  readonly kind: 'text' | 'comment';
}

/** Elements of HTML that have no end tag. HTML §13.1.2 */
const voidElements = new Set(
  'area base basefont br col command embed frame hr img input isindex keygen link meta param source track wbr'.split(
    ' ',
  ),
);

/**
 * @param placeOf an offset of the text, to name it in a problem.
 * @throws Problem `template-syntax` for more markup than a message could have.
 */
export type ReadMjmlPieces = (text: string, placeOf: PlaceOf) => readonly MjmlPiece[];

export async function loadMjmlPieces(): Promise<ReadMjmlPieces> {
  const readTokens = await loadMarkupTokens();
  return (text, placeOf) => piecesOf(text, readTokens(text, placeOf));
}

function piecesOf(text: string, tokens: readonly MarkupToken[]): readonly MjmlPiece[] {
  const pieces: MjmlPiece[] = [];
  let at = 0;
  for (let index = 0; index < tokens.length; index += 1) {
    const token = tokens[index] as MarkupToken;
    if (token.offset > at) pieces.push({ kind: 'text', offset: at, end: token.offset });
    at = token.end;
    if (token.kind !== 'start') {
      pieces.push(token);
      continue;
    }
    const { name, attributes, offset, end: tagEnd, closesItself } = token;
    if (contentComponents.has(name) && !closesItself && !voidElements.has(name)) {
      const opening = index;
      const found = endOfContent(tokens, opening);
      const closing = found.index === undefined ? undefined : tokens[found.index];
      at = closing?.end ?? text.length;
      index = found.index ?? tokens.length;
      const content = { offset: tagEnd, end: closing?.offset ?? text.length };
      const comments = tokens.slice(opening, found.index).filter(({ kind }) => kind === 'comment');
      const start = { kind: 'start' as const, name, attributes, offset, tagEnd };
      pieces.push({ ...start, end: at, isWhole: true, content, comments, ...found.fault });
      continue;
    }
    const isWhole = closesItself || voidElements.has(name);
    pieces.push({ kind: 'start', name, attributes, offset, tagEnd, end: tagEnd, isWhole });
  }
  if (at < text.length) pieces.push({ kind: 'text', offset: at, end: text.length });
  return pieces;
}

interface ContentEnd {
  /** Of the end tag; undefined: there is none. */
  readonly index: number | undefined;
  readonly fault: Pick<MjmlStart, 'unclosed'>;
}

/** MJML counts its own elements in such content, and takes elements of HTML for closed where their parent is. */
function endOfContent(tokens: readonly MarkupToken[], opening: number): ContentEnd {
  const open: { name: string; offset: number }[] = [];
  for (let index = opening; index < tokens.length; index += 1) {
    const token = tokens[index] as MarkupToken;
    if (token.kind === 'comment' || !/^mj(?:-|ml$)/.test(token.name)) continue;
    if (token.kind === 'start') {
      if (!token.closesItself) open.push(token);
      continue;
    }
    const innermost = open.at(-1);
    if (innermost?.name !== token.name) {
      const [outermost] = open;
      const isOwn = token.name === outermost?.name;
      return {
        index: isOwn ? index : undefined,
        fault: innermost === undefined ? {} : { unclosed: innermost },
      };
    }
    open.pop();
    if (open.length === 0) return { index, fault: {} };
  }
  const innermost = open.at(-1);
  return { index: undefined, fault: innermost === undefined ? {} : { unclosed: innermost } };
}
