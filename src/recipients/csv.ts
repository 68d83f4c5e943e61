import { parse } from 'csv-parse';
import { headerValueFault } from '../message/header-field.js';
import { type AddrSpec, type Mailbox, parseAddrSpec } from '../message/mailbox.js';
import { Problem } from '../problem.js';
import type { Fields, Role } from './recipient.js';

/** One row of a list of people. */
export interface ListRow {
  readonly mailbox: Mailbox;
  readonly role: Role | undefined;
  /** What the `track` column says; undefined when there is none or the cell is empty. */
  readonly track: boolean | undefined;
  /** All columns as they stand there, the special ones too. */
  readonly fields: Fields;
  /** Physical line the record starts on, from 1. */
  readonly line: number;
}

const maxRecordCharacters = 1_000_000;
const emailNames = ['email', 'e-mail', 'email_address', 'mail'];

/**
 * Reads a list as a stream. Yields each row or the problem of it, so that one pass finds everything; a problem of the
 * file's structure is the last thing yielded.
 */
export async function* parseList(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  file: string,
): AsyncGenerator<ListRow | Problem, void, void> {
  const progress = { line: 0 };
  try {
    yield* readRecords(decode(chunks, file), file, progress);
  } catch (error) {
    if (error instanceof Problem) yield error;
    else if (isCsvError(error)) yield structureProblem(error, file, progress.line + 1);
    else throw error;
  }
}

function isCsvError(error: unknown): boolean {
  return String((error as { code?: unknown }).code).startsWith('CSV_');
}

/** @param progress the last line of the last whole record, for errors that end the reading. */
async function* readRecords(
  text: AsyncGenerator<string>,
  file: string,
  progress: { line: number },
): AsyncGenerator<ListRow | Problem, void, void> {
  const { delimiter, whole } = await detectDelimiter(text, file);
  const parser = parse({
    delimiter,
    bom: true,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: maxRecordCharacters,
  });
  const feeding = feed(parser, whole);
  let columns: Columns | undefined;
  let rows = 0;
  for await (const { record, info } of parser as AsyncIterable<{
    record: string[];
    info: { lines: number };
  }>) {
    const line = firstLineOf(record, info.lines, progress.line);
    progress.line = info.lines;
    if (columns === undefined) {
      columns = readColumns(record, file, line);
      continue;
    }
    rows += 1;
    yield* readRow(record, columns, file, line);
  }
  await feeding;
  if (columns === undefined)
    throw new Problem('list-syntax', 'the list is empty', {
      where: { file },
      fix: 'Its first line names the columns, one of them email.',
    });
  if (rows === 0) throw new Problem('list-syntax', 'the list has a header but no rows', { where: { file } });
}

/** csv-parse counts to the end of a record; line ends inside quotes are the record's own. */
function firstLineOf(record: readonly string[], endLine: number, lastLine: number): number {
  const inside = record.reduce((sum, cell) => sum + (cell.match(/\r\n|\r|\n/g)?.length ?? 0), 0);
  return Math.max(lastLine + 1, endLine - inside);
}

async function feed(parser: ReturnType<typeof parse>, text: AsyncGenerator<string>): Promise<void> {
  try {
    for await (const piece of text) {
      if (!parser.write(piece)) await new Promise(resolve => parser.once('drain', resolve));
    }
    parser.end();
  } catch (error) {
    parser.destroy(error as Error);
  }
}

async function* decode(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  file: string,
): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let line = 1;
  let first = true;
  try {
    for await (const chunk of chunks) {
      if (first) refuseUtf16(chunk, file);
      first = false;
      const text = decoder.decode(chunk, { stream: true });
      line += text.split('\n').length - 1;
      yield text;
    }
    const rest = decoder.decode();
    if (rest !== '') yield rest;
  } catch (cause) {
    if (cause instanceof Problem) throw cause;
    throw new Problem('list-syntax', 'the list is not valid UTF-8', {
      where: { file, line },
      fix: 'Save it as "CSV UTF-8".',
      cause,
    });
  }
}

function refuseUtf16(chunk: Uint8Array, file: string): void {
  const [first, second] = chunk;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    throw new Problem('list-syntax', 'the list is UTF-16', {
      where: { file },
      fix: 'Save it as "CSV UTF-8".',
    });
  }
}

/** Comma, semicolon or tab: whichever the header line has most of, outside quotes. */
async function detectDelimiter(
  text: AsyncGenerator<string>,
  file: string,
): Promise<{ delimiter: string; whole: AsyncGenerator<string> }> {
  let head = '';
  while (!/[\r\n]/.test(head.trimStart())) {
    const next = await text.next();
    if (next.done === true) break;
    head += next.value;
    if (head.length > maxRecordCharacters)
      throw new Problem('list-syntax', 'the first line is too long for a header', {
        where: { file, line: 1 },
      });
  }
  const [header = ''] = head.trimStart().split(/[\r\n]/, 1);
  const plain = header.replaceAll(/"[^"]*"/g, '');
  const counts = [',', ';', '\t'].map(delimiter => ({ delimiter, count: plain.split(delimiter).length }));
  const best = counts.reduce((a, b) => (b.count > a.count ? b : a));
  return { delimiter: best.delimiter, whole: concatenate(head, text) };
}

