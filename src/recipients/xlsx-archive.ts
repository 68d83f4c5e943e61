/**
 * The archive an XLSX workbook is (ECMA-376 part 2), opened for a reader that would unpack whatever it holds: bounds are
 * asked of it before anything is unpacked, and what is handed on is packed anew without compression.
 */
import { isUtf8 } from 'node:buffer';
import type { unzipSync as UnzipSync } from 'fflate';
import { type Parsed, parsed, refused } from '../problem.js';
import { columnNumber, namingPlaces } from './xlsx-cells.js';
import { type Parts, putInPlace } from './xlsx-package.js';

export const maxFileBytes = 20_000_000;
const maxUnpackedBytes = 50_000_000;
const maxRatio = 100;
/** Small files of nothing but repeated elements are no bombs. */
const ratioMatters = 1_000_000;
/** What spreadsheet programs have. */
const maxRow = 1_048_576;
/** Rows times columns up to the last that hold something: the reader makes a value for each. */
const maxCells = 5_000_000;

/** @returns the parts of XML where the reader looks for them; or why not, to be read behind the name of the file. */
export async function openWorkbook(octets: Buffer): Promise<Parsed<Parts>> {
  const kind = refuseOthers(octets);
  if (kind !== undefined) return refused(kind);
  // Nobody else waits for it.
  const { unzipSync } = await import('fflate');
  const parts = unpack(octets, unzipSync);
  if (!parts.ok) return parts;
  const checked = new Map<string, string>();
  for (const [name, part] of parts.value) {
    if (!isUtf8(part)) return refused(damaged);
    const written = Buffer.from(part).toString();
    if (/<!(?:DOCTYPE|ENTITY)/i.test(written))
      return refused('has declarations in its XML that no spreadsheet has');
    if (isEndless(written)) return refused(damaged);
    const xml = namingPlaces(written);
    if (sheetTooLarge(xml)) return refused('has a sheet too large for a list');
    // Some programs on Windows write `\\`, which the format does not have.
    checked.set(name.replaceAll('\\', '/'), xml);
  }
  const placed = putInPlace(checked);
  return placed === undefined ? refused('is no XLSX workbook') : parsed(placed);
}

/** Without compression: it is unpacked at once. */
export async function packWorkbook(parts: Parts): Promise<ArrayBuffer> {
  const { zipSync } = await import('fflate');
  const octets = Object.fromEntries([...parts].map(([name, xml]) => [name, Buffer.from(xml)]));
  const packed = zipSync(octets, { level: 0 });
  return packed.buffer.slice(packed.byteOffset, packed.byteOffset + packed.byteLength) as ArrayBuffer;
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
