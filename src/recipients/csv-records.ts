import { isUtf8 } from 'node:buffer';
import { CsvError, parse } from 'csv-parse';
import { Problem } from '../problem.js';
import { type BlankRemover, createBlankRemover } from './csv-blanks.js';
import { isTabbed } from './csv-dialect.js';
import { type CsvBegin, readHead } from './csv-head.js';
import type { ListEncoding } from './list-encoding.js';
import { createTranscoder, transcode } from './list-encoding.js';
import type { ListFlags } from './list-flags.js';
import { type ListRecord, maxRecordOctets } from './list-record.js';

export type CsvReading = Pick<ListFlags, 'encoding' | 'delimiter' | 'headerRow'>;

/**
 * Records of a CSV file (RFC 4180), separated by comma, semicolon or tab, read as a stream; blank ones are left out. In a
 * file named .tsv or .tab a cell that is in quotes as a whole loses them, and all others are text, unless the delimiter is given.
 * @throws Problem `list-syntax` where the structure is broken, after everything before it was yielded.
 */
export async function* readRecords(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  file: string,
  { encoding, delimiter, headerRow }: CsvReading = {},
): AsyncGenerator<ListRecord, void, void> {
  const transcoder = createTranscoder(encoding);
  const octets = transcode(chunks, transcoder);
  try {
    const begin = await readHead(octets, file, { delimiter, headerRow });
    if (begin === undefined) return;
    const isTsv = isTabbed(file) && delimiter === undefined && begin.delimiter === '\t';
    const reader = createRecordReader(begin, file, transcoder.encoding, isTsv);
    yield* reader.write(begin.octets);
    for await (const more of octets) yield* reader.write(more);
    yield* reader.end();
  } finally {
    // The head was taken from it by hand: whoever stops early closes the file.
    await octets.return();
  }
}

interface RecordReader {
  write(octets: Buffer): AsyncGenerator<ListRecord, void, void>;
  end(): AsyncGenerator<ListRecord, void, void>;
}

/**
 * csv-parse is fed octets and asked for Latin-1, one character for each: so that it finds the cells of a file that is
 * not UTF-8, and each bad row can be named. It hands records over by callback and not as a stream, since a stream
 * forgets what it holds when it fails, and the rows before a broken one count.
 */
function createRecordReader(
  begin: CsvBegin,
  file: string,
  encoding: ListEncoding,
  isTsv: boolean,
): RecordReader {
  const { delimiter } = begin;
  let line = begin.line;
  let records: ListRecord[] = [];
  const blanks: BlankRemover | undefined = isTsv ? undefined : createBlankRemover(delimiter);
  const read = isTsv ? (cell: string) => decodeUtf8(unquoteTsv(cell)) : decodeUtf8;
  const parser = parse({
    delimiter,
    encoding: 'latin1',
    // All of them, longest first: csv-parse would take the first it finds for the only one.
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: maxRecordOctets,
    ...(isTsv ? { quote: false as const } : {}),
    on_record: (raw: string[], { empty_lines }) => {
      const cells = raw.map(read);
      if (cells.some(cell => cell === undefined || cell.trim() !== ''))
        records.push({ cells, line: line + empty_lines, encoding });
      line += raw.reduce((lines, cell) => lines + countLineEnds(cell), 1);
      return null;
    },
  });
  // Told to the callbacks below as well; without a listener it would end the process.
  parser.on('error', () => {});

  async function* handOver(step: (done: (error?: Error | null) => void) => void) {
    const error = await new Promise<Error | null | undefined>(resolve => step(resolve));
    yield* records;
    records = [];
    if (error instanceof CsvError)
      throw structureProblem(
        error,
        { file, line: line + Number(error['empty_lines']) },
        begin,
        blanks?.isQuoted,
      );
    if (error) throw error;
  }

  async function* write(octets: Buffer) {
    if (octets.length > 0) yield* handOver(done => parser.write(octets, done));
  }

  return {
    write: octets => write(blanks === undefined ? octets : blanks.write(octets)),
    async *end() {
      if (blanks !== undefined) yield* write(blanks.end());
      yield* handOver(done => parser.end(done));
    },
  };
}

/**
 * IANA's text/tab-separated-values has no quotes, and spreadsheet programs write them all the same: a cell that is in
 * quotes as a whole, with those inside doubled, is one of theirs.
 */
function unquoteTsv(cell: string): string {
  if (cell.length < 2 || !cell.startsWith('"') || !cell.endsWith('"')) return cell;
  const inside = cell.slice(1, -1);
  return inside.replaceAll('""', '').includes('"') ? cell : inside.replaceAll('""', '"');
}

function decodeUtf8(latin1: string): string | undefined {
  if (/^[\x00-\x7f]*$/.test(latin1)) return latin1;
  const octets = Buffer.from(latin1, 'latin1');
  return isUtf8(octets) ? octets.toString() : undefined;
}

function countLineEnds(cell: string): number {
  return cell.match(/\r\n|\r|\n/g)?.length ?? 0;
}

function structureProblem(
  error: CsvError,
  where: { file: string; line: number },
  { delimiter }: CsvBegin,
  isQuoted = false,
): Problem {
  const [what, fix] = structureFault(error.code, delimiter, isQuoted);
  return new Problem('list-syntax', what, { where, fix, cause: error });
}

function structureFault(
  code: string,
  delimiter: string,
  isQuoted: boolean,
): readonly [what: string, fix: string] {
  switch (code) {
    case 'CSV_QUOTE_NOT_CLOSED':
      return [
        'a quote that opens in this row is never closed',
        'Close it, or double a quote that is part of the text.',
      ];
    case 'CSV_MAX_RECORD_SIZE':
      if (isQuoted)
        return [
          'a quote that opens in this row is not closed within a million octets',
          'Close it, or double a quote that is part of the text.',
        ];
      return ['a row of more than a million octets', 'Look for a quote that is not closed.'];
    default:
      return [
        'a quote in the middle of a cell of this row',
        delimiter === '\t'
          ? 'Name the file .tsv if quotes are part of its text; otherwise put the whole cell into quotes.'
          : 'Put the whole cell into quotes, and double a quote that is part of the text: "5"" pipe".',
      ];
  }
}
