/** `--where`: which rows of a list are meant. Strict, since a condition read another way writes to other people. */
import { nearest } from '../nearest.js';
import { type Parsed, Problem, parsed, refused } from '../problem.js';
import { findColumn } from './column-key.js';
import { quoteInput } from './quote-input.js';

/** A row is kept when all conditions hold. */
export type Where = readonly Condition[];

export interface Condition {
  /** As it was written; blanks, `_`, `-` and case do not count when it is compared with the columns. */
  readonly column: string;
  readonly test: Test;
  /** What is compared with, as `comparable` makes it; '' for the two tests that need none. */
  readonly value: string;
}

type Test = '=' | '!=' | '~' | 'is empty' | 'is not empty';

export const whereExample = `Such as --where 'city = "New York" and vip is not empty'.`;

const word = /\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=!~]\S*))/y;
/** A column without quotes ends where the operator begins: `city=Bonn` has no blank between. */
const columnName = /\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=!~]+))/y;
const operator = /\s*(!=|=|~|is\s+not\s+empty(?!\S)|is\s+empty(?!\S))/iy;
const and = /\s+and(?!\S)/iy;
const end = /\s*$/y;

/** `column = value`, `!=`, `~` (contains), `is empty`, `is not empty`, joined by `and`. Quotes hold blanks and signs. */
export function parseWhere(text: string): Parsed<Where> {
  const conditions: Condition[] = [];
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text) ?? undefined;
    if (found !== undefined) at = pattern.lastIndex;
    return found;
  };
  const expected = (what: string) => refused(`${what} is expected ${placeOf(text, at)}`);

  do {
    const column = textOf(take(columnName));
    if (column === undefined || column.trim() === '') return expected('the name of a column');
    const test = take(operator)?.[1]?.toLowerCase().replaceAll(/\s+/g, ' ') as Test | undefined;
    if (test === undefined) return expected('=, !=, ~, "is empty" or "is not empty"');
    const value = test.startsWith('is') ? '' : textOf(take(word));
    if (value === undefined) return expected(`what to compare "${column}" with`);
    if (test === '~' && comparable(value) === '') return refused('everything contains nothing');
    conditions.push({ column: column.trim(), test, value: comparable(value) });
  } while (take(and) !== undefined);
  return take(end) === undefined ? expected('"and" or the end') : parsed(conditions);
}

function textOf(found: RegExpExecArray | undefined): string | undefined {
  return found?.[1] ?? found?.[2] ?? found?.[3];
}

function placeOf(text: string, at: number): string {
  const rest = text.slice(at).trim();
  return rest === '' ? 'at the end' : `before ${quoteInput(rest)}`;
}

type Cells = readonly (string | undefined)[];

/**
 * @param names of the columns, in the order of the cells.
 * @returns whether a row is kept; or `list-column` for each column that the list does not have.
 */
export function bindWhere(
  where: Where,
  names: readonly string[],
  file: string,
): ((cells: Cells) => boolean) | readonly Problem[] {
  const bound = where.map(condition => {
    const index = findColumn(names, condition.column);
    return { ...condition, index: typeof index === 'number' ? index : -1 };
  });
  const problems = bound.flatMap(({ column, index }) =>
    index === -1 ? [noColumn(column, names, file)] : [],
  );
  if (problems.length > 0) return problems;
  return cells =>
    bound.every(({ index, test, value }) => {
      const cell = cells[index];
      // What is not known cannot be left out: the row is refused where it is read.
      return cell === undefined || holds(comparable(cell), test, value);
    });
}

function holds(cell: string, test: Test, value: string): boolean {
  switch (test) {
    case '=':
      return cell === value;
    case '!=':
      return cell !== value;
    case '~':
      return cell.includes(value);
    case 'is empty':
      return cell === '';
    case 'is not empty':
      return cell !== '';
  }
}

/** Blanks at the edge, case, and how an accent is encoded are not what somebody means by another value. */
function comparable(text: string): string {
  return text.trim().normalize('NFC').toLowerCase();
}

function noColumn(column: string, names: readonly string[], file: string): Problem {
  const close = nearest(
    column,
    names.filter(name => name !== ''),
  );
  const shown = names.slice(0, 12).map(name => `"${name.slice(0, 40)}"`);
  const more = names.length > shown.length ? ` and ${names.length - shown.length} more` : '';
  return new Problem('list-column', `there is no column ${quoteInput(column)} for --where`, {
    where: { file },
    fix: close === undefined ? `There are: ${shown.join(', ')}${more}.` : `Did you mean "${close}"?`,
  });
}
