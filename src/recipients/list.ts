import { type Place, Problem } from '../problem.js';
import { readRecords } from './csv-records.js';
import { readJsonArray, readNdjson } from './json-records.js';
import { type ColumnFlags, type ListColumns, readColumns } from './list-columns.js';
import type { ListFacts, SheetFacts } from './list-facts.js';
import type { ListFlags } from './list-flags.js';
import type { ListRecord } from './list-record.js';
import { hasWidth, type ListRow, readRow } from './list-row.js';
import { allHidden, withSheet } from './meant-sheet.js';
import { noAddressColumn, rowsLookedAt } from './no-address-column.js';
import { unguardCell } from './report-list.js';
import { bindWhere, type Where } from './where.js';
import { type ReadWorkbook, readWorkbook, refuseSpreadsheet } from './xlsx-records.js';

export type { ListRow } from './list-row.js';

export interface ListReading extends ListFlags, ColumnFlags {
  /** Rows that are not meant are neither checked nor yielded; [] means all. */
  readonly where?: Where;
  /** Called for each of those. */
  readonly leaveOut?: () => void;
  /** Called with the cells of a row that is refused, before its problems are yielded. */
  readonly onRefused?: (record: ListRecord) => void;
  /** Called once, when the columns are known. */
  readonly onColumns?: (facts: ListFacts) => void;
  /** Called with the names in a header that is refused. */
  readonly onRefusedHeader?: (names: readonly string[]) => void;
  /** true: nobody is in it, which is no problem. */
  readonly mayBeEmpty?: boolean;
  /** Reads workbooks, in another process perhaps; undefined: they are read here. */
  readonly readWorkbook?: ReadWorkbook | undefined;
}

/**
 * A list of people: a header row that names the columns, one person in each row after it. Files named .ndjson, .jsonl and
 * .json hold objects, whose keys are the columns; .xlsx is a workbook; everything else is CSV.
 * @param chunks the octets of the file, read only as fast as rows are taken; closed when the taker stops early.
 * @param file its name, for problems.
 * @returns each row, or in its place the problems of it, so that one pass finds everything. A problem with the header or
 * with the structure of the file (`list-column`, `list-syntax`) is the last thing yielded; octets that are not UTF-8 are
 * `list-syntax` too, one for each cell, and the rows after them are read.
 */
export async function* parseList(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  file: string,
  reading: ListReading = {},
): AsyncGenerator<ListRow | Problem, void, void> {
  const { where = [], mayBeEmpty = false } = reading;
  let sheet: SheetFacts | undefined;
  const onSheet = (facts: SheetFacts) => {
    sheet = facts;
  };
  let read: ReturnType<typeof createRowReader> | undefined;
  let headless: ReturnType<typeof createHeaderSearch> | undefined;
  let isBehindNotes = false;
  let rows = 0;
  try {
    for await (const record of formatOf(file).read(chunks, file, { ...reading, onSheet })) {
      if (headless !== undefined) {
        if (record instanceof Problem) break;
        if (headless.endsNotes(record, reading)) {
          headless = undefined;
          isBehindNotes = true;
        } else if (headless.look(record)) continue;
        else break;
      }
      if (record instanceof Problem) {
        rows += 1;
        yield record;
        continue;
      }
      if (read !== undefined) {
        rows += 1;
        const items = read(record);
        yield* items;
        if (items.some(item => item instanceof Problem && item.code === 'list-column')) return;
        continue;
      }
      const header = readColumns(record, file, reading);
      if (header.kind !== 'columns') reading.onRefusedHeader?.(header.names);
      if (header.kind === 'faults') return yield* header.problems;
      if (header.kind === 'no-address') {
        yield* header.problems;
        headless = createHeaderSearch(record, header.names, file);
        continue;
      }
      const isMeant = bindWhere(where, header.columns.names, file);
      if (typeof isMeant !== 'function') return yield* isMeant;
      read = createRowReader(header.columns, { file, line: record.line }, reading, isMeant);
      const headerLine = isBehindNotes ? record.line : undefined;
      reading.onColumns?.({ ...factsOf(header.columns, file, sheet), headerLine });
    }
  } catch (error) {
    // Broken structure, or the file could not be read on: either ends the list, and neither hides what came before.
    if (!(error instanceof Problem)) throw error;
    if (headless !== undefined) {
      yield withSheet(headless.problem(), sheet);
      // Only looked at for a hint: what is wrong with them comes once the header is right.
      if (error.code === 'list-syntax') return;
    }
    return yield error;
  }
  if (headless !== undefined) return yield withSheet(headless.problem(), sheet);
  // Rows that are no objects have been refused already.
  if (rows > 0 || mayBeEmpty) return;
  if (read !== undefined) {
    yield withSheet(
      new Problem('list-syntax', 'the list has a header but no rows', {
        where: { file },
        fix: allHidden(sheet),
      }),
      sheet,
    );
    return;
  }
  const fix = isJson(file)
    ? 'Each person is an object with the key email.'
    : 'Its first row names the columns, the one with the addresses email.';
  yield withSheet(new Problem('list-syntax', 'the list is empty', { where: { file }, fix }), sheet);
}

