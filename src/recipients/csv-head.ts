/** The begin of a CSV file, held until enough of it is there to tell how the rest is read. */
import { Problem } from '../problem.js';
import { findDelimiter, readSepLine } from './csv-dialect.js';
import { maxRecordOctets } from './list-record.js';

/** How a file goes on behind what stands before its header. */
export interface CsvBegin {
  readonly delimiter: string;
  /** Physical line on which `octets` begin. */
  readonly line: number;
  readonly octets: Buffer;
}

export interface CsvFlags {
  readonly delimiter?: string | undefined;
  readonly headerRow?: number | undefined;
}

const enoughOctets = 65_536;
/** Of records: CRLF counts twice, and so do blank lines. */
const enoughLineEnds = 10;

/**
 * @param chunks UTF-8, or octets that the header does not need to be read.
 * @returns the begin, and how the rest follows; undefined for a file without octets.
 * @throws Problem `list-syntax` when the first line is too long, or the header row is behind the end.
 */
export async function readHead(
  chunks: AsyncIterator<Buffer>,
  file: string,
  { delimiter, headerRow = 1 }: CsvFlags,
): Promise<CsvBegin | undefined> {
  const gather = createGatherer(chunks, file);
  await gather.more(isMarked);
  gather.drop(gather.head.toString('latin1', 0, 3) === '\u00ef\u00bb\u00bf' ? 3 : 0);
  refuseSpreadsheet(gather.head, file);
  await gather.more(head => hasLine(head) && hasWholeLine(head));
  refuseUnreadable(gather.head, file);
  const sep = readSepLine(gather.head.toString('latin1', 0, 100));
  let line = 1;
  if (sep !== undefined && headerRow === 1) {
    gather.drop(sep.length);
    line = 2;
  }
  while (line < headerRow) {
    await gather.more(hasWholeLine);
    const end = lineEnd(gather.head);
    if (end === undefined) throw noSuchLine(file, headerRow);
    gather.drop(end);
    line += 1;
  }
  const counter = createLineCounter();
  await gather.more(
    head => hasLine(head) && (counter(head) >= enoughLineEnds || head.length >= enoughOctets),
  );
  const octets = gather.head;
  if (octets.length === 0) {
    if (headerRow > 1) throw noSuchLine(file, headerRow);
    return undefined;
  }
  const found = delimiter ?? sep?.delimiter ?? findDelimiter(octets.toString('latin1'), gather.isAtEnd);
  return { delimiter: found, line, octets };
}

function noSuchLine(file: string, headerRow: number): Problem {
  return new Problem('list-syntax', `the list has no line ${headerRow}`, {
    where: { file },
    fix: 'Pass --header-row with the line that names the columns.',
  });
}

/** A byte order mark has three octets, the begin of a workbook four. */
function isMarked(head: Buffer): boolean {
  return head.length >= 4;
}

/** Blank lines before the header are none. */
function hasLine(head: Buffer): boolean {
  return /[\r\n]/.test(head.toString('latin1').trimStart());
}

/** After CR an LF may follow, which is no line of its own. */
function hasWholeLine(head: Buffer): boolean {
  const end = lineEnd(head);
  return end !== undefined && (head[end - 1] !== 13 || end < head.length);
}

/** @returns the index behind the first line end; undefined when there is none. */
function lineEnd(head: Buffer): number | undefined {
  const at = head.findIndex(octet => octet === 10 || octet === 13);
  if (at === -1) return undefined;
  return head[at] === 13 && head[at + 1] === 10 ? at + 2 : at + 1;
}

/** What a spreadsheet program saves begins with these octets, whatever its name ends in. */
const spreadsheets: readonly (readonly [begin: string, what: string, fix: string])[] = [
  [
    'PK\u0003\u0004',
    'a workbook, although its name does not end in .xlsx',
    'Rename it if it is an Excel workbook; anything else has to be saved as "CSV UTF-8".',
  ],
  [
    '\u00d0\u00cf\u0011\u00e0',
    'an old Excel workbook (.xls), whatever its name says',
    'Open it and save it as .xlsx or "CSV UTF-8".',
  ],
];

function refuseSpreadsheet(head: Buffer, file: string): void {
  const begin = head.toString('latin1', 0, 4);
  const spreadsheet = spreadsheets.find(([octets]) => octets === begin);
  if (spreadsheet !== undefined) {
    const [, what, fix] = spreadsheet;
    throw new Problem('list-syntax', `the list is ${what}`, { where: { file }, fix });
  }
}

/** UTF-16 without a byte order mark has a NUL in each letter of ASCII. Which of the two it is would be a guess. */
function refuseUnreadable(head: Buffer, file: string): void {
  const [firstLine = ''] = head
    .toString('latin1')
    .trimStart()
    .split(/[\r\n]/, 1);
  if (!firstLine.includes('\0')) return;
  throw new Problem('list-syntax', 'the list is UTF-16 without a byte order mark, or no text at all', {
    where: { file, line: 1 },
    fix: 'Save it as "CSV UTF-8", or pass --encoding utf-16le or utf-16be.',
  });
}

/** Counts line ends outside quotes, each octet once however often it is asked. */
function createLineCounter(): (head: Buffer) => number {
  let at = 0;
  let isQuoted = false;
  let count = 0;
  return head => {
    for (; at < head.length; at += 1) {
      const octet = head[at];
      if (octet === 34) isQuoted = !isQuoted;
      else if (!isQuoted && (octet === 10 || octet === 13)) count += 1;
    }
    return count;
  };
}

/** Octets that were read and not handed on yet. */
function createGatherer(chunks: AsyncIterator<Buffer>, file: string) {
  let head: Buffer = Buffer.alloc(0);
  let isAtEnd = false;
  return {
    get head() {
      return head;
    },
    get isAtEnd() {
      return isAtEnd;
    },
    drop(octets: number): void {
      head = head.subarray(octets);
    },
    /** Reads on until it is enough, or the file ends. */
    async more(isEnough: (head: Buffer) => boolean): Promise<void> {
      while (!isAtEnd && !isEnough(head)) {
        if (head.length > maxRecordOctets) {
          throw new Problem('list-syntax', 'the first line is too long for a header', {
            where: { file, line: 1 },
          });
        }
        const { value, done } = await chunks.next();
        if (done) isAtEnd = true;
        else head = Buffer.concat([head, value]);
      }
    },
  };
}
