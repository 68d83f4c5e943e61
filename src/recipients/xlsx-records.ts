/**
 * Lists as XLSX workbooks (ECMA-376): one sheet, whose first row that is not empty names the columns. The reader gives the
 * values of cells; which sheets and rows are hidden, and how a number is shown, is looked up in the XML beside it.
 */
import { nearest } from '../nearest.js';
import { type Place, Problem } from '../problem.js';
import type { ListEncoding } from './list-encoding.js';
import type { SheetFacts } from './list-facts.js';
import type { ListFlags } from './list-flags.js';
import type { ListRecord } from './list-record.js';
import { skipInvalid } from './list-row.js';
import { quoteInput } from './quote-input.js';
import { damaged, maxFileBytes, openWorkbook, packWorkbook } from './xlsx-archive.js';
import { columnName, hiddenRowsOf, namingErrors, namingTimes, uncalculated } from './xlsx-cells.js';
import { readTimeFormats } from './xlsx-formats.js';
import { countsFrom1904, type Parts, readSheets, type Sheet, stylesOf } from './xlsx-package.js';

type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
/** The reader's: numbers come as text, since we ask for that. */
type Cell = string | number | boolean | Date | null;

const encoding: ListEncoding = 'utf-8';
const saveAs = 'Save it as XLSX or CSV.';

export type WorkbookFlags = Pick<ListFlags, 'sheet' | 'headerRow' | 'visibleRows'>;

export type WorkbookReading = WorkbookFlags & {
  /** Called before the first row. */
  readonly onSheet?: (facts: SheetFacts) => void;
};

/** As `readWorkbook`, which some callers have done in another process. */
export type ReadWorkbook = (
  chunks: Chunks,
  file: string,
  reading?: WorkbookReading,
) => AsyncGenerator<ListRecord | Problem, void, void>;

/**
 * @returns the names of the columns, then each row, or in its place what is wrong with it. Lines are rows of the sheet.
 * @throws Problem `list-syntax` when it is no workbook that can be read.
 */
export async function* readWorkbook(
  chunks: Chunks,
  file: string,
  { sheet, headerRow, visibleRows = false, onSheet }: WorkbookReading = {},
): AsyncGenerator<ListRecord | Problem, void, void> {
  const workbook = await openWorkbook(await collectWorkbook(chunks, file));
  if (!workbook.ok) throw unreadable(file, workbook.why);
  const sheets = readSheets(workbook.value);
  const chosen = chooseSheet(sheets, sheet, file);
  const all = await readRows(workbook.value, chosen, file);
  const from = headerRow ?? all.findIndex(row => row.cells.length > 0) + 1;
  if (headerRow !== undefined && (all[headerRow - 1]?.cells.length ?? 0) === 0)
    throw noSuchRow(file, headerRow);
  const rows = all.slice(Math.max(0, from - 1)).filter(({ cells }) => cells.length > 0);
  const shown = visibleRows ? rows.filter(({ isHidden, line }) => !isHidden || line === headerRow) : rows;
  const others = sheet === undefined ? sheets.filter(isReadable).map(({ name }) => name) : [];
  const otherSheets = others.filter(name => name !== chosen.name);
  onSheet?.({ ...describe(sheets, chosen, rows, visibleRows), otherSheets });
  const width = shown[0]?.cells.length ?? 0;
  for (const { cells, line } of shown) {
    const faulty = cells.findIndex(cell => errorName.test(cell));
    if (faulty === -1) yield { cells: toWidth(cells, width), line, encoding };
    else yield formulaProblem(columnName(faulty), cells[faulty], { file, line });
  }
}

/** A row of the sheet up to the last cell that holds something; no cells when none does. */
interface Row {
  readonly cells: readonly string[];
  readonly line: number;
  readonly isHidden: boolean;
}

interface ChosenSheet extends Sheet {
  /** As the reader counts them, from 1. */
  readonly number: number;
}

/** @throws Problem `list-syntax` when there is none of that name, or none is visible. */
function chooseSheet(sheets: readonly Sheet[], wanted: string | undefined, file: string): ChosenSheet {
  const index = sheets.findIndex(sheet => (wanted === undefined ? isReadable(sheet) : sheet.name === wanted));
  const chosen = sheets[index];
  if (chosen !== undefined) return { ...chosen, number: index + 1 };
  const names = sheets.filter(({ part }) => part !== undefined).map(({ name }) => name);
  if (wanted !== undefined) throw noSheet(file, wanted, names);
  if (names.length === 0) throw unreadable(file, damaged);
  throw new Problem('list-syntax', 'every sheet of the workbook is hidden', {
    where: { file },
    fix: `Pass --sheet with one of them: ${names.map(quoteInput).join(', ')}.`,
  });
}

function isReadable({ isHidden, part }: Sheet): boolean {
  return !isHidden && part !== undefined;
}

function describe(
  sheets: readonly Sheet[],
  chosen: ChosenSheet,
  rows: readonly Row[],
  visibleOnly: boolean,
): Omit<SheetFacts, 'otherSheets'> {
  const people = rows.slice(1);
  const [first] = people;
  const last = people.at(-1);
  return {
    name: chosen.name,
    rows: first === undefined || last === undefined ? undefined : { first: first.line, last: last.line },
    hiddenRows: people.filter(({ isHidden }) => isHidden).length,
    visibleOnly,
    hiddenSheets: sheets
      .slice(0, chosen.number - 1)
      .filter(({ isHidden }) => isHidden)
      .map(({ name }) => name),
  };
}

