/**
 * `mj-include`: the other file's text in the place of the tag, before anything is compiled, as mjml would have it, which
 * drops what it cannot read without a word. Here are the rules; `workflow/read-includes.ts` reads.
 */
import { type Place, Problem } from '../../problem.js';
import { protectLiquid, sourceOffset } from '../liquid/liquid-protection.js';
import {
  type JoinedText,
  joinPieces,
  type Piece,
  placesIn,
  type SourceText,
  wholeOf,
} from '../source-text.js';
import { folderOf, type RootFolder, resolveInside } from '../template-path.js';
import { loadMjmlPieces, type MjmlPiece, type MjmlStart, type ReadMjmlPieces } from './mjml-pieces.js';

export interface Include {
  /** As it was written. */
  readonly name: string;
  /** To open it by. */
  readonly path: string;
  readonly type: 'mjml' | 'html' | 'css' | 'css-inline';
  /** Where the tag begins and ends in the text. */
  readonly offset: number;
  readonly end: number;
  readonly where: Place;
}

/**
 * The includes of one file, in their order, without those in comments.
 * @param folder of the template.
 * @throws Problem `template-syntax` for one that cannot be meant.
 */
export async function findIncludes(
  source: SourceText,
  folder: string,
  root?: RootFolder,
): Promise<readonly Include[]> {
  return includesIn(readPieces(source, await loadMjmlPieces()), source, folder, root);
}

/** The pieces of a file, each with its place in the file as it was written. */
interface FilePieces {
  readonly pieces: readonly MjmlPiece[];
  offsetOf(protectedOffset: number): number;
  /** With the Liquid as it was written. */
  restore(text: string): string;
  readonly text: string;
}

function readPieces(source: SourceText, read: ReadMjmlPieces): FilePieces {
  const liquid = protectLiquid(source.text, source.file);
  const offsetOf = (offset: number) => sourceOffset(liquid, offset);
  const placeOf = placesIn(source);
  return {
    pieces: read(liquid.text, offset => placeOf(offsetOf(offset))),
    offsetOf,
    restore: liquid.restore,
    text: liquid.text,
  };
}

function includesIn(
  file: FilePieces,
  source: SourceText,
  folder: string,
  root: RootFolder | undefined,
): readonly Include[] {
  const placeOf = placesIn(source);
  const found: Include[] = [];
  for (const [index, tag] of file.pieces.entries()) {
    if (tag.kind !== 'start' || tag.name !== 'mj-include') continue;
    const offset = file.offsetOf(tag.offset);
    const where = placeOf(offset);
    const attribute = (name: string) => tag.attributes.find(one => one.name === name)?.value || undefined;
    const name = attribute('path');
    if (name === undefined) throw refuse(where, 'mj-include has no path', 'Write <mj-include path="…" />.');
    if (file.restore(name) !== name)
      throw refuse(where, 'the path of an mj-include is the same for everybody', 'Write it out.');
    const path = resolveInside(folder, folderOf(source.file), name, root);
    if (!path.ok) {
      const fix = 'Copy the file into that folder, or name a folder that holds it with --root.';
      throw refuse(where, `mj-include of ${name}: ${path.why}`, fix);
    }
    const type = attribute('type') ?? 'mjml';
    if (type !== 'mjml' && type !== 'html' && type !== 'css')
      throw refuse(where, `mj-include has no type "${type}"`, 'There are mjml, html and css.');
    found.push({
      name,
      path: path.value,
      type: type === 'css' && attribute('css-inline') === 'inline' ? 'css-inline' : type,
      offset,
      end: file.offsetOf(endOfInclude(file, index, tag)),
      where,
    });
  }
  return found;
}

/** Behind `</mj-include>`, where there is one. */
function endOfInclude({ pieces, text }: FilePieces, index: number, tag: MjmlStart): number {
  if (tag.isWhole) return tag.tagEnd;
  const isBlank = (piece: MjmlPiece) =>
    piece.kind === 'text' && text.slice(piece.offset, piece.end).trim() === '';
  const next = pieces.slice(index + 1, index + 3).find(piece => !isBlank(piece));
  return next?.kind === 'end' && next.name === 'mj-include' ? next.end : tag.tagEnd;
}

/** Files that include each other twice and twice again grow fast. */
const mostText = 2_000_000;

/**
 * @param files every file that is included, by its path; none includes itself.
 * @throws Problem `template-syntax`, `input-missing`.
 */
