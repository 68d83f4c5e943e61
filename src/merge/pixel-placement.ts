/**
 * Where the pixel goes: near the top, since Gmail cuts messages over 102 KB and the tail with them; inside `<body>`,
 * after a hidden preheader, outside comments (Outlook's conditional ones too), never inside a table's skeleton; once in
 * every copy, whichever branch of a condition it takes.
 */
import { before } from '../text-scan.js';
import { type HtmlPiece, htmlPieces } from './html/html-pieces.js';
import { applyEdits } from './html/text-edits.js';

/** Takes time in proportion to the HTML: its pieces are read three times at most, and none is kept. */
export function placePixelSlot(html: string, slot: string): string {
  const places = afterPreheaders(html, placesOf(html));
  return applyEdits(
    html,
    places.map(at => ({ offset: at, end: at, text: slot })),
  );
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
  /** The block that it is in, and no other block is around. */
  readonly outermost: Block | undefined;
  /** How many blocks it is in. */
  readonly depth: number;
  /** Of the outermost block. */
  readonly branch: number;
}

/** Behind the body's start tag; behind that of each branch when each has its own; where the body begins without one. */
function placesOf(html: string): readonly number[] {
  const found = findBodies(html);
  const first = found.next().value;
  if (first === undefined) return [startOfImpliedBody(html)];
  const { outermost } = first;
  if (outermost === undefined) return [first.end];
  const bodies = [first, ...found];
  const beside = bodies.filter(body => body.depth === 1 && body.outermost === outermost);
  const isOnePerBranch =
    outermost.hasElse &&
    beside.length === outermost.branches &&
    new Set(beside.map(({ branch }) => branch)).size === beside.length;
  return isOnePerBranch ? beside.map(({ end }) => end) : [outermost.end];
}

function* findBodies(html: string): Generator<Body, undefined, void> {
  const open: Block[] = [];
  for (const piece of htmlPieces(html)) {
    if (piece.kind === 'liquid') followBlocks(open, piece);
    else if (piece.kind === 'tag' && piece.name === 'body' && !piece.isEnd) {
      const [outermost] = open;
      yield { end: piece.end, outermost, depth: open.length, branch: outermost?.branches ?? 0 };
    }
  }
  return undefined;
}

const blockNames = new Set(['if', 'unless', 'case', 'for', 'tablerow', 'capture', 'raw']);

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
function startOfImpliedBody(html: string): number {
  const open: Block[] = [];
  let start = 0;
  for (const piece of htmlPieces(html)) {
    const isContent = piece.kind === 'text' || (piece.kind === 'tag' && !headTags.test(piece.name));
    if (isContent) return start;
    if (piece.kind === 'liquid') followBlocks(open, piece);
    if (open.length === 0) start = piece.end;
  }
  return start;
}

/** An element that list views show and readers do not see, at the beginning of a body. */
interface Preheader {
  /** Of its place in the list. */
  readonly index: number;
  /** How many elements of that name are open around it, and how many blocks. */
  readonly depth: number;
  readonly blocks: number;
}

/** The elements of one name. */
interface Nesting {
  depth: number;
  readonly preheaders: Preheader[];
}

/**
 * @param places where pieces begin, in their order.
 * @returns the same places, each moved behind the preheader that begins there, if one does.
 */
function afterPreheaders(html: string, places: readonly number[]): readonly number[] {
  const moved = [...places];
  const nestings = new Map<string, Nesting>();
  let blocks = 0;
  let reached = 0;
  let next = 0;
  let unfinished = 0;
  for (const piece of htmlPieces(html, places[0])) {
    while (reached < places.length && piece.start >= (places[reached] as number)) reached += 1;
    if (piece.kind === 'comment') continue;
    for (; next < reached; next += 1) {
      if (piece.kind !== 'tag' || piece.isEnd || !isHidden(html.slice(piece.start, piece.end))) continue;
      const nesting = nestings.get(piece.name) ?? { depth: 0, preheaders: [] };
      nestings.set(piece.name, nesting);
      nesting.preheaders.push({ index: next, depth: nesting.depth, blocks });
      unfinished += 1;
    }
    if (next === places.length && unfinished === 0) break;
    if (piece.kind === 'liquid')
      blocks += blockNames.has(piece.name) ? 1 : piece.name.startsWith('end') ? -1 : 0;
    const nesting = piece.kind === 'tag' ? nestings.get(piece.name) : undefined;
    if (piece.kind !== 'tag' || nesting === undefined) continue;
    nesting.depth += piece.isEnd ? -1 : 1;
    while (nesting.preheaders.at(-1)?.depth === nesting.depth) {
      const ended = nesting.preheaders.pop() as Preheader;
      unfinished -= 1;
      if (ended.blocks === blocks) moved[ended.index] = piece.end;
    }
  }
  return moved;
}

function isHidden(tag: string): boolean {
  if (!/^<(?:div|span|p)\b/i.test(tag)) return false;
  if (/\shidden[\s>=]/i.test(tag)) return true;
  const style = /\sstyle\s*=/i.exec(tag);
  return style !== null && /display\s*:\s*none/i.test(before(tag.slice(style.index), '>'));
}
