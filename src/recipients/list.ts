import { Problem } from '../problem.js';
import { readRecords } from './csv-records.js';
import { readJsonArray, readNdjson } from './json-records.js';
import { type ListColumns, readColumns } from './list-columns.js';
import type { ListEncoding } from './list-encoding.js';
import type { ListRecord } from './list-record.js';
import { type ListRow, readRow } from './list-row.js';
import { bindWhere, type Where } from './where.js';
import { readWorkbook, refuseSpreadsheet } from './xlsx-records.js';

export type { ListRow } from './list-row.js';

export interface ListReading {
  /** Of CSV without a byte order mark; undefined: UTF-8. */
  readonly encoding?: ListEncoding | undefined;
  /** Of a workbook; undefined: its first sheet. */
  readonly sheet?: string | undefined;
  /** Rows that are not meant are neither checked nor yielded; [] means all. */
  readonly where?: Where;
  /** Called for each of those. */
  readonly leaveOut?: () => void;
  /** Called with the cells of a row that is refused, before its problems are yielded. */
  readonly onRefused?: (record: ListRecord) => void;
  /** true: nobody is in it, which is no problem. */
  readonly mayBeEmpty?: boolean;
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
  {
    encoding,
    sheet,
    where = [],
    leaveOut = () => undefined,
    onRefused = () => undefined,
    mayBeEmpty = false,
  }: ListReading = {},
): AsyncGenerator<ListRow | Problem, void, void> {
  let columns: ListColumns | undefined;
  let isMeant = (_: readonly (string | undefined)[]) => true;
  let rows = 0;
  try {
    for await (const record of formatOf(file).read(chunks, file, { encoding, sheet })) {
      if (record instanceof Problem) {
        rows += 1;
        yield record;
        continue;
      }
      if (columns === undefined) {
        const header = readColumns(record, file);
        if (!('names' in header)) return yield* header;
        const bound = bindWhere(where, header.names, file);
        if (typeof bound !== 'function') return yield* bound;
        columns = header;
        isMeant = bound;
        continue;
      }
      rows += 1;
      // Which cell is which is not known in a ragged row: it is refused below.
      if (record.cells.length === columns.names.length && !isMeant(record.cells)) {
        leaveOut();
        continue;
      }
      const row = readRow(record, columns, file);
      if ('mailbox' in row) {
        yield row;
        continue;
      }
      onRefused(record);
      yield* row;
    }
  } catch (error) {
    // Broken structure, or the file could not be read on: either ends the list, and neither hides what came before.
    if (!(error instanceof Problem)) throw error;
    return yield error;
  }
  // Rows that are no objects have been refused already.
  if (rows > 0 || mayBeEmpty) return;
  if (columns !== undefined) {
    yield new Problem('list-syntax', 'the list has a header but no rows', { where: { file } });
    return;
  }
  const fix = isJson(file)
    ? 'Each person is an object with the key email.'
    : 'Its first row names the columns, the one with the addresses email.';
  yield new Problem('list-syntax', 'the list is empty', { where: { file }, fix });
}

/** By the name of the file. Anything else than CSV has to say so. */
const formats: readonly ListFormat[] = [
  { name: /\.(?:csv|tsv)$/i, read: (chunks, file, { encoding }) => readRecords(chunks, file, encoding) },
  { name: /\.(?:ndjson|jsonl)$/i, read: readNdjson },
  { name: /\.json$/i, read: readJsonArray },
  { name: /\.xlsx$/i, read: readWorkbook },
  { name: /\.(?:xls|xlsb|xlsm|xltx|ods|fods|numbers)$/i, read: refuseSpreadsheet },
];

interface ListFormat {
  readonly name: RegExp;
  readonly read: (
    chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    file: string,
    reading: Pick<ListReading, 'encoding' | 'sheet'>,
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
  return formatOf(file).read === readWorkbook;
}

function isJson(file: string): boolean {
  return /\.(?:ndjson|jsonl|json)$/i.test(file);
}

function formatOf(file: string): ListFormat {
  return formats.find(format => format.name.test(file)) ?? (formats[0] as ListFormat);
}
