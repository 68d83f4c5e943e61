/**
 * `mj-include`: the other file's text in the place of the tag, before anything is compiled, as mjml would have it, which
 * drops what it cannot read without a word. Here are the rules; `workflow/read-includes.ts` reads.
 */
import { type Place, Problem } from '../../problem.js';
import { attributeValue, startTags } from '../html/start-tags.js';
import { protectLiquid, sourceOffset } from '../liquid/liquid-protection.js';
import {
  type JoinedText,
  joinPieces,
  type Piece,
  placesIn,
  type SourceText,
  wholeOf,
} from '../source-text.js';
import { folderOf, resolveInside } from '../template-path.js';
import { contentComponents } from './mjml-source.js';
import { endOfOpening } from './mjml-tags.js';

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

const closingTag = /\s*<\/mj-include\s*>/y;

/**
 * The includes of one file, in their order; those in comments are none.
 * @param folder of the template.
 * @throws Problem `template-syntax` for one that cannot be meant.
 */
export function findIncludes(source: SourceText, folder: string): readonly Include[] {
  if (!/<mj-include/i.test(source.text)) return [];
  const liquid = protectLiquid(source.text);
  const placeOf = placesIn(source);
  const found: Include[] = [];
  for (const tag of startTags(liquid.text, contentComponents)) {
    if (tag.condition === 'outlook' || tag.name !== 'mj-include') continue;
    const offset = sourceOffset(liquid, tag.offset);
    const where = placeOf(offset);
    const attribute = (name: string) => attributeValue(tag.attributes, name) || undefined;
    const name = attribute('path');
    if (name === undefined) throw refuse(where, 'mj-include has no path', 'Write <mj-include path="…" />.');
    if (liquid.restore(name) !== name)
      throw refuse(where, 'the path of an mj-include is the same for everybody', 'Write it out.');
    const path = resolveInside(folder, folderOf(source.file), name);
    if (!path.ok)
      throw refuse(where, `mj-include of ${name}: ${path.why}`, 'Copy the file into that folder.');
    const type = attribute('type') ?? 'mjml';
    if (type !== 'mjml' && type !== 'html' && type !== 'css')
      throw refuse(where, `mj-include has no type "${type}"`, 'There are mjml, html and css.');
    found.push({
      name,
      path: path.value,
      type: type === 'css' && attribute('css-inline') === 'inline' ? 'css-inline' : type,
      offset,
      end: sourceOffset(liquid, endOf(liquid.text, tag.end)),
      where,
    });
  }
  return found;
}

/** After `</mj-include>`, where there is one. */
function endOf(text: string, tagEnd: number): number {
  closingTag.lastIndex = tagEnd;
  return tagEnd + (closingTag.exec(text)?.[0].length ?? 0);
}

/** Files that include each other twice and twice again grow fast. */
const mostText = 2_000_000;

/**
 * @param files every file that is included, by its path; none includes itself.
 * @throws Problem `template-syntax`, `input-missing`.
 */
export function expandIncludes(template: SourceText, files: ReadonlyMap<string, string>): JoinedText {
  const folder = folderOf(template.file);
  const head: Piece[] = [];
  let size = 0;

  function expand(source: SourceText, from = 0, to = source.text.length): readonly Piece[] {
    const pieces: Piece[] = [];
    let at = from;
    for (const include of findIncludes(source, folder)) {
      if (include.offset < from || include.offset >= to) continue;
      pieces.push({ text: source.text.slice(at, include.offset), source, offset: at });
      pieces.push(...substitute(source, include));
      at = include.end;
    }
    return [...pieces, { text: source.text.slice(at, to), source, offset: at }];
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

  /** Of a whole document what is in its head goes to the head, and what is in its body stands here. */
  function includeMjml(file: SourceText): readonly Piece[] {
    if (!/<mjml[\s>]/.test(file.text)) return expand(file);
    const inHead = inside(file, 'mj-head');
    if (inHead !== undefined) head.push(...expand(file, ...inHead));
    const inBody = inside(file, 'mj-body');
    return inBody === undefined ? [] : expand(file, ...inBody);
  }

  const body = expand(template);
  return joinPieces(head.length === 0 ? body : withHead(body, head, template));
}

function inside({ text }: SourceText, name: string): [number, number] | undefined {
  const opened = endOfOpening(text, name);
  const end = text.indexOf(`</${name}>`);
  if (opened === undefined || text[opened - 2] === '/' || end === -1) return undefined;
  return [opened, end];
}

/** At the end of the template's head, or in one of its own. */
function withHead(body: readonly Piece[], head: readonly Piece[], template: SourceText): readonly Piece[] {
  const places = [
    (text: string) => /<\/mj-head\s*>/.exec(text)?.index,
    (text: string) => endOfOpening(text, 'mjml'),
  ];
  for (const place of places) {
    const index = body.findIndex(({ source, text }) => source === template && place(text) !== undefined);
    const piece = body[index];
    const at = piece === undefined ? undefined : place(piece.text);
    if (piece === undefined || at === undefined) continue;
    const { text, source, offset } = piece;
    const added = (tag: string): Piece => ({
      text: tag,
      source,
      offset: offset + at,
      isAdded: true,
    });
    const inner = place === places[0] ? head : [added('<mj-head>'), ...head, added('</mj-head>')];
    return [
      ...body.slice(0, index),
      { text: text.slice(0, at), source, offset },
      ...inner,
      { text: text.slice(at), source, offset: offset + at },
      ...body.slice(index + 1),
    ];
  }
  return body;
}

function refuse(where: Place, what: string, fix: string): Problem {
  return new Problem('template-syntax', what, { where, fix });
}
