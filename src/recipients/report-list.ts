/** Lists that `report --csv` and `suppress export` write: each can be read again as it is. */

/** Columns every report has, in this order. */
export const reportColumns = [
  'email_address',
  'name',
  'role',
  'state',
  'verdict',
  'confidence',
  'opens',
  'first_opened_at',
  'last_opened_at',
] as const;

/** Behind them, what came back by mail; reports of earlier versions do not have them. */
export const returnedColumns = [
  'delivery',
  'bounce',
  'replied_at',
  'auto_replied_at',
  'complained_at',
] as const;

/** Columns of `suppress export`, in this order. */
export const suppressionColumns = ['email_address', 'kind', 'reason', 'since'] as const;

/** How a column of the report is named when the list has one of that name: the template asks for the list's own. */
export function renamedColumn(name: string): string {
  return `report_${name}`;
}

/** @param names of the columns of any list. */
export function isReport(names: readonly string[]): boolean {
  return beginsWith(names, reportColumns);
}

/** How many of the first columns of a report are its own; 0 when the list is not a report. */
export function reportWidth(names: readonly string[]): number {
  const all = [...reportColumns, ...returnedColumns];
  if (beginsWith(names, all)) return all.length;
  return isReport(names) ? reportColumns.length : 0;
}

function beginsWith(names: readonly string[], columns: readonly string[]): boolean {
  return columns.every((name, index) => names[index] === name || names[index] === renamedColumn(name));
}

/** Whether this program wrote the list, with `guardedRow`. @param names of its columns. */
export function isGuarded(names: readonly string[]): boolean {
  return isReport(names) || suppressionColumns.every((name, index) => names[index] === name);
}

/** A row of CSV: every cell quoted, and guarded. RFC 4180. */
export function guardedRow(cells: readonly string[]): string {
  return `${cells.map(cell => `"${guardCell(cell).replaceAll('"', '""')}"`).join(',')}\r\n`;
}

const formula = /^'*[=+\-@\t\r＝＋－＠]/;
const guarded = /^'+[=+\-@\t\r＝＋－＠]/;

/**
 * A cell that a spreadsheet would run as a formula begins with an apostrophe instead; names come from outside.
 */
export function guardCell(text: string): string {
  return formula.test(text) ? `'${text}` : text;
}

/** What `guardCell` was given. */
export function unguardCell(text: string): string {
  return guarded.test(text) ? text.slice(1) : text;
}