export async function expandIncludes(
  template: SourceText,
  files: ReadonlyMap<string, string>,
  root?: RootFolder,
): Promise<JoinedText> {
  const folder = folderOf(template.file);
  const read = await loadMjmlPieces();
  const known = new Map<string, FilePieces>();
  const head: Piece[] = [];
  let size = 0;

  function expand(source: SourceText, from = 0, to = source.text.length): readonly Piece[] {
    const pieces: Piece[] = [];
    let at = from;
    for (const include of includesIn(piecesOf(source), source, folder, root)) {
      if (include.offset < from || include.offset >= to) continue;
      pieces.push({ text: source.text.slice(at, include.offset), source, offset: at });
      pieces.push(...substitute(source, include));
      at = include.end;
    }
    return [...pieces, { text: source.text.slice(at, to), source, offset: at }];
  }

  function piecesOf(source: SourceText): FilePieces {
    const pieces = known.get(source.file) ?? readPieces(source, read);
    known.set(source.file, pieces);
    return pieces;
  }

  function substitute(source: SourceText, { name, path, type, offset, where }: Include): readonly Piece[] {
    const text = files.get(path);
    if (text === undefined) throw new Problem('input-missing', `${name} is not there`, { where });
    size += text.length;
    if (size > mostText) throw refuse(where, 'the included files are too long together', 'Include fewer.');
    const file: SourceText = { file: path, text, lineOffset: 0 };
    const added = (tag: string): Piece => ({ text: tag, source, offset, isAdded: true });
    if (type === 'html') return [added('<mj-raw>'), wholeOf(file), added('</mj-raw>')];
    if (type === 'mjml') return includeMjml(file);
    head.push(
      added(type === 'css' ? '<mj-style>' : '<mj-style inline="inline">'),
      wholeOf(file),
      added('</mj-style>'),
    );
    return [];
  }

  /** What is in the head of a whole document goes to the head, and what is in its body stands here. */
  function includeMjml(file: SourceText): readonly Piece[] {
    const { pieces } = piecesOf(file);
    if (!pieces.some(piece => piece.kind === 'start' && piece.name === 'mjml')) return expand(file);
    const parts = partsOfDocument(piecesOf(file), file);
    if (parts.head !== undefined) head.push(...expand(file, ...parts.head));
    return parts.body === undefined ? [] : expand(file, ...parts.body);
  }

  const body = expand(template);
  return joinPieces(head.length === 0 ? body : withHead(body, head, template, piecesOf(template)));
}

type Range = readonly [number, number];

/**
 * Where head and body of a whole document begin and end.
 * @throws Problem `template-syntax` for anything beside them, which would be lost.
 */
function partsOfDocument(
  file: FilePieces,
  source: SourceText,
): { readonly head: Range | undefined; readonly body: Range | undefined } {
  const parts = new Map<string, Range>();
  const { pieces, offsetOf, text } = file;
  for (let index = 0; index < pieces.length; index += 1) {
    const piece = pieces[index] as MjmlPiece;
    const written = file.restore(text.slice(piece.offset, piece.end));
    const isPart = piece.kind === 'start' && (piece.name === 'mj-head' || piece.name === 'mj-body');
    if (isPart && !parts.has(piece.name)) {
      const end = pieces.findIndex((one, at) => at > index && one.kind === 'end' && one.name === piece.name);
      const close = pieces[end]?.offset ?? text.length;
      if (!piece.isWhole) {
        parts.set(piece.name, [offsetOf(piece.tagEnd), offsetOf(close)]);
        index = end === -1 ? pieces.length : end;
      }
      continue;
    }
    const isFrame = (piece.kind === 'start' || piece.kind === 'end') && piece.name === 'mjml';
    const isComment = piece.kind === 'comment' && !written.includes('{%');
    if (isFrame || isComment || written.trim() === '') continue;
    const where = placesIn(source)(offsetOf(piece.offset + (written.length - written.trimStart().length)));
    throw refuse(
      where,
      'an included document is its <mj-head> and its <mj-body>, and this stands beside them',
      'Move it into one of them.',
    );
  }
  return { head: parts.get('mj-head'), body: parts.get('mj-body') };
}

/** At the end of the template's head, or in one of its own. */
function withHead(
  body: readonly Piece[],
  head: readonly Piece[],
  template: SourceText,
  { pieces, offsetOf }: FilePieces,
): readonly Piece[] {
  const starts = (name: string) => pieces.find(piece => piece.kind === 'start' && piece.name === name);
  const ends = pieces.find(piece => piece.kind === 'end' && piece.name === 'mj-head');
  const own = starts('mj-head') as MjmlStart | undefined;
  const root = starts('mjml') as MjmlStart | undefined;
  if (ends !== undefined) return insert(body, template, offsetOf(ends.offset), offsetOf(ends.offset), head);
  const from = own?.offset ?? root?.tagEnd;
  if (from === undefined) return body;
  const added = (text: string): Piece => ({
    text,
    source: template,
    offset: offsetOf(from),
    isAdded: true,
  });
  const whole = [added('<mj-head>'), ...head, added('</mj-head>')];
  return insert(body, template, offsetOf(from), offsetOf(own?.tagEnd ?? from), whole);
}

/** In the place of what the template has from one offset to another. */
function insert(
  pieces: readonly Piece[],
  template: SourceText,
  from: number,
  to: number,
  put: readonly Piece[],
): readonly Piece[] {
  const index = pieces.findIndex(
    ({ source, offset, text, isAdded }) =>
      source === template && !isAdded && offset <= from && to <= offset + text.length,
  );
  const piece = pieces[index];
  if (piece === undefined) return pieces;
  const { text, source, offset } = piece;
  return [
    ...pieces.slice(0, index),
    { text: text.slice(0, from - offset), source, offset },
    ...put,
    { text: text.slice(to - offset), source, offset: to },
    ...pieces.slice(index + 1),
  ];
}

function refuse(where: Place, what: string, fix: string): Problem {
  return new Problem('template-syntax', what, { where, fix });
}
