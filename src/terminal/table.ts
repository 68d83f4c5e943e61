import { displayWidth } from './display-width.js';
import { wrap } from './wrap.js';

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** May be narrower than its cells when the table is too wide: they go on below themselves. */
  readonly elastic?: boolean;
  /** With `elastic`: a cell that is wider than the column has a line of its own before the rest of its row. */
  readonly whole?: boolean;
}

/** What a table comes to: the line of titles, and each row as one line or several. */
export interface Table {
  /** [] where the terminal is too narrow for columns. */
  readonly title: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const gap = '  ';
/** Words of a cell fit into so many columns as a rule; an elastic column becomes narrower only where all others are. */
const comfortable = 16;
const narrowest = 8;
/** A subject may have a thousand characters. */
const linesOfCell = 4;

/**
 * Rows as aligned lines of at most `width` columns, as wide as the terminal shows each character. Where the columns find no room
 * side by side, each row is a paragraph: `title cell, title cell`.
 */
export function layOutTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number,
): Table {
  const { title, linesOf } = measureTable(columns, rows, width);
  return { title, rows: rows.map(linesOf) };
}

/**
 * For tables of a million rows: only how wide they are is kept.
 * @param rows read once.
 * @returns the title as in `Table`, and what makes the lines of each of these rows.
 */
export function measureTable(
  columns: readonly Column[],
  rows: Iterable<readonly string[]>,
  width: number,
): Pick<Table, 'title'> & { readonly linesOf: (row: readonly string[]) => readonly string[] } {
  const shown = (row: readonly string[]) => row.map(cell => beginning(cell, width));
  const widths = fitWidths(columns, naturalWidths(columns, rows, width), width);
  if (totalWidth(widths) > width)
    return { title: [], linesOf: row => paragraphLines(columns, shown(row), width) };
  const titles = columns.map(({ title }) => title);
  return {
    title: wrappedLines(columns, titles, widths),
    linesOf: row => rowLines(columns, shown(row), widths, width),
  };
}

/** The same, line by line. */
export function tableLines(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number,
): readonly string[] {
  const table = layOutTable(columns, rows, width);
  return [...table.title, ...table.rows.flat()];
}

/** Of the characters that a column of the terminal may take: letters with their accents, and emoji of several. */
const mostPerColumn = 20;

/** As much of a cell as can be shown, and one character that is cut off with the rest. */
function beginning(cell: string, width: number): string {
  return cell.length > mostPerColumn * width ? `${cell.slice(0, mostPerColumn * width)}…` : cell;
}

/** An elastic column is at most as wide as the terminal. */
function naturalWidths(
  columns: readonly Column[],
  rows: Iterable<readonly string[]>,
  width: number,
): number[] {
  const widths = columns.map(({ title }) => displayWidth(title));
  for (const row of rows)
    for (let index = 0; index < widths.length; index += 1)
      widths[index] = Math.max(widths[index] ?? 0, displayWidth(beginning(row[index] ?? '', width)));
  return widths.map((natural, index) =>
    columns[index]?.elastic === true ? Math.min(natural, Math.max(width, narrowest)) : natural,
  );
}

/** First the widest of those with words, then the widest of all. */
function fitWidths(columns: readonly Column[], widths: number[], width: number): readonly number[] {
  for (let excess = totalWidth(widths) - width; excess > 0; excess -= 1) {
    const widest =
      widestOf(
        columns,
        widths,
        ({ elastic, whole }, at) => elastic === true && whole !== true && at > comfortable,
      ) ?? widestOf(columns, widths, ({ elastic, title }, at) => elastic === true && at > leastWidth(title));
    if (widest === undefined) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

/** No word of the title is cut. */
function leastWidth(title: string): number {
  return Math.max(narrowest, ...title.split(' ').map(displayWidth));
}

function widestOf(
  columns: readonly Column[],
  widths: readonly number[],
  mayShrink: (column: Column, width: number) => boolean,
): number | undefined {
  let found: number | undefined;
  for (const [index, column] of columns.entries()) {
    const width = widths[index] ?? 0;
    if (mayShrink(column, width) && (found === undefined || width > (widths[found] ?? 0))) found = index;
  }
  return found;
}

function totalWidth(widths: readonly number[]): number {
  return widths.reduce((sum, one) => sum + one, 0) + gap.length * (widths.length - 1);
}

function rowLines(
  columns: readonly Column[],
  cells: readonly string[],
  widths: readonly number[],
  width: number,
): readonly string[] {
  if (cells.every((cell, index) => displayWidth(cell) <= (widths[index] ?? 0)))
    return [printCells(columns, cells, widths)];
  const lines: string[] = [];
  let left = cells;
  for (const [index, { whole }] of columns.entries()) {
    if (whole !== true || displayWidth(left[index] ?? '') <= (widths[index] ?? 0)) continue;
    const begin = printCells(columns.slice(0, index + 1), left.slice(0, index + 1), widths);
    const fits = displayWidth(begin) <= width;
    lines.push(fits ? begin : (left[index] ?? ''));
    left = left.map((cell, at) => (at === index || (fits && at < index) ? '' : cell));
  }
  return [...lines, ...wrappedLines(columns, left, widths)].filter(
    (line, index) => line !== '' || index === 0,
  );
}

function wrappedLines(
  columns: readonly Column[],
  cells: readonly string[],
  widths: readonly number[],
): readonly string[] {
  const wrapped = cells.map((cell, index) => cellLines(cell, widths[index] ?? 0));
  const height = Math.max(...wrapped.map(({ length }) => length));
  return Array.from({ length: height }, (_, at) =>
    printCells(
      columns,
      wrapped.map(cell => cell[at] ?? ''),
      widths,
    ),
  );
}

function cellLines(cell: string, width: number): readonly string[] {
  if (displayWidth(cell) <= width) return [cell];
  const lines = wrap(cell, width);
  const last = lines[linesOfCell];
  const kept = last === undefined ? lines : [...lines.slice(0, linesOfCell - 1), '…'];
  // One word alone can be too wide for its column.
  return kept.map(line => cut(line, width));
}

function printCells(columns: readonly Column[], cells: readonly string[], widths: readonly number[]): string {
  return columns
    .map(({ align }, index) => pad(cells[index] ?? '', widths[index] ?? 0, align))
    .join(gap)
    .trimEnd();
}

function paragraphLines(
  columns: readonly Column[],
  cells: readonly string[],
  width: number,
): readonly string[] {
  const told = columns.flatMap(({ title }, index) => {
    const cell = cells[index] ?? '';
    return cell === '' ? [] : [title === '' ? cell : `${title} ${cell}`];
  });
  const [first = '', ...rest] = wrap(told.join(', '), Math.max(1, width - gap.length));
  return [first, ...rest.map(line => gap + line)];
}

/** Cut at the end, never inside a character the reader sees as one. */
export function cut(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let kept = '';
  let taken = 0;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    taken += displayWidth(segment);
    if (taken > width - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}

function pad(text: string, width: number, align: Column['align']): string {
  const space = ' '.repeat(Math.max(0, width - displayWidth(text)));
  return align === 'right' ? space + text : text + space;
}
