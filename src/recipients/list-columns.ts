import { headerValueFault } from '../message/header-field.js';
import { nearest } from '../nearest.js';
import { type Place, Problem } from '../problem.js';
import { columnKey, findColumn } from './column-key.js';
import { findEmailColumns, findNameColumns, isEmailColumn } from './known-columns.js';
import type { ListEncoding } from './list-encoding.js';
import type { ListFlags } from './list-flags.js';
import { type ListRecord, nameEncoding } from './list-record.js';
import { onOneLine } from './one-line.js';
import { isGuarded, isReport, reportColumns, reportWidth, unguardCell } from './report-list.js';

/** What the header row says: the names of all columns, and where the ones with a meaning stand. */
export interface ListColumns {
  /** Trimmed, on one line, in order; equal to no other even in lower case; '' for a column without a name. */
  readonly names: readonly string[];
  /** How many cells a row has at least: columns without a name at the end may be left away. */
  readonly leastCells: number;
  readonly email: number;
  /** Columns with whole names: the first that has a value counts; [] when there are none. */
  readonly wholeNames: readonly number[];
  /** Columns that make a name together where those above say none; [] when there are none. */
  readonly nameParts: readonly number[];
  /** undefined when there is no such column, as for `track`. */
  readonly role: number | undefined;
  readonly track: number | undefined;
  /** Names of the columns that say who gets a copy and how, and are no merge fields of the person's own. */
  readonly addressing: ReadonlySet<string>;
  /** The list was written by `report --csv`. */
  readonly isReport: boolean;
  /** Its cells are as `guardedRow` wrote them. */
  readonly isGuarded: boolean;
  /** How many of the first columns are that report's own; 0 in another list. */
  readonly reportWidth: number;
}

export type ColumnFlags = Pick<ListFlags, 'emailColumn' | 'nameColumn'> & {
  /** true: a column named `role` is a merge field as any other. */
  readonly roleIsField?: boolean | undefined;
};

/** What became of the header row. */
export type HeaderReading =
  | { readonly kind: 'columns'; readonly columns: ListColumns }
  | { readonly kind: 'faults'; readonly names: readonly string[]; readonly problems: readonly Problem[] }
  /** No column has a name of the address column: the rows may say which one holds addresses. */
  | { readonly kind: 'no-address'; readonly names: readonly string[]; readonly problems: readonly Problem[] };

/** @returns the columns, or everything that is wrong with the header row: `list-column`. */
export function readColumns(header: ListRecord, file: string, flags: ColumnFlags = {}): HeaderReading {
  const where = { file, line: header.line };
  if (header.cells.length > mostColumns)
    return { kind: 'faults', names: [], problems: [tooMany(header.cells.length, where)] };
  const written = header.cells.map(cell => (cell === undefined ? undefined : onOneLine(cell)));
  const bare = written.map((name = '') => name);
  const names = isReport(bare) ? bare.map(unguardCell) : bare;
  const keys = names.map(columnKey);
  const email = chooseEmail(names, keys, flags);
  const name = chooseName(names, flags);
  const faults = [
    ...findNameFaults(written, header.encoding),
    ...findDoubled(names),
    ...('faults' in email ? email.faults : []),
    ...('faults' in name ? name.faults : []),
  ];
  const problems = told(faults).map(([what, fix]) => new Problem('list-column', what, { where, fix }));
  if ('missing' in email) return { kind: 'no-address', names, problems };
  if ('faults' in email || 'faults' in name || problems.length > 0)
    return { kind: 'faults', names, problems };
  const find = (key: string) => (keys.includes(key) ? keys.indexOf(key) : undefined);
  const role = flags.roleIsField ? undefined : isReport(bare) ? reportColumns.indexOf('role') : find('role');
  const track = find('track');
  const made = findNameColumns(keys);
  const addressing = [email.index, role, track].flatMap(index =>
    index === undefined ? [] : [names[index] ?? ''],
  );
  return {
    kind: 'columns',
    columns: {
      names,
      leastCells: names.findLastIndex(one => one !== '') + 1,
      email: email.index,
      wholeNames: name.index === undefined ? made.whole : [name.index],
      nameParts: name.index === undefined ? made.parts : [],
      role,
      track,
      addressing: new Set(addressing),
      isReport: isReport(names),
      isGuarded: isGuarded(names),
      reportWidth: reportWidth(names),
    },
  };
}

