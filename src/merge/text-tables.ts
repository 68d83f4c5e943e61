/**
 * Tables of an HTML mail as lines of text. Most lay a page out: each of their cells is a line. Those that hold data have a
 * line for each row, `a | b`; not columns, since how wide a merge value is nobody knows yet.
 */
import type { DomNode, FormatCallback } from 'html-to-text';

export const formatTable: FormatCallback = (table, walk, builder) => {
  const isData = holdsData(table);
  const block = (breaks: number, write: () => void) => {
    builder.openBlock({ leadingLineBreaks: breaks });
    write();
    builder.closeBlock({ trailingLineBreaks: breaks });
  };

  function writeRows(nodes: readonly DomNode[]): void {
    for (const node of nodes) {
      if (isNamed(node, 'thead|tbody|tfoot|center')) writeRows(node.children);
      else if (isNamed(node, 'tr')) block(1, () => (isData ? writeData : writeLayout)(node.children));
      // Liquid between rows, and whatever else was written there.
      else if (!isNamed(node, 'colgroup|col') && !isBlank(node)) block(1, () => walk([node], builder));
    }
  }

  function writeLayout(cells: readonly DomNode[]): void {
    for (const cell of cells) {
      if (isNamed(cell, 'td|th')) block(1, () => walk(cell.children, builder));
      else if (!isBlank(cell)) block(1, () => walk([cell], builder));
    }
  }

  function writeData(cells: readonly DomNode[]): void {
    let isFirst = true;
    for (const cell of cells.filter(node => !isBlank(node))) {
      if (!isNamed(cell, 'td|th')) {
        walk([cell], builder);
        continue;
      }
      if (!isFirst) builder.addInline(' | ');
      isFirst = false;
      walk(cell.children.map(inOneLine), builder);
    }
  }

  block(2, () => writeRows(table.children));
};

/** More letters than this are not a value but a text, beside which another has no place in the line. */
const longestValue = 60;

/** A table that says so, by header cells; or several rows of several short cells, and not called a layout by its role. */
function holdsData(table: DomNode): boolean {
  if (/^(?:presentation|none)$/i.test(String(table.attribs?.['role'] ?? ''))) return false;
  const all = descendantsOf(table);
  if (all.some(node => isNamed(node, 'table'))) return false;
  if (all.some(node => isNamed(node, 'th'))) return true;
  const rows = all
    .filter(node => isNamed(node, 'tr'))
    .map(row => row.children.filter(node => isNamed(node, 'td')));
  const words = (cell: DomNode) => textOf(cell).replaceAll(/\s+/g, ' ').trim();
  const isShort = rows.flat().every(cell => words(cell).length <= longestValue);
  // A loop around one row makes several of it.
  const isRepeated = all.some(
    node => node.type === 'text' && !isBlank(node) && !isNamed(node.parent, 'td') && isRowGroup(node.parent),
  );
  const wide = rows.filter(cells => cells.filter(cell => words(cell) !== '').length >= 2).length;
  return isShort && wide >= (isRepeated ? 1 : 2);
}

function isRowGroup(node: DomNode | undefined): boolean {
  return isNamed(node, 'table|thead|tbody|tfoot');
}

/** What would begin a new line inside a cell is a word among others there. */
function inOneLine(node: DomNode): DomNode {
  if (isNamed(node, 'br')) return { type: 'text', data: ' ', children: [] };
  for (const child of descendantsOf(node)) {
    if (isNamed(child, 'br')) Object.assign(child, { type: 'text', data: ' ' });
    else if (isNamed(child, lineMakers)) child.name = 'span';
  }
  if (isNamed(node, lineMakers)) node.name = 'span';
  return node;
}

const lineMakers = 'p|div|center|h1|h2|h3|h4|h5|h6';

function descendantsOf(node: DomNode): readonly DomNode[] {
  return (node.children ?? []).flatMap(child => [child, ...descendantsOf(child)]);
}

function textOf(node: DomNode): string {
  return node.type === 'text' ? (node.data ?? '') : (node.children ?? []).map(textOf).join('');
}

/** Nothing to be read: white space, a comment, a cell without words or an image that has some. */
function isBlank(node: DomNode): boolean {
  if (node.type === 'text') return (node.data ?? '').trim() === '';
  if (node.type !== 'tag') return true;
  const all = [node, ...descendantsOf(node)];
  return textOf(node).trim() === '' && !all.some(one => isNamed(one, 'img') && one.attribs?.['alt']);
}

function isNamed(node: DomNode | undefined, names: string): boolean {
  return node?.type === 'tag' && names.split('|').includes(node.name ?? '');
}
