/**
 * `<link rel="stylesheet">` of HTML to a file of the template's folder: the rules of the file in the place of the tag, as if they
 * stood there in a `<style>`. Here are the rules; `workflow/read-includes.ts` reads.
 */
import { type Place, Problem } from '../../problem.js';
import { before } from '../../text-scan.js';
import { decodeEntities } from '../html/entities.js';
import { attributeValue, type StartTag, startTags } from '../html/start-tags.js';
import { protectLiquid, sourceOffset } from '../liquid/liquid-protection.js';
import { type JoinedText, joinPieces, type Piece, placeIn, type SourceText } from '../source-text.js';
import { folderOf, type RootFolder, resolveInside } from '../template-path.js';

export interface LinkedSheet {
  /** To open it by. */
  readonly path: string;
  /** Attributes of the style element that takes its place, each with a blank before it. */
  readonly attributes: string;
  /** Where the tag begins and ends in the text. */
  readonly offset: number;
  readonly end: number;
  readonly where: Place;
}

/** An address, and no path. A letter and a colon begin a path of Windows. */
export const elsewhere = /^(?:(?!file:)[a-z][a-z\d+.-]+:|\/\/)/i;

export function isStyleSheetLink({ name, attributes }: StartTag): boolean {
  return name === 'link' && /(?:^|\s)stylesheet(?:\s|$)/i.test(attributeValue(attributes, 'rel') ?? '');
}

/**
 * In their order, without those in comments.
 * @throws Problem `template-syntax` for one that leads out of the folders.
 */
export function findLinkedSheets(source: SourceText, root?: RootFolder): readonly LinkedSheet[] {
  if (!/<link\b/i.test(source.text)) return [];
  const liquid = protectLiquid(source.text, source.file);
  const folder = folderOf(source.file);
  const links: StartTag[] = [];
  for (const tag of startTags(liquid.text)) if (isStyleSheetLink(tag)) links.push(tag);
  return links.flatMap(tag => {
    const written = decodeEntities(attributeValue(tag.attributes, 'href')?.trim() ?? '');
    // Liquid and addresses are refused, or taken for web fonts, when the rules are inlined.
    if (written === '' || elsewhere.test(written) || liquid.tokensIn(written).length > 0) return [];
    const offset = sourceOffset(liquid, tag.offset);
    const where = placeIn(source, offset);
    const path = resolveInside(folder, folder, decodePath(before(before(written, '?'), '#')), root);
    if (!path.ok) {
      throw new Problem('template-syntax', `the style sheet ${written} cannot be read: ${path.why}`, {
        where,
        fix: 'Copy it into the folder of the template, or name a folder that holds it with --root.',
      });
    }
    const end = sourceOffset(liquid, tag.end);
    return [{ path: path.value, attributes: liquid.restore(styleAttributes(tag)), offset, end, where }];
  });
}

function decodePath(written: string): string {
  try {
    return decodeURIComponent(written);
  } catch {
    return written;
  }
}

function styleAttributes({ attributes }: StartTag): string {
  const kept = attributes.filter(({ name }) => name === 'media' || name === 'data-embed');
  return kept
    .map(({ name, value, quote }) => ` ${name}${value === undefined ? '' : `=${quote}${value}${quote}`}`)
    .join('');
}

/**
 * @param files every style sheet that is linked to, by its path.
 * @throws Problem `input-missing`, `template-syntax`.
 */
export function expandLinkedSheets(
  template: SourceText,
  files: ReadonlyMap<string, string>,
  root?: RootFolder,
): JoinedText {
  const pieces: Piece[] = [];
  let at = 0;
  for (const { path, attributes, offset, end, where } of findLinkedSheets(template, root)) {
    const text = files.get(path);
    if (text === undefined) throw new Problem('input-missing', `${path} is not there`, { where });
    const sheet: SourceText = { file: path, text, lineOffset: 0 };
    const added = (tag: string): Piece => ({ text: tag, source: template, offset, isAdded: true });
    pieces.push({ text: template.text.slice(at, offset), source: template, offset: at });
    pieces.push(added(`<style${attributes}>`), ...rulesOf(sheet, folderOf(template.file)), added('</style>'));
    at = end;
  }
  return joinPieces([...pieces, { text: template.text.slice(at), source: template, offset: at }]);
}

/** Of an address that begins in the folder of the sheet, which is a path and no URL. */
const relativeUrl = /url\(\s*["']?(?=[\w.%])(?![a-z][a-z\d+.-]+:)/gi;

/** With addresses that begin in the folder of the template, as all others do. */
function rulesOf(sheet: SourceText, folder: string): readonly Piece[] {
  const closes = sheet.text.search(/<\/style/i);
  if (closes !== -1) {
    throw new Problem('template-syntax', 'the end tag of a style element cannot stand in a style sheet', {
      where: placeIn(sheet, closes),
      fix: 'A style sheet holds rules alone, without <style> around them.',
    });
  }
  const way = wayTo(folderOf(sheet.file), folder);
  const pieces: Piece[] = [];
  let at = 0;
  for (const { 0: opening, index } of way === '' ? [] : sheet.text.matchAll(relativeUrl)) {
    const begins = index + opening.length;
    pieces.push({ text: sheet.text.slice(at, begins), source: sheet, offset: at });
    pieces.push({ text: way, source: sheet, offset: begins, isAdded: true });
    at = begins;
  }
  return [...pieces, { text: sheet.text.slice(at), source: sheet, offset: at }];
}

/** From one folder to another, both as `folderOf` gives them. */
function wayTo(to: string, from: string): string {
  const target = to.split('/').slice(0, -1);
  const start = from.split('/').slice(0, -1);
  let same = 0;
  while (same < target.length && target[same] === start[same]) same += 1;
  const up = start.slice(same).map(() => '../');
  return (
    up.join('') +
    target
      .slice(same)
      .map(step => `${step}/`)
      .join('')
  );
}
