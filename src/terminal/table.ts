import { displayWidth } from './display-width.js';

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** May be cut when the table is too wide; the others keep their width. */
  readonly elastic?: boolean;
}

const gap = '  ';
const narrowest = 8;

/** Rows as aligned lines of at most `width` columns, as wide as the terminal shows each character. */
export function tableLines(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number,
): readonly string[] {
  const shown = rows.map(row => row.map(cell => beginning(cell, width)));
  const widths = fitWidths(columns, naturalWidths(columns, shown, width), width);
  const line = (cells: readonly string[]) =>
    columns
      .map(({ align }, index) => pad(cut(cells[index] ?? '', widths[index] ?? 0), widths[index] ?? 0, align))
      .join(gap)
      .trimEnd();
  return [line(columns.map(({ title }) => title)), ...shown.map(line)];
}

/** Of the characters that a column of the terminal may take: letters with their accents, and emoji of several. */
const mostPerColumn = 20;

/** As much of a cell as can be shown, and one character that is cut off with the rest. */
function beginning(cell: string, width: number): string {
  return cell.length > mostPerColumn * width ? `${cell.slice(0, mostPerColumn * width)}…` : cell;
}

/** Of a column that is cut no more than there is room for. */
function naturalWidths(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number,
): number[] {
  return columns.map(({ title, elastic }, index) => {
    const natural = rows.reduce(
      (widest, row) => Math.max(widest, displayWidth(row[index] ?? '')),
      displayWidth(title),
    );
    return elastic === true ? Math.min(natural, Math.max(width, narrowest)) : natural;
  });
}

function fitWidths(columns: readonly Column[], widths: number[], width: number): readonly number[] {
  const total = () => widths.reduce((sum, one) => sum + one, 0) + gap.length * (columns.length - 1);
  for (let excess = total() - width; excess > 0; excess -= 1) {
    const elastic = columns
      .map(({ elastic }, index) => ({ index, width: elastic === true ? (widths[index] ?? 0) : 0 }))
      .reduce((a, b) => (b.width > a.width ? b : a));
    if (elastic.width <= narrowest) break;
    widths[elastic.index] = elastic.width - 1;
  }
  return widths;
}

/** Cut at the end, never inside a character the reader sees as one. */
export function cut(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let kept = '';
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (displayWidth(kept + segment) > width - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}

function pad(text: string, width: number, align: Column['align']): string {
  const space = ' '.repeat(Math.max(0, width - displayWidth(text)));
  return align === 'right' ? space + text : text + space;
}
