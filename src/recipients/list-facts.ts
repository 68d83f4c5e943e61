/** What was understood of a list, for the user to see: which columns are whose, which sheet and rows were read. */

export interface ListFacts {
  readonly file: string;
  /** Names of all columns that have one. */
  readonly columns: readonly string[];
  readonly emailColumn: string;
  /** Columns that make the name of a person; [] when none does. */
  readonly nameColumns: readonly string[];
  /** Where the header is that stands below notes; undefined: in the first row, or where --header-row says. */
  readonly headerLine?: number | undefined;
  /** undefined for lists that are no workbooks. */
  readonly sheet: SheetFacts | undefined;
}

export interface SheetFacts {
  readonly name: string;
  /** Rows of people, as the spreadsheet numbers them; undefined when there are none. */
  readonly rows: { readonly first: number; readonly last: number } | undefined;
  /** Hidden and filtered rows among them. */
  readonly hiddenRows: number;
  /** true: the hidden ones were left out. */
  readonly visibleOnly: boolean;
  /** Hidden sheets that stand before it. */
  readonly hiddenSheets: readonly string[];
  /** Further sheets that may be meant, since nobody named one: those that are not hidden. */
  readonly otherSheets: readonly string[];
}

/** `addresses from "E-mail 1 - Value", names from "First Name" and "Last Name"`. */
export function describeColumns({ emailColumn, nameColumns }: ListFacts): string {
  const names = nameColumns.length === 0 ? 'no names' : `names from ${nameColumns.map(quoted).join(' and ')}`;
  return `addresses from ${quoted(emailColumn)}, ${names}`;
}

/** `sheet "People", rows 2 to 14; 2 hidden rows are included; --visible-rows leaves them out`. */
export function describeSheet({ name, rows, hiddenRows, visibleOnly, hiddenSheets }: SheetFacts): string {
  const sheet = `sheet ${quoted(name)}${hiddenSheets.length > 0 ? `, the first that is not hidden` : ''}`;
  const parts = [rows === undefined ? sheet : `${sheet}, ${describeRows(rows)}`];
  const hidden = hiddenRows === 1 ? '1 hidden row' : `${hiddenRows} hidden rows`;
  if (hiddenRows > 0 && visibleOnly) parts.push(`${hidden} left out by --visible-rows`);
  if (hiddenRows > 0 && !visibleOnly) {
    const [be, them] = hiddenRows === 1 ? ['is', 'it'] : ['are', 'them'];
    parts.push(`${hidden} ${be} included`, `--visible-rows leaves ${them} out`);
  }
  return parts.join('; ');
}

function describeRows({ first, last }: { readonly first: number; readonly last: number }): string {
  return first === last ? `row ${first}` : `rows ${first} to ${last}`;
}

/**
 * For the plan: what nobody would expect of the list without being told.
 * @returns nothing for CSV whose columns are named as people name them.
 */
export function listNotices(facts: ListFacts): readonly string[] {
  const isPlain = /^(?:e-?mail|email_address|mail)$/i.test(facts.emailColumn);
  return [
    ...(facts.sheet === undefined ? [] : [`${facts.file}: ${describeSheet(facts.sheet)}`]),
    ...(facts.headerLine === undefined
      ? []
      : [`${facts.file}: line ${facts.headerLine} names the columns; the lines before it are not read`]),
    ...(isPlain && facts.nameColumns.length < 2 ? [] : [`${facts.file}: ${describeColumns(facts)}`]),
  ];
}

function quoted(name: string): string {
  return `"${name}"`;
}
