/** Lists that `report --csv` writes: a report can be mailed to as it is. */

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

/** How a column of the report is named when the list has one of that name: the template asks for the list's own. */
export function renamedColumn(name: string): string {
  return `report_${name}`;
}

/** @param names of the columns of any list. */
export function isReport(names: readonly string[]): boolean {
  return reportColumns.every((name, index) => names[index] === name || names[index] === renamedColumn(name));
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