/** As many as a sheet of Excel has. */
const mostColumns = 16_384;

function tooMany(columns: number, where: Place): Problem {
  return new Problem('list-column', `the list has ${columns.toLocaleString('en')} columns`, {
    where,
    fix: `At most ${mostColumns.toLocaleString('en')} can be read. Leave out the columns that the template does not use.`,
  });
}

/** Faults of one header. Whoever has more has the same one in each column. */
const faultsTold = 100;

function told(faults: readonly Fault[]): readonly Fault[] {
  const rest = faults.length - faultsTold;
  if (rest <= 0) return faults;
  const more: Fault = [
    `the names of ${rest.toLocaleString('en')} more columns are wrong`,
    'Correct the names above first.',
  ];
  return [...faults.slice(0, faultsTold), more];
}

type Names = readonly string[];
type Fault = readonly [what: string, fix: string];
type Chosen<Index> =
  | { readonly index: Index }
  | { readonly faults: readonly Fault[] }
  | { readonly missing: true };

function chooseEmail(names: Names, keys: Names, { emailColumn }: ColumnFlags): Chosen<number> {
  if (emailColumn !== undefined) return findNamed(names, emailColumn, '--email-column');
  if (isReport(names)) return { index: 0 };
  const found = findEmailColumns(keys);
  const [first] = found;
  if (first === undefined) return { missing: true };
  // Two of one name are told as such.
  if (new Set(found.map(index => names[index]?.toLowerCase())).size === 1) return { index: first };
  const columns = found.map(index => names[index] ?? '');
  return {
    faults: [
      [
        `${listNames(columns)} could each be the column of the addresses`,
        `Pass --email-column ${JSON.stringify(columns[0])}, or rename the others.`,
      ],
    ],
  };
}

function chooseName(
  names: Names,
  { nameColumn }: ColumnFlags,
): Exclude<Chosen<number | undefined>, { missing: true }> {
  if (nameColumn === undefined) return { index: undefined };
  return findNamed(names, nameColumn, '--name-column');
}

function findNamed(names: Names, wanted: string, flag: string): Exclude<Chosen<number>, { missing: true }> {
  const index = findColumn(names, wanted);
  if (typeof index === 'number') return { index };
  if (index === 'several') {
    return {
      faults: [[`${flag} ${JSON.stringify(wanted)} fits several columns`, 'Write one as the list does.']],
    };
  }
  const close = nearest(
    wanted,
    names.filter(name => name !== ''),
  );
  const fix = close === undefined ? `There are: ${listNames(names)}.` : `Did you mean "${close}"?`;
  return { faults: [[`there is no column ${JSON.stringify(wanted)} for ${flag}`, fix]] };
}

/** Whether a row may be the header of a list: one of its cells is a known name of the address column. */
export function namesAddresses(cells: readonly (string | undefined)[]): boolean {
  return cells.some((cell = '') => isEmailColumn(columnKey(onOneLine(cell))));
}

function findNameFaults(names: readonly (string | undefined)[], encoding: ListEncoding): readonly Fault[] {
  return names.flatMap((name, index): readonly Fault[] => {
    const column = `column ${index + 1}`;
    if (name === undefined)
      return [[`the name of ${column} is not valid ${encoding.toUpperCase()}`, nameEncoding(encoding)]];
    const fault = name === '' ? undefined : headerValueFault(name);
    return fault === undefined ? [] : [[`${fault} in the name of ${column}`, 'Type the name again.']];
  });
}

/** The later one would silently win, and people would get somebody else's value. */
function findDoubled(names: Names): readonly Fault[] {
  const seen = new Map<string, number>();
  return names.flatMap((name, index): readonly Fault[] => {
    const key = name.toLowerCase();
    const before = seen.get(key);
    if (before === undefined) seen.set(key, index + 1);
    if (before === undefined || name === '') return [];
    return [[`columns ${before} and ${index + 1} are both named "${name}"`, 'Rename one of them.']];
  });
}

/** More than any program exports; a header can be as long as a record. */
const namesShown = 40;

export function listNames(names: Names): string {
  const shown = names.slice(0, namesShown).map(name => `"${name.slice(0, 40)}"`);
  return `${shown.join(', ')}${names.length > shown.length ? ` and ${names.length - shown.length} more` : ''}`;
}