function noSuchRow(file: string, headerRow: number): Problem {
  return new Problem('list-syntax', `row ${headerRow} of the sheet is empty`, {
    where: { file, line: headerRow },
    fix: 'Pass --header-row with the row that names the columns.',
  });
}

function formulaProblem(column: string, cell: string | undefined, where: Place): Problem {
  if (cell === uncalculated) {
    return new Problem('list-row', `the formula in column ${column} was never calculated`, {
      where,
      fix: `Open the workbook in a spreadsheet program and save it, or ${skipInvalid}.`,
    });
  }
  return new Problem('list-row', `the formula in column ${column} came to ${cell}`, {
    where,
    fix: `Correct it, save the workbook again, or ${skipInvalid}.`,
  });
}

/** For names of other formats of spreadsheets: an error that says what to do. */
// biome-ignore lint/correctness/useYield: it is a reader as the others are, and ends before the first row.
export async function* refuseSpreadsheet(
  _: Chunks,
  file: string,
): AsyncGenerator<ListRecord | Problem, void, void> {
  throw unreadable(file, 'is a spreadsheet in a format that is not read');
}

/**
 * @returns the octets of a workbook, 20 MB at most.
 * @throws Problem `list-syntax` when there are more.
 */
export async function collectWorkbook(chunks: Chunks, file: string): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    parts.push(chunk);
    bytes += chunk.length;
    if (bytes > maxFileBytes) {
      throw new Problem('list-syntax', `the workbook has more than ${maxFileBytes / 1_000_000} MB`, {
        where: { file },
        fix: 'Save the sheet as CSV, which is read as a stream.',
      });
    }
  }
  return Buffer.concat(parts);
}

/** Loads the libraries, for a workbook that is still to come. */
export async function prepareToReadWorkbook(): Promise<void> {
  await Promise.all([import('fflate'), import('read-excel-file/universal')]);
}

async function readRows(
  parts: Parts,
  { number, part = '' }: ChosenSheet,
  file: string,
): Promise<readonly Row[]> {
  const xml = parts.get(part) ?? '';
  const formats = readTimeFormats(stylesOf(parts));
  const named = new Map(parts).set(part, namingTimes(namingErrors(xml), formats, countsFrom1904(parts)));
  const hidden = hiddenRowsOf(xml);
  const { readSheet } = await import('read-excel-file/universal');
  let read: readonly (readonly Cell[])[];
  try {
    const options = { trim: false, parseNumber: printNumber };
    read = (await readSheet(await packWorkbook(named), number, options)) as readonly (readonly Cell[])[];
  } catch (error) {
    throw unreadable(file, damaged, error);
  }
  return read.map((row, index) => {
    const cells = row.map(printCell);
    return { cells: cells.slice(0, lastUsed(cells) + 1), line: index + 1, isHidden: hidden.has(index + 1) };
  });
}

function unreadable(file: string, why: string, cause?: unknown): Problem {
  return new Problem('list-syntax', `${file} ${why}`, { where: { file }, fix: saveAs, cause });
}

function noSheet(file: string, sheet: string, names: readonly string[]): Problem {
  const close = nearest(sheet, names);
  return new Problem('list-syntax', `there is no sheet ${quoteInput(sheet)}`, {
    where: { file },
    fix: close === undefined ? `There are: ${names.map(quoteInput).join(', ')}.` : `Did you mean "${close}"?`,
  });
}

/** As programs show it: 15 digits, no exponent. */
function printNumber(written: string): string {
  const number = Number(written);
  if (!Number.isFinite(number)) throw new Error(`${written} is no number`);
  return number.toLocaleString('en-US', { useGrouping: false, maximumSignificantDigits: 15 });
}

function printCell(cell: Cell): string {
  if (cell === null) return '';
  // Some programs write two of them where a line ends.
  return cell instanceof Date ? printDate(cell) : String(cell).replaceAll(/\r+\n?/g, '\n');
}

/** The days before the first: a time of day without a date. */
const firstDay = Date.UTC(1900, 0, 1);

function printDate(date: Date): string {
  // A second is a fraction of a day that binary numbers only come near to.
  const iso = new Date(Math.round(date.getTime() / 1_000) * 1_000).toISOString();
  const [day = '', time = ''] = iso.split('T');
  const shown = time.startsWith('00:00:00') ? '' : time.slice(0, time.startsWith(':00', 5) ? 5 : 8);
  if (date.getTime() < firstDay) return shown === '' ? '00:00' : shown;
  return shown === '' ? day : `${day} ${shown}`;
}

/** ECMA-376 part 1 §18.17.3, and those that came later. */
const errorName = /^#(?:N\/A|GETTING_DATA|[A-Z0-9_/]+[!?])$/;

function lastUsed(cells: readonly string[]): number {
  return cells.findLastIndex(cell => cell.trim() !== '');
}

/** Empty cells behind the last column are none; others are one too many, which the reader of rows says. */
function toWidth(cells: readonly string[], width: number): readonly string[] {
  const length = Math.max(cells.length, width);
  return Array.from({ length }, (_, index) => cells[index] ?? '');
}