/** @returns what a row comes to: people, or its problems; nothing for a row that is not meant. */
function createRowReader(
  columns: ListColumns,
  header: { readonly file: string; readonly line: number },
  { severalAddresses, leaveOut, onRefused }: ListReading,
  isMeant: (cells: ListRecord['cells']) => boolean,
): (record: ListRecord) => readonly (ListRow | Problem)[] {
  let isFirst = true;
  return written => {
    const record = columns.isGuarded ? unguarded(written) : written;
    if (isFirst) {
      isFirst = false;
      const nameless = record.cells.findIndex(
        (cell, index) => columns.names[index] === '' && cell?.trim() !== '',
      );
      if (nameless !== -1) return [namelessColumn(nameless, header)];
    }
    // Which cell is which is not known in a ragged row: it is refused below.
    if (hasWidth(record.cells, columns) && !isMeant(record.cells)) {
      leaveOut?.();
      return [];
    }
    const row = readRow(record, columns, header.file, severalAddresses);
    if (row.kind === 'people') return row.people;
    onRefused?.(record);
    return row.problems;
  };
}

function unguarded(record: ListRecord): ListRecord {
  return { ...record, cells: record.cells.map(cell => cell && unguardCell(cell)) };
}

/** Already the first person has a value in it: its name is missing, and no row is at fault. */
function namelessColumn(index: number, where: Place): Problem {
  return new Problem('list-column', `column ${index + 1} has values, but no name`, {
    where,
    fix: 'Name it in the first row, or remove it.',
  });
}

/** Looks at some rows of a list without a column of addresses, to say what is so. */
function createHeaderSearch(header: ListRecord, names: readonly string[], file: string) {
  const seen: ListRecord[] = [];
  let onlyNotes = isNote(header);
  return {
    /**
     * Programs put a few lines of text before the header: LinkedIn does. Where they have one cell each, and the first row with several
     * names the column of the addresses, nothing is left to ask.
     */
    endsNotes(record: ListRecord, reading: ListReading): boolean {
      if (!onlyNotes || isNote(record) || reading.headerRow !== undefined) return false;
      onlyNotes = false;
      return readColumns(record, file, reading).kind === 'columns';
    },
    /** @returns whether another row would help. */
    look(record: ListRecord): boolean {
      seen.push(record);
      return seen.length < rowsLookedAt;
    },
    problem: () => noAddressColumn(header, names, seen, file),
  };
}

/** A row with one cell that is not empty. */
function isNote({ cells }: ListRecord): boolean {
  return cells.filter((cell = '') => cell.trim() !== '').length < 2;
}

function factsOf(
  columns: ListColumns,
  file: string,
  sheet: SheetFacts | undefined,
): Omit<ListFacts, 'headerLine'> {
  const { names, email, wholeNames, nameParts } = columns;
  const nameColumns = wholeNames.length === 0 ? nameParts : wholeNames.slice(0, 1);
  return {
    file,
    columns: names.filter(one => one !== ''),
    emailColumn: names[email] ?? '',
    nameColumns: nameColumns.map(index => names[index] ?? ''),
    sheet,
  };
}

const workbookFormat: ListFormat = {
  name: /\.xlsx$/i,
  read: (chunks, file, reading) => (reading.readWorkbook ?? readWorkbook)(chunks, file, reading),
};

/** By the name of the file. Anything else than CSV has to say so. */
const formats: readonly ListFormat[] = [
  { name: /\.(?:csv|tsv|tab)$/i, read: readRecords },
  { name: /\.(?:ndjson|jsonl)$/i, read: readNdjson },
  { name: /\.json$/i, read: readJsonArray },
  workbookFormat,
  { name: /\.(?:xls|xlsb|xlsm|xltx|ods|fods|numbers)$/i, read: refuseSpreadsheet },
];

interface ListFormat {
  readonly name: RegExp;
  readonly read: (
    chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    file: string,
    reading: ListFlags &
      Pick<ListReading, 'readWorkbook'> & { readonly onSheet?: (facts: SheetFacts) => void },
  ) => AsyncIterable<ListRecord | Problem>;
}

/** A name without an `@` before it that is a list all the same. */
export function isListName(name: string): boolean {
  return formats.some(format => format.name.test(name));
}

export function isCsv(file: string): boolean {
  return formatOf(file) === formats[0];
}

export function isWorkbook(file: string): boolean {
  return formatOf(file) === workbookFormat;
}

function isJson(file: string): boolean {
  return /\.(?:ndjson|jsonl|json)$/i.test(file);
}

function formatOf(file: string): ListFormat {
  return formats.find(format => format.name.test(file)) ?? (formats[0] as ListFormat);
}
