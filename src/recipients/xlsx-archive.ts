/**
 * The archive an XLSX workbook is (ECMA-376 part 2), opened for a reader that would unpack whatever it holds: bounds are
 * asked of it before anything is unpacked, and what is handed on is packed anew without compression.
 */
import { isUtf8 } from 'node:buffer';
import type { unzipSync as UnzipSync } from 'fflate';
import { type Parsed, parsed, refused } from '../problem.js';

export const maxFileBytes = 20_000_000;
const maxUnpackedBytes = 50_000_000;
const maxRatio = 100;
/** Small files of nothing but repeated elements are no bombs. */
const ratioMatters = 1_000_000;
/** What spreadsheet programs have. */
const maxRow = 1_048_576;
/** Rows times columns up to the last that hold something: the reader makes a value for each. */
const maxCells = 5_000_000;

/**
 * @returns an archive of the parts of XML alone, in which cells with an error hold the name of the error as text; or why there
 * is none, to be read behind the name of the file.
 */
export async function openWorkbook(octets: Buffer): Promise<Parsed<ArrayBuffer>> {
  const kind = refuseOthers(octets);
  if (kind !== undefined) return refused(kind);
  // Nobody else waits for it.
  const { unzipSync, zipSync } = await import('fflate');
  const parts = unpack(octets, unzipSync);
  if (!parts.ok) return parts;
  const checked: Record<string, Uint8Array> = {};
  for (const [name, part] of parts.value) {
    if (!isUtf8(part)) return refused(damaged);
    const xml = Buffer.from(part).toString();
    if (/<!(?:DOCTYPE|ENTITY)/i.test(xml))
      return refused('has declarations in its XML that no spreadsheet has');
    if (isEndless(xml)) return refused(damaged);
    if (sheetTooLarge(xml)) return refused('has a sheet too large for a list');
    checked[name] = Buffer.from(namingErrors(xml));
  }
  if (checked['xl/workbook.xml'] === undefined) return refused('is no XLSX workbook');
  const packed = zipSync(checked, { level: 0 });
  return parsed(packed.buffer.slice(packed.byteOffset, packed.byteOffset + packed.byteLength) as ArrayBuffer);
}

export const damaged = 'is damaged';

function refuseOthers(octets: Buffer): string | undefined {
  const head = octets.toString('latin1', 0, 200);
  // Of an encrypted workbook the same as of the old format. [MS-OFFCRYPTO] §2.1
  if (head.startsWith('\xd0\xcf\x11\xe0')) return 'is in the old format of Excel, or has a password';
  if (head.startsWith('PK\x03\x04') && head.includes('mimetypeapplication/vnd.oasis.opendocument'))
    return 'is an OpenDocument file';
  return head.startsWith('PK\x03\x04') ? undefined : 'is no XLSX workbook';
}

/** Of anybody's making. */
const notRead = /^(?:customXml|docProps)\//i;

/** The sizes are those the archive declares; no part is given more room than that. */
function unpack(octets: Buffer, unzipSync: typeof UnzipSync): Parsed<ReadonlyMap<string, Uint8Array>> {
  let unpackedBytes = 0;
  let packedBytes = 0;
  try {
    const parts = unzipSync(octets, {
      filter({ name, originalSize, size }) {
        if (!/\.(?:xml|rels)$/i.test(name) || notRead.test(name)) return false;
        unpackedBytes += originalSize;
        packedBytes += size;
        const isBomb = unpackedBytes > ratioMatters && unpackedBytes > maxRatio * packedBytes;
        if (isBomb || unpackedBytes > maxUnpackedBytes) throw new TooLarge();
        return true;
      },
    });
    return parsed(new Map(Object.entries(parts)));
  } catch (error) {
    return refused(error instanceof TooLarge ? 'unpacks to more than a list could need' : damaged);
  }
}

class TooLarge extends Error {}

/** A tag that does not end, or a text no cell holds: the reader would look for the end for minutes. */
function isEndless(xml: string): boolean {
  if (/<[^<>]*(?:<|$)/.test(xml)) return true;
  for (let at = 0; at < xml.length; ) {
    const next = xml.indexOf('<', at);
    const end = next === -1 ? xml.length : next;
    if (end - at > longestText) return true;
    at = end + 1;
  }
  return false;
}

/** Characters; a cell holds 32,767. */
const longestText = 500_000;

// No `<` in a tag, or each beginning of one would be looked for its end through all the rest.
const rowTag = /<(?:[\w.-]+:)?row\b[^<>]*?\br\s*=\s*["'](\d+)/g;
/** Cells with something in them: formatted empty ones may reach to the last column. */
const cellTag = /<(?:[\w.-]+:)?c\b([^<>]*)>/g;
const cellPlace = /\sr\s*=\s*["']([A-Z]+)(\d+)["']/;

function sheetTooLarge(xml: string): boolean {
  for (const [, row] of xml.matchAll(rowTag)) if (Number(row) > maxRow) return true;
  let lastRow = 0;
  let lastColumn = 0;
  for (const [, attributes = ''] of xml.matchAll(cellTag)) {
    if (attributes.endsWith('/')) continue;
    const [, letters, row] = cellPlace.exec(attributes) ?? [];
    if (letters === undefined) continue;
    lastRow = Math.max(lastRow, Number(row));
    lastColumn = Math.max(lastColumn, columnNumber(letters));
  }
  return lastRow > maxRow || lastRow * lastColumn > maxCells;
}

function columnNumber(letters: string): number {
  return [...letters].reduce((number, letter) => number * 26 + letter.charCodeAt(0) - 64, 0);
}

/** What stands in a cell whose formula no program has calculated yet. */
export const uncalculated = '#UNCALCULATED!';

const formulaWithoutValue =
  /<((?:[\w.-]+:)?)c\b([^<>]*)>\s*<\1f\b[^<>]*(?:\/>|>[^<]*<\/\1f>)\s*(?:(?:<\1v\s*\/>|<\1v>\s*<\/\1v>)\s*)?<\/\1c>/g;
const type = /\bt\s*=\s*(["'])(\w*)\1/;

/** The reader takes both for empty cells, and somebody would get a copy without what is missing there. */
function namingErrors(xml: string): string {
  return xml
    .replaceAll(/<(?:[\w.-]+:)?c\b[^<>]*>/g, tag => tag.replace(/(\bt\s*=\s*)(["'])e\2/, '$1$2str$2'))
    .replaceAll(formulaWithoutValue, (cell: string, prefix: string, attributes: string) =>
      // A text that has no letters has a value all the same.
      type.exec(attributes)?.[2] === 'str' && /<(?:[\w.-]+:)?v\b/.test(cell)
        ? cell
        : `<${prefix}c${attributes.replace(type, '')} t="str"><${prefix}v>${uncalculated}</${prefix}v></${prefix}c>`,
    );
}