async function* concatenate(head: string, rest: AsyncGenerator<string>): AsyncGenerator<string> {
  yield head;
  yield* rest;
}

interface Columns {
  readonly names: readonly string[];
  readonly email: number;
  readonly name: number;
  readonly role: number;
  readonly track: number;
}

function readColumns(header: readonly string[], file: string, line: number): Columns {
  const names = header.map(name => name.trim());
  const lower = names.map(name => name.toLowerCase());
  const where = { file, line };
  const unnamed = names.indexOf('');
  if (unnamed !== -1) {
    throw new Problem('list-column', `column ${unnamed + 1} has no name`, {
      where,
      fix: 'Name it in the first line, or remove it.',
    });
  }
  const doubled = lower.findIndex((name, index) => lower.indexOf(name) !== index);
  if (doubled !== -1) {
    throw new Problem('list-column', `there are two columns "${names[doubled]}"`, {
      where,
      fix: 'Rename one of them.',
    });
  }
  const fault = names.map(headerValueFault).find(found => found !== undefined);
  if (fault !== undefined) throw new Problem('list-column', `a column name has a ${fault}`, { where });
  const email = lower.findIndex(name => emailNames.includes(name));
  if (email === -1) {
    throw new Problem('list-column', `there is no column "email"; there are: ${names.join(', ')}`, {
      where,
      fix: 'Name the column with the addresses email.',
    });
  }
  return {
    names,
    email,
    name: lower.indexOf('name'),
    role: lower.indexOf('role'),
    track: lower.indexOf('track'),
  };
}

function* readRow(
  record: readonly string[],
  columns: Columns,
  file: string,
  line: number,
): Generator<ListRow | Problem> {
  const where = { file, line };
  const problems: Problem[] = [];
  if (record.length !== columns.names.length) {
    yield new Problem('list-row', `${record.length} cells, but ${columns.names.length} columns`, {
      where,
      fix: 'Put cells that hold the delimiter or a line end into quotes, or pass --skip-invalid to leave such rows out.',
    });
    return;
  }
  const cell = (index: number) => (index === -1 ? '' : (record[index] ?? '').trim());
  for (const [index, value] of record.entries()) {
    const fault = cellFault(value);
    if (fault !== undefined)
      problems.push(new Problem('list-row', `${fault} in column "${columns.names[index]}"`, { where }));
  }
  const name = cell(columns.name);
  const nameFault = headerValueFault(name);
  if (nameFault !== undefined && problems.length === 0)
    problems.push(new Problem('list-row', `the name has a ${nameFault}`, { where }));
  const addrSpec = parseAddrSpec(cell(columns.email));
  if (!addrSpec.ok) {
    problems.push(
      new Problem(
        'address-syntax',
        `${JSON.stringify(cell(columns.email))} is not an addr-spec: ${addrSpec.why}`,
        {
          where,
          fix: 'Correct the row, or pass --skip-invalid to leave such rows out.',
        },
      ),
    );
  }
  const role = readChoice(cell(columns.role), roles, 'role', where, problems);
  const track = readChoice(cell(columns.track), tracks, 'track', where, problems);
  if (problems.length > 0) {
    yield* problems;
    return;
  }
  yield {
    mailbox: { name, addrSpec: (addrSpec as { value: AddrSpec }).value },
    role,
    track,
    fields: new Map(columns.names.map((column, index) => [column, record[index] ?? ''])),
    line,
  };
}

const roles: ReadonlyMap<string, Role> = new Map([
  ['to', 'to'],
  ['cc', 'cc'],
  ['bcc', 'bcc'],
]);
const tracks: ReadonlyMap<string, boolean> = new Map([
  ['yes', true],
  ['true', true],
  ['1', true],
  ['y', true],
  ['no', false],
  ['false', false],
  ['0', false],
  ['n', false],
]);

function readChoice<T>(
  text: string,
  choices: ReadonlyMap<string, T>,
  column: string,
  where: { file: string; line: number },
  problems: Problem[],
): T | undefined {
  if (text === '') return undefined;
  const value = choices.get(text.toLowerCase());
  if (value === undefined) {
    const most = [...choices.keys()].slice(0, 3).join(', ');
    problems.push(
      new Problem('list-row', `${JSON.stringify(text)} is not a ${column}`, {
        where,
        fix: `Use one of: ${column === 'track' ? 'yes, no' : most}.`,
      }),
    );
  }
  return value;
}

/** Line ends and tabs are text; every other control character is an accident or an attack. */
function cellFault(value: string): string | undefined {
  const strange =
    /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.exec(
      value,
    )?.[0];
  if (strange === undefined) return undefined;
  return `control character U+${(strange.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

function structureProblem(error: unknown, file: string, line: number): Problem {
  const { code = '', message = '' } = error as { code?: string; message?: string };
  const where = { file, line };
  if (code === 'CSV_QUOTE_NOT_CLOSED') {
    return new Problem('list-syntax', 'a quote that opens in this row is never closed', {
      where,
      fix: 'Close it, or double a quote that is part of the text.',
      cause: error,
    });
  }
  if (code === 'CSV_MAX_RECORD_SIZE') {
    return new Problem('list-syntax', 'a row of more than a million characters', {
      where,
      fix: 'Is a quote not closed?',
      cause: error,
    });
  }
  return new Problem('list-syntax', `not readable as CSV: ${message}`, { where, cause: error });
}
