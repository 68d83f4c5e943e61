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
  const widths = fitWidths(columns, naturalWidths(columns, rows), width);
  const line = (cells: readonly string[]) =>
    columns
      .map(({ align }, index) => pad(cut(cells[index] ?? '', widths[index] ?? 0), widths[index] ?? 0, align))
      .join(gap)
      .trimEnd();
  return [line(columns.map(({ title }) => title)), ...rows.map(line)];
}

function naturalWidths(columns: readonly Column[], rows: readonly (readonly string[])[]): number[] {
  return columns.map(({ title }, index) =>
    rows.reduce((widest, row) => Math.max(widest, displayWidth(row[index] ?? '')), displayWidth(title)),
  );
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
