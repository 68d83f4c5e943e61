import { trimBlanks } from '../message/blanks.js';
import { codePointName } from '../message/header-field.js';
import { type AddrSpec, type Mailbox, nameFault } from '../message/mailbox.js';
import { type Place, Problem, type ProblemCode } from '../problem.js';
import { readAddresses } from './cell-addresses.js';
import { isTabbed } from './csv-dialect.js';
import type { ListColumns } from './list-columns.js';
import type { ListFlags } from './list-flags.js';
import { type ListRecord, nameEncoding } from './list-record.js';
import { quoteInput } from './quote-input.js';
import type { Fields, Role } from './recipient.js';

/** One row of a list of people. */
export interface ListRow {
  readonly mailbox: Mailbox;
  /** What the `role` column says; undefined when there is none or the cell is empty. */
  readonly role: Role | undefined;
  /** What the `track` column says; undefined when there is none or the cell is empty. */
  readonly track: boolean | undefined;
  /** All columns that have a name, as they stand there, the special ones too. */
  readonly fields: Fields;
  /** Names of the columns among them that say who gets a copy and how. */
  readonly addressing: ReadonlySet<string>;
  /** Physical line the record starts on, from 1; of a JSON array the number of the object. */
  readonly line: number;
}

const roles: ReadonlyMap<string, Role> = new Map([
  ['to', 'to'],
  ['cc', 'cc'],
  ['bcc', 'bcc'],
]);
const tracks: ReadonlyMap<string, boolean> = new Map([
  ['yes', true],
  ['y', true],
  ['true', true],
  ['1', true],
  ['no', false],
  ['n', false],
  ['false', false],
  ['0', false],
]);

export const skipInvalid = 'pass --skip-invalid to leave such rows out';
const correctRow = `Correct the row, or ${skipInvalid}.`;

/** The people of a row, or everything that is wrong with it. */
export type RowReading =
  | { readonly kind: 'people'; readonly people: readonly ListRow[] }
  | { readonly kind: 'faults'; readonly problems: readonly Problem[] };

/**
 * @param several whom a cell with several addresses means.
 * @returns one person, or each whose address the cell holds; or the problems: `list-row`, `address-syntax`; `list-syntax`
 * for octets that are not UTF-8, since then it is the file that was saved wrongly.
 */
export function readRow(
  record: ListRecord,
  columns: ListColumns,
  file: string,
  several?: ListFlags['severalAddresses'],
): RowReading {
  const where = { file, line: record.line };
  const problems: Problem[] = [];
  const refuse = (code: ProblemCode, what: string, fix = correctRow) =>
    problems.push(new Problem(code, what, { where, fix }));

  if (!hasWidth(record.cells, columns))
    return { kind: 'faults', problems: [ragged(record.cells.length, columns, where)] };
  for (const [index, value] of record.cells.entries()) {
    const column = columns.names[index] ?? '';
    if (column === '' && value?.trim() !== '') {
      refuse('list-row', `a value in column ${index + 1}, which has no name`, nameColumn);
      continue;
    }
    if (value === undefined)
      refuse(
        'list-syntax',
        `column "${column}" is not valid ${record.encoding.toUpperCase()}`,
        nameEncoding(record.encoding),
      );
    const fault = cellFault(value ?? '');
    if (fault !== undefined) refuse('list-row', `${fault} in column "${column}"`);
  }
  // What these cells say is not known, or was refused above already.
  if (problems.length > 0) return { kind: 'faults', problems };

  const cell = (index: number | undefined) =>
    index === undefined ? '' : trimBlanks(record.cells[index] ?? '');
  const addresses = readAddressCell(cell(columns.email), several, refuse);
  const whole = columns.wholeNames.map(cell).find(Boolean);
  const name = whole ?? columns.nameParts.map(cell).filter(Boolean).join(' ');
  const fault = nameFault(name);
  if (fault !== undefined) refuse('list-row', `${fault} in the name`);
  const columnName = (index: number | undefined) => columns.names[index ?? -1] ?? '';
  const role = cell(columns.role);
  if (role !== '' && !roles.has(role.toLowerCase())) {
    const fix = `Use to, cc or bcc; rename the column "${columnName(columns.role)}" if it means something else; or ${skipInvalid}.`;
    refuse('list-row', `${quoteInput(role)} is not a role`, fix);
  }
  const track = cell(columns.track);
  if (track !== '' && !tracks.has(track.toLowerCase())) {
    const column = columnName(columns.track);
    const fix = `Use yes or no; rename the column "${column}" if it does not say who may be tracked; or ${skipInvalid}.`;
    refuse('list-row', `${quoteInput(track)} in column "${column}"`, fix);
  }

  if (problems.length > 0) return { kind: 'faults', problems };
  const fields = new Map<string, string>();
  for (const [index, column] of columns.names.entries())
    if (column !== '' && !isOfReport(index, columns)) fields.set(column, record.cells[index] ?? '');
  const people = addresses.map(addrSpec => ({
    mailbox: { name, addrSpec },
    role: roles.get(role.toLowerCase()),
    track: tracks.get(track.toLowerCase()),
    fields,
    addressing: columns.addressing,
    line: record.line,
  }));
  return { kind: 'people', people };
}

