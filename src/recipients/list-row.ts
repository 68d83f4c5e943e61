import { trimBlanks } from '../message/blanks.js';
import { codePointName } from '../message/header-field.js';
import { type Mailbox, nameFault, parseAddrSpec } from '../message/mailbox.js';
import { type Place, Problem, type ProblemCode } from '../problem.js';
import { saveAsUtf8 } from './csv-records.js';
import type { ListColumns } from './list-columns.js';
import type { ListRecord } from './list-record.js';
import { quoteInput } from './quote-input.js';
import type { Fields, Role } from './recipient.js';

/** One row of a list of people. */
export interface ListRow {
  readonly mailbox: Mailbox;
  /** What the `role` column says; undefined when there is none or the cell is empty. */
  readonly role: Role | undefined;
  /** What the `track` column says; undefined when there is none or the cell is empty. */
  readonly track: boolean | undefined;
  /** All columns as they stand there, the special ones too. */
  readonly fields: Fields;
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

/**
 * @returns the row, or everything that is wrong with it: `list-row`, `address-syntax`; `list-syntax` for octets that are
 * not UTF-8, since then it is the file that was saved wrongly.
 */
export function readRow(
  record: ListRecord,
  columns: ListColumns,
  file: string,
): ListRow | readonly Problem[] {
  const where = { file, line: record.line };
  const problems: Problem[] = [];
  const refuse = (code: ProblemCode, what: string, fix = correctRow) =>
    problems.push(new Problem(code, what, { where, fix }));

  if (record.cells.length !== columns.names.length)
    return [ragged(record.cells.length, columns.names.length, where)];
  for (const [index, value] of record.cells.entries()) {
    if (value === undefined)
      refuse(
        'list-syntax',
        `column "${columns.names[index]}" is not valid ${record.encoding.toUpperCase()}`,
        saveAsUtf8,
      );
    const fault = cellFault(value ?? '');
    if (fault !== undefined) refuse('list-row', `${fault} in column "${columns.names[index]}"`);
  }
  // What these cells say is not known, or was refused above already.
  if (problems.length > 0) return problems;

  const cell = (index: number | undefined) =>
    index === undefined ? '' : trimBlanks(record.cells[index] ?? '');
  const address = cell(columns.email);
  const addrSpec = parseAddrSpec(address);
  if (!addrSpec.ok) refuse('address-syntax', `${quoteInput(address)} is not an addr-spec: ${addrSpec.why}`);
  const name = cell(columns.name);
  const fault = nameFault(name);
  if (fault !== undefined) refuse('list-row', `${fault} in the name`);
  const role = cell(columns.role);
  if (role !== '' && !roles.has(role.toLowerCase())) {
    refuse('list-row', `${quoteInput(role)} is not a role`, `Use to, cc or bcc, or ${skipInvalid}.`);
  }
  const track = cell(columns.track);
  if (track !== '' && !tracks.has(track.toLowerCase())) {
    refuse('list-row', `${quoteInput(track)} in column "track"`, `Use yes or no, or ${skipInvalid}.`);
  }

  if (!addrSpec.ok || problems.length > 0) return problems;
  return {
    mailbox: { name, addrSpec: addrSpec.value },
    role: roles.get(role.toLowerCase()),
    track: tracks.get(track.toLowerCase()),
    fields: new Map(columns.names.map((column, index) => [column, record.cells[index] ?? ''])),
    line: record.line,
  };
}

function ragged(cells: number, columns: number, where: Place): Problem {
  const count = (number: number, one: string) => `${number} ${one}${number === 1 ? '' : 's'}`;
  return new Problem('list-row', `${count(cells, 'cell')}, but ${count(columns, 'column')}`, {
    where,
    fix: `Put cells that hold the delimiter or a line end into quotes, or ${skipInvalid}.`,
  });
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
