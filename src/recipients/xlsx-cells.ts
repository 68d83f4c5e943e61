/** Cells made over for the reader: what it takes for nothing, or tells wrongly, stands there as text. */
import { printTime, type TimeFormat } from './xlsx-formats.js';
import { attributesOf, isTrue } from './xlsx-xml.js';

/** What stands in a cell whose formula no program has calculated yet. */
export const uncalculated = '#UNCALCULATED!';

const formulaWithoutValue =
  /<((?:[\w.-]+:)?)c\b([^<>]*)>\s*<\1f\b[^<>]*(?:\/>|>[^<]*<\/\1f>)\s*(?:(?:<\1v\s*\/>|<\1v>\s*<\/\1v>)\s*)?<\/\1c>/g;
const type = /\bt\s*=\s*(["'])(\w*)\1/;

/** The reader takes both for empty cells, and somebody would get a copy without what is missing there. */
export function namingErrors(xml: string): string {
  return xml
    .replaceAll(/<(?:[\w.-]+:)?c\b[^<>]*>/g, tag => tag.replace(/(\bt\s*=\s*)(["'])e\2/, '$1$2str$2'))
    .replaceAll(formulaWithoutValue, (cell: string, prefix: string, attributes: string) =>
      // A text that has no letters has a value all the same.
      type.exec(attributes)?.[2] === 'str' && /<(?:[\w.-]+:)?v\b/.test(cell)
        ? cell
        : `<${prefix}c${attributes.replace(type, '')} t="str"><${prefix}v>${uncalculated}</${prefix}v></${prefix}c>`,
    );
}

const cellTag = /<((?:[\w.-]+:)?)c\b([^<>]*)>/g;
const style = /\bs\s*=\s*["'](\d+)["']/;
/** The tag of a formula or of a value, where one is looked for. */
const innerTag = /\s*<(?:[\w.-]+:)?([fv])(?=[\s/>])[^<>]*>/y;

/** @returns where the value of a cell stands, behind a formula if there is one; undefined when there is none. */
function valueBehind(
  xml: string,
  from: number,
): { readonly begin: number; readonly end: number } | undefined {
  innerTag.lastIndex = from;
  for (let tags = 0; tags < 2; tags += 1) {
    const tag = innerTag.exec(xml);
    if (tag === null) return undefined;
    const isEmpty = tag[0].endsWith('/>');
    const begin = innerTag.lastIndex;
    const end = xml.indexOf('<', begin);
    if (end === -1) return undefined;
    if (tag[1] === 'v') return isEmpty ? undefined : { begin, end };
    innerTag.lastIndex = isEmpty ? begin : xml.indexOf('>', end) + 1;
  }
  return undefined;
}

/** @param formats by the number of the style. */
export function namingTimes(
  xml: string,
  formats: ReadonlyMap<number, TimeFormat>,
  from1904: boolean,
): string {
  if (formats.size === 0) return xml;
  const pieces: string[] = [];
  let kept = 0;
  for (const { 0: tag, 1: prefix = '', 2: attributes = '', index } of xml.matchAll(cellTag)) {
    const format = formats.get(Number(style.exec(attributes)?.[1]));
    const kind = type.exec(attributes)?.[2] ?? 'n';
    if (format === undefined || kind !== 'n' || attributes.endsWith('/')) continue;
    const value = valueBehind(xml, index + tag.length);
    const written = value && xml.slice(value.begin, value.end).trim();
    const text = written ? printTime(Number(written), format, from1904) : undefined;
    if (value === undefined || text === undefined) continue;
    pieces.push(
      xml.slice(kept, index),
      `<${prefix}c${attributes.replace(type, '')} t="str">`,
      xml.slice(index + tag.length, value.begin),
      text,
    );
    kept = value.end;
  }
  return pieces.length === 0 ? xml : [...pieces, xml.slice(kept)].join('');
}

const rowOrCellTag = /<((?:[\w.-]+:)?)(row|c)(?=[\s/>])([^<>]*)>/g;
const place = /\sr\s*=\s*["']([^"'<>]*)["']/;

/** Rows and cells may say no place, and then follow one another; the reader wants one of each cell. ECMA-376 part 1 §18.3.1.4 */
export function namingPlaces(xml: string): string {
  let row = 0;
  let column = 0;
  return xml.replaceAll(rowOrCellTag, (tag: string, prefix: string, name: string, attributes: string) => {
    const said = place.exec(attributes)?.[1];
    if (name === 'row') {
      row = Number(said ?? row + 1);
      column = 0;
      return tag;
    }
    column = said === undefined ? column + 1 : columnNumber(/^[A-Z]+/i.exec(said)?.[0] ?? '');
    return said === undefined ? `<${prefix}c r="${columnName(column - 1)}${row}"${attributes}>` : tag;
  });
}

/** From 1, of `A`. */
export function columnNumber(letters: string): number {
  return [...letters].reduce((number, letter) => number * 26 + letter.charCodeAt(0) - 64, 0);
}

/** As the spreadsheet shows it. @param index from 0. */
export function columnName(index: number): string {
  const letter = String.fromCharCode(65 + (index % 26));
  return index < 26 ? letter : columnName(Math.floor(index / 26) - 1) + letter;
}

/** Numbers of the rows that the spreadsheet does not show, whether somebody hid them or a filter did. */
export function hiddenRowsOf(xml: string): ReadonlySet<number> {
  const hidden = new Set<number>();
  if (!/\bhidden\s*=/.test(xml)) return hidden;
  let last = 0;
  for (const [, text = ''] of xml.matchAll(/<(?:[\w.-]+:)?row\b([^<>]*)>/g)) {
    const attributes = attributesOf(text);
    // Rows without a number follow one another.
    last = Number(attributes.get('r') ?? last + 1);
    if (isTrue(attributes.get('hidden'))) hidden.add(last);
  }
  return hidden;
}