/** What a report says of the email before is no merge field of the next one; the address and the name are. */
function isOfReport(index: number, { reportWidth }: ListColumns): boolean {
  return index >= 2 && index < reportWidth;
}

const nameColumn = `Name the column in the first row, empty the cell, or ${skipInvalid}.`;

/** Columns without a name may be left away at the end: spreadsheet programs do, from some row on. */
export function hasWidth(cells: ListRecord['cells'], { names, leastCells }: ListColumns): boolean {
  return cells.length >= leastCells && cells.length <= names.length;
}

function readAddressCell(
  cell: string,
  several: ListFlags['severalAddresses'],
  refuse: (code: ProblemCode, what: string, fix?: string) => void,
): readonly AddrSpec[] {
  const read = readAddresses(cell, several);
  switch (read.kind) {
    case 'addresses':
      return read.addresses;
    case 'several':
      refuse('address-syntax', `${quoteInput(cell)} holds ${read.count} addresses`, severalFix);
      return [];
    case 'invalid':
      if (read.piece === '') refuse('address-syntax', 'there is no address');
      else refuse('address-syntax', `${quoteInput(read.piece)} is not an addr-spec: ${read.why}`);
      return [];
  }
}

const severalFix = `Pass --several-addresses first, or --several-addresses each for a copy to each; or ${skipInvalid}.`;

function ragged(cells: number, { names }: ListColumns, where: Place): Problem {
  const count = (number: number, one: string) => `${number} ${one}${number === 1 ? '' : 's'}`;
  const advice = adviceFor(where.file);
  return new Problem('list-row', `${count(cells, 'cell')}, but ${count(names.length, 'column')}`, {
    where,
    fix: `${advice}, or ${skipInvalid}.`,
  });
}

/** Why a row has more or fewer cells than the header differs from format to format. */
function adviceFor(file: string): string {
  if (isTabbed(file)) return 'Pass --delimiter tab if cells in quotes hold tabs or line ends';
  if (/\.xlsx$/i.test(file))
    return 'Name each column that holds something in the header row, or empty its cells';
  return 'Put cells that hold the delimiter or a line end into quotes';
}

/**
 * Line ends and tabs are text; every other control character is an accident or an attack. JSON can write half of a
 * surrogate pair, which no encoding can.
 */
export function cellFault(value: string): string | undefined {
  const strange = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]|\r(?!\n)|\p{Cs}/u.exec(value)?.[0];
  if (strange === undefined) return undefined;
  const kind = strange >= '\ud800' ? 'half of a surrogate pair' : 'control character';
  return `${kind} ${codePointName(strange)}`;
}
