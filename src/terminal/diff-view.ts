import { visible } from './clean.js';
import { previewLines, type ShownCopy } from './preview-view.js';
import type { Style } from './style.js';
import { layOutTable } from './table.js';
import { wrap } from './wrap.js';

export interface ShownComparison {
  readonly first: ShownCopy;
  readonly fields: readonly string[];
  readonly others: readonly {
    readonly row: number;
    readonly emailAddress: string;
    readonly values: readonly string[];
  }[];
  readonly recipients: number;
}

/** The first copy whole, and of the others what is different in them. */
export function diffLines(
  { first, fields, others, recipients }: ShownComparison,
  { style, width }: { style: Style; width: number },
): readonly string[] {
  const lines = ['', ...previewLines(first, recipients, { style, width }), ''];
  if (others.length === 0) return lines;
  if (fields.length === 0) return [...lines, style.dim('All copies have the same words.'), ''];
  const columns = [
    { title: 'Copy', align: 'right' as const },
    { title: 'Recipient', elastic: true, whole: true },
    ...fields.map(field => ({ title: visible(field), elastic: true })),
  ];
  const rows = others.map(({ row, emailAddress, values }) => [
    String(row),
    visible(emailAddress),
    ...values.map(value => (value === '' ? '(none)' : visible(value))),
  ]);
  const table = layOutTable(columns, rows, width);
  const more = recipients - 1 - others.length;
  return [
    ...lines,
    ...table.title.map(style.dim),
    ...table.rows.flat(),
    ...(more > 0
      ? wrap(`and ${more} more, with values no longer than these`, width).map(line => style.dim(line))
      : []),
    '',
  ];
}
