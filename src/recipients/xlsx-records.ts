/** Lists as XLSX workbooks (ECMA-376): one sheet, whose first row that is not empty names the columns. */
import { nearest } from '../nearest.js';
import { type Place, Problem } from '../problem.js';
import type { ListEncoding } from './list-encoding.js';
import type { ListRecord } from './list-record.js';
import { skipInvalid } from './list-row.js';
import { quoteInput } from './quote-input.js';
import { damaged, maxFileBytes, openWorkbook, uncalculated } from './xlsx-archive.js';

type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
/** The reader's: numbers come as text, since we ask for that. */
type Cell = string | number | boolean | Date | null;

const encoding: ListEncoding = 'utf-8';
const saveAs = 'Save it as XLSX or CSV.';

/**
 * @param sheet name of the sheet; undefined: the first.
 * @returns the names of the columns, then each row, or in its place what is wrong with it. Lines are rows of the sheet.
 * @throws Problem `list-syntax` when it is no workbook that can be read.
 */
export async function* readWorkbook(
  chunks: Chunks,
  file: string,
  { sheet }: { readonly sheet?: string | undefined } = {},
): AsyncGenerator<ListRecord | Problem, void, void> {
  const rows = await readRows(await readAll(chunks, file), file, sheet);
  let width: number | undefined;
  for (const [index, row] of rows.entries()) {
    const line = index + 1;
    const cells = row.map(printCell);
    const used = lastUsed(cells) + 1;
    if (used === 0) continue;
    width ??= used;
    const faulty = cells.findIndex(cell => errorName.test(cell));
    if (faulty === -1) yield { cells: toWidth(cells, used, width), line, encoding };
    else yield formulaProblem(columnName(faulty), cells[faulty], { file, line });
  }
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

async function readAll(chunks: Chunks, file: string): Promise<Buffer> {
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

async function readRows(
  octets: Buffer,
  file: string,
  sheet: string | undefined,
): Promise<readonly (readonly Cell[])[]> {
  const workbook = await openWorkbook(octets);
  if (!workbook.ok) throw unreadable(file, workbook.why);
  const { readSheet } = await import('read-excel-file/universal');
  try {
    const options = { trim: false, parseNumber: printNumber };
    return (await readSheet(workbook.value, sheet ?? 1, options)) as readonly (readonly Cell[])[];
  } catch (error) {
    const { name, sheets } = error as { name?: string; sheets?: readonly string[] };
    if (name === 'SheetNotFoundError' && sheet !== undefined) throw noSheet(file, sheet, sheets ?? []);
    throw unreadable(file, damaged, error);
  }
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
function toWidth(cells: readonly string[], used: number, width: number): readonly string[] {
  const length = Math.max(used, width);
  return Array.from({ length }, (_, index) => cells[index] ?? '');
}

/** As the spreadsheet shows it. */
function columnName(index: number): string {
  const letter = String.fromCharCode(65 + (index % 26));
  return index < 26 ? letter : columnName(Math.floor(index / 26) - 1) + letter;
}
