import { isUtf8 } from 'node:buffer';
import { CsvError, parse } from 'csv-parse';
import { Problem } from '../problem.js';
import { createTranscoder, type ListEncoding, type Transcoder } from './list-encoding.js';
import { type ListRecord, maxRecordOctets } from './list-record.js';

export const saveAsUtf8 = 'Save it as "CSV UTF-8"; a list to send to may be in what --encoding says.';

/**
 * Records of a CSV file (RFC 4180), separated by comma, semicolon or tab, read as a stream; blank ones are left out.
 * @param encoding of a file without a byte order mark; undefined: UTF-8.
 * @throws Problem `list-syntax` where the structure is broken, after everything before it was yielded.
 */
export async function* readRecords(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  file: string,
  encoding?: ListEncoding,
): AsyncGenerator<ListRecord, void, void> {
  const transcoder = createTranscoder(encoding);
  let reader: RecordReader | undefined;
  for await (const octets of headerFirst(transcode(chunks, transcoder), file)) {
    reader ??= createRecordReader(octets, file, transcoder.encoding);
    yield* reader.write(octets);
  }
  if (reader !== undefined) yield* reader.end();
}

async function* transcode(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  transcoder: Transcoder,
): AsyncGenerator<Buffer, void, void> {
  for await (const chunk of chunks) {
    const octets = transcoder.write(chunk);
    if (octets.length > 0) yield octets;
  }
  const last = transcoder.end();
  if (last.length > 0) yield last;
}

/** The same octets without a byte order mark, the whole header line in the first piece. */
async function* headerFirst(chunks: AsyncIterable<Buffer>, file: string): AsyncGenerator<Buffer, void, void> {
  let head: Buffer | undefined = Buffer.alloc(0);
  for await (const chunk of chunks) {
    if (head === undefined) {
      yield chunk;
      continue;
    }
    head = Buffer.concat([head, chunk]);
    if (hasLineEnd(head)) {
      yield withoutBom(head);
      head = undefined;
    } else if (head.length > maxRecordOctets) {
      throw new Problem('list-syntax', 'the first line is too long for a header', {
        where: { file, line: 1 },
      });
    }
  }
  if (head !== undefined && head.length > 0) yield withoutBom(head);
}

function hasLineEnd(head: Buffer): boolean {
  return /[\r\n]/.test(head.toString('latin1').trimStart());
}

function withoutBom(head: Buffer): Buffer {
  return head.subarray(0, 3).equals(Buffer.from('\ufeff')) ? head.subarray(3) : head;
}

interface RecordReader {
  write(octets: Uint8Array): AsyncGenerator<ListRecord, void, void>;
  end(): AsyncGenerator<ListRecord, void, void>;
}

/**
 * csv-parse is fed octets and asked for Latin-1, one character for each: so that it finds the cells of a file that is
 * not UTF-8, and each bad row can be named. It hands records over by callback and not as a stream, since a stream
 * forgets what it holds when it fails, and the rows before a broken one count.
 */
function createRecordReader(head: Buffer, file: string, encoding: ListEncoding): RecordReader {
  const [header = ''] = head
    .toString('latin1')
    .trimStart()
    .split(/[\r\n]/, 1);
  refuseUnreadable(header, file);
  let line = 1;
  let records: ListRecord[] = [];
  const parser = parse({
    delimiter: detectDelimiter(header),
    encoding: 'latin1',
    // All of them, longest first: csv-parse would take the first it finds for the only one.
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: maxRecordOctets,
    on_record: (raw: string[], { empty_lines }) => {
      const cells = raw.map(decodeUtf8);
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
      throw structureProblem(error, { file, line: line + Number(error['empty_lines']) });
    if (error) throw error;
  }

  return {
    write: octets => handOver(done => parser.write(octets, done)),
    end: () => handOver(done => parser.end(done)),
  };
}

/** UTF-16 without a byte order mark has a NUL in each letter of ASCII. Which of the two it is would be a guess. */
function refuseUnreadable(header: string, file: string): void {
  if (!header.includes('\0')) return;
  throw new Problem('list-syntax', 'the list is UTF-16 without a byte order mark, or no text at all', {
    where: { file, line: 1 },
    fix: 'Save it as "CSV UTF-8", or pass --encoding utf-16le or utf-16be.',
  });
}

/** Comma, semicolon or tab: whichever the header line has most of, outside quotes. */
function detectDelimiter(header: string): string {
  const plain = header.replaceAll(/"[^"]*"/g, '');
  const counts = [',', ';', '\t'].map(delimiter => ({ delimiter, count: plain.split(delimiter).length }));
  return counts.reduce((best, next) => (next.count > best.count ? next : best)).delimiter;
}

function decodeUtf8(latin1: string): string | undefined {
  if (/^[\x00-\x7f]*$/.test(latin1)) return latin1;
  const octets = Buffer.from(latin1, 'latin1');
  return isUtf8(octets) ? octets.toString() : undefined;
}

function countLineEnds(cell: string): number {
  return cell.match(/\r\n|\r|\n/g)?.length ?? 0;
}

function structureProblem(error: CsvError, where: { file: string; line: number }): Problem {
  const [what, fix] = structureFault(error.code);
  return new Problem('list-syntax', what, { where, fix, cause: error });
}

function structureFault(code: string): readonly [what: string, fix: string] {
  switch (code) {
    case 'CSV_QUOTE_NOT_CLOSED':
      return [
        'a quote that opens in this row is never closed',
        'Close it, or double a quote that is part of the text.',
      ];
    case 'CSV_MAX_RECORD_SIZE':
      return ['a row of more than a million octets', 'Look for a quote that is not closed.'];
    default:
      return [
        'a quote in the middle of a cell of this row',
        'Put the whole cell into quotes, and double a quote that is part of the text: "5"" pipe".',
      ];
  }
}
