/**
 * Where the pixel goes: near the top, since Gmail cuts messages over 102 KB and the tail with them; inside `<body>`,
 * after a hidden preheader, outside comments (Outlook's conditional ones too), never inside a table's skeleton; once in
 * every copy, whichever branch of a condition it takes.
 */
import { before } from '../text-scan.js';
import { type HtmlPiece, htmlPieces } from './html/html-pieces.js';

export function placePixelSlot(html: string, slot: string): string {
  const pieces = [...htmlPieces(html)];
  const places = placesOf(pieces).map(at => afterPreheader(html, pieces, at));
  return places.toReversed().reduce((text, at) => text.slice(0, at) + slot + text.slice(at), html);
}

/**
 * The image element. Sized 1×1 and not hidden: clients skip hidden images and filters score them. An empty `alt`
 * keeps screen readers and views without images silent (WCAG 1.1.1).
 */
export function pixelElement(url: string): string {
  return `<img src="${url}" width="1" height="1" alt="" style="display:block;width:1px;height:1px;border:0">`;
}

/** A block of Liquid that gives one of its branches, or none of them, or one several times. */
interface Block {
  readonly name: string;
  branches: number;
  hasElse: boolean;
  end: number;
}

interface Body {
  /** Behind the start tag. */
  readonly end: number;
  readonly blocks: readonly Block[];
  /** Of the outermost block. */
  readonly branch: number;
}

/** Behind the body's start tag; behind that of each branch when each has its own; where the body begins without one. */
function placesOf(pieces: readonly HtmlPiece[]): readonly number[] {
  const bodies = findBodies(pieces);
  const [first] = bodies;
  if (first === undefined) return [startOfImpliedBody(pieces)];
  const [outermost] = first.blocks;
  if (outermost === undefined) return [first.end];
  const beside = bodies.filter(({ blocks }) => blocks.length === 1 && blocks[0] === outermost);
  const isOnePerBranch =
    outermost.hasElse &&
    beside.length === outermost.branches &&
    new Set(beside.map(({ branch }) => branch)).size === beside.length;
  return isOnePerBranch ? beside.map(({ end }) => end) : [outermost.end];
}

function findBodies(pieces: readonly HtmlPiece[]): readonly Body[] {
  const bodies: Body[] = [];
  const open: Block[] = [];
  for (const piece of pieces) {
    if (piece.kind === 'liquid') followBlocks(open, piece);
    else if (piece.kind === 'tag' && piece.name === 'body' && !piece.isEnd)
      bodies.push({ end: piece.end, blocks: [...open], branch: open[0]?.branches ?? 0 });
  }
  return bodies;
}

const blockNames = new Set(['if', 'unless', 'case', 'for', 'tablerow', 'capture']);

function followBlocks(open: Block[], { name, end }: HtmlPiece & { readonly kind: 'liquid' }): void {
  const innermost = open.at(-1);
  if (blockNames.has(name)) {
    open.push({ name, branches: name === 'case' ? 0 : 1, hasElse: false, end });
  } else if (innermost !== undefined && /^(?:else|elsif|when)$/.test(name)) {
    innermost.branches += 1;
    // The else of a loop is for none, not for the rest.
    if (name === 'else' && innermost.name !== 'for') innermost.hasElse = true;
  } else if (innermost !== undefined && name === `end${innermost.name}`) {
    innermost.end = end;
    open.pop();
  }
}

/** What may stand before the body. HTML §13.2.6.4.4 */
const headTags =
  /^(?:html|head|base|basefont|bgsound|link|meta|title|style|script|noscript|noframes|template)$/;

/** Behind the head where no tag begins the body, before any block that has a part of it; 0 for a fragment. */
function startOfImpliedBody(pieces: readonly HtmlPiece[]): number {
  const open: Block[] = [];
  let start = 0;
  for (const piece of pieces) {
    const isContent = piece.kind === 'text' || (piece.kind === 'tag' && !headTags.test(piece.name));
    if (isContent) return start;
    if (piece.kind === 'liquid') followBlocks(open, piece);
    if (open.length === 0) start = piece.end;
  }
  return start;
}

/** Behind the element that list views show and readers do not see, if it is the first of the body. */
function afterPreheader(html: string, pieces: readonly HtmlPiece[], from: number): number {
  const rest = pieces.filter(({ start }) => start >= from);
  const first = rest.findIndex(({ kind }) => kind !== 'comment');
  const opening = rest[first];
  if (opening?.kind !== 'tag' || opening.isEnd || !isHidden(html.slice(opening.start, opening.end)))
    return from;
  let depth = 0;
  let blocks = 0;
  for (const piece of rest.slice(first)) {
    if (piece.kind === 'liquid')
      blocks += blockNames.has(piece.name) ? 1 : piece.name.startsWith('end') ? -1 : 0;
    if (piece.kind !== 'tag' || piece.name !== opening.name) continue;
    depth += piece.isEnd ? -1 : 1;
    if (depth === 0) return blocks === 0 ? piece.end : from;
  }
  return from;
}

function isHidden(tag: string): boolean {
  if (!/^<(?:div|span|p)\b/i.test(tag)) return false;
  if (/\shidden[\s>=]/i.test(tag)) return true;
  const style = /\sstyle\s*=/i.exec(tag);
  return style !== null && /display\s*:\s*none/i.test(before(tag.slice(style.index), '>'));
}
