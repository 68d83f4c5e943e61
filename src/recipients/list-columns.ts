import { headerValueFault } from '../message/header-field.js';
import { Problem } from '../problem.js';
import { saveAsUtf8 } from './csv-records.js';
import type { ListEncoding } from './list-encoding.js';
import type { ListRecord } from './list-record.js';

/** What the header row says: the names of all columns, and where the ones with a meaning stand. */
export interface ListColumns {
  /** Trimmed, in order; equal to no other even in lower case. */
  readonly names: readonly string[];
  readonly email: number;
  /** undefined when there is no such column, as for the next two. */
  readonly name: number | undefined;
  readonly role: number | undefined;
  readonly track: number | undefined;
}

const emailNames: ReadonlySet<string> = new Set(['email', 'e-mail', 'email_address', 'mail']);

/** @returns the columns, or everything that is wrong with the header row: `list-column`. */
export function readColumns(header: ListRecord, file: string): ListColumns | readonly Problem[] {
  const where = { file, line: header.line };
  const names = header.cells.map(cell => cell?.trim());
  const lower = names.map(name => name?.toLowerCase());
  const problems = [
    ...findNameFaults(names, header.encoding),
    ...findDoubled(names),
    ...findEmailFaults(names),
  ];
  const email = lower.findIndex(name => emailNames.has(name ?? ''));
  if (problems.length > 0)
    return problems.map(([what, fix]) => new Problem('list-column', what, { where, fix }));
  const find = (name: string) => (lower.includes(name) ? lower.indexOf(name) : undefined);
  return {
    names: names.map(name => name ?? ''),
    email,
    name: find('name'),
    role: find('role'),
    track: find('track'),
  };
}

/** Columns that say who gets a copy and how, and are no merge fields of the person's own. */
export function isAddressingColumn(name: string): boolean {
  const lower = name.toLowerCase();
  return emailNames.has(lower) || lower === 'role' || lower === 'track';
}

type Names = readonly (string | undefined)[];
type Fault = readonly [what: string, fix: string];

function findNameFaults(names: Names, encoding: ListEncoding): readonly Fault[] {
  return names.flatMap((name, index): readonly Fault[] => {
    const column = `column ${index + 1}`;
    if (name === undefined)
      return [[`the name of ${column} is not valid ${encoding.toUpperCase()}`, saveAsUtf8]];
    if (name === '') return [[`${column} has no name`, 'Name it in the first row, or remove it.']];
    const fault = headerValueFault(name);
    return fault === undefined ? [] : [[`${fault} in the name of ${column}`, 'Type the name anew.']];
  });
}

/** The later one would silently win, and people would get somebody else's value. */
function findDoubled(names: Names): readonly Fault[] {
  const seen = new Map<string, number>();
  return names.flatMap((name = '', index): readonly Fault[] => {
    const key = name.toLowerCase();
    const before = seen.get(key);
    if (before === undefined) seen.set(key, index + 1);
    if (before === undefined || name === '') return [];
    return [[`columns ${before} and ${index + 1} are both named "${name}"`, 'Rename one of them.']];
  });
}

function findEmailFaults(names: Names): readonly Fault[] {
  const found = names.filter((name = '') => emailNames.has(name.toLowerCase()));
  const different = new Set(found.map(name => name?.toLowerCase()));
  if (different.size === 1) return [];
  if (different.size > 1) {
    return [
      [
        `${list(found)} could each be the column of the addresses`,
        'Keep the name email for one and rename the other.',
      ],
    ];
  }
  return [
    [
      `there is no column "email"; there are: ${list(names)}`,
      'The first row has to name the columns, the one with the addresses email.',
    ],
  ];
}

/** At most a line of them: a header can be as long as a record. */
function list(names: Names): string {
  const shown = names.slice(0, 12).map((name = '') => `"${name.slice(0, 40)}"`);
  return `${shown.join(', ')}${names.length > shown.length ? ` and ${names.length - shown.length} more` : ''}`;
}
