/**
 * Tables of an HTML mail as lines of text. Most lay a page out: each of their cells is a line. Those that hold data have a
 * line for each row, `a | b`; not columns, since how wide a merge value is nobody knows yet.
 */
import type { DomNode, FormatCallback } from 'html-to-text';
import type { TextWords, Word } from './liquid/text-words.js';
import type { TextNode } from './text-node.js';

const separator = ' | ';
const rowGroups = 'thead|tbody|tfoot|center';

/** Rows of tables that hold data become one line each, an element `row`. */
export function joinCells(node: TextNode, words: TextWords, newVariable: () => string): void {
  if (isNamed(node, 'table') && holdsData(node)) joinRows(node, words, newVariable);
  else for (const child of node.children) joinCells(child, words, newVariable);
}

function joinRows(group: TextNode, words: TextWords, newVariable: () => string): void {
  for (const node of group.children) {
    if (isNamed(node, rowGroups)) joinRows(node, words, newVariable);
    if (!isNamed(node, 'tr')) continue;
    const parts = withoutLastBlanks(node.children.filter(part => isCell(part) || !isBlank(part)));
    node.name = 'row';
    node.children = [...(isCell(parts[0]) ? joinAll(parts) : joinWhere(parts, words, newVariable()))];
  }
}

/** An empty cell keeps the columns of those behind it. */
function withoutLastBlanks(parts: readonly TextNode[]): readonly TextNode[] {
  const last = parts.findLastIndex(part => !isBlank(part));
  return parts.slice(0, last + 1);
}

function* joinAll(parts: readonly TextNode[]): Generator<TextNode, void, void> {
  for (const [index, part] of parts.entries()) {
    if (isCell(part) && index > 0) yield { type: 'text', data: separator, children: [] };
    yield* contentOf(part);
  }
}

/** Of a row that begins with Liquid: which cell is the first is known when the copy is made. */
function* joinWhere(
  parts: readonly TextNode[],
  words: TextWords,
  variable: string,
): Generator<TextNode, void, void> {
  yield textOfWord(words.make(`{% assign ${variable} = false %}`, 'sets', true));
  for (const part of parts) {
    const liquid = `{% if ${variable} %}${separator}{% endif %}{% assign ${variable} = true %}`;
    if (isCell(part)) yield textOfWord(words.make(liquid, 'counts', false));
    yield* contentOf(part);
  }
}

function textOfWord(word: Word): TextNode {
  return { type: 'text', data: word.text, word, children: [] };
}

function contentOf(part: TextNode): readonly TextNode[] {
  return isCell(part) ? part.children.map(inOneLine) : [part];
}

export const formatTable: FormatCallback = (table, walk, builder) => {
  const block = (breaks: number, write: () => void) => {
    builder.openBlock({ leadingLineBreaks: breaks });
    write();
    builder.closeBlock({ trailingLineBreaks: breaks });
  };

  function writeRows(nodes: readonly DomNode[]): void {
    // Liquid between rows, and whatever else was written there.
    let others: DomNode[] = [];
    const writeOthers = () => {
      const written = others;
      others = [];
      if (!written.every(isBlank)) block(1, () => walk(written, builder));
    };
    for (const node of nodes) {
      if (!isNamed(node, `${rowGroups}|tr|row`)) {
        if (!isNamed(node, 'colgroup|col')) others.push(node);
        continue;
      }
      writeOthers();
      if (isNamed(node, rowGroups)) writeRows(node.children);
      else block(1, () => (isNamed(node, 'tr') ? writeCells(node.children) : walk(node.children, builder)));
    }
    writeOthers();
  }

  function writeCells(cells: readonly DomNode[]): void {
    for (const cell of cells) {
      if (!isBlank(cell)) block(1, () => walk(isCell(cell) ? cell.children : [cell], builder));
    }
  }

  block(2, () => writeRows(table.children));
};

/** More letters than this are not a value but a text, beside which another has no place in the line. */
const longestValue = 60;

/** A table that says so, by header cells; or several rows of several short cells, and not called a layout by its role. */
function holdsData(table: DomNode): boolean {
  if (/^(?:presentation|none)$/i.test(String(table.attribs?.['role'] ?? ''))) return false;
  if (isNamedInside(table, 'table')) return false;
  if (isNamedInside(table, 'th')) return true;
  const rows: DomNode[] = [];
  const isRepeated = readRows(table, rows);
  let wide = 0;
  for (const row of rows) {
    let full = 0;
    for (const cell of row.children) {
      if (!isNamed(cell, 'td')) continue;
      const words = textOf(cell).replaceAll(/\s+/g, ' ').trim();
      if (words.length > longestValue) return false;
      if (words !== '') full += 1;
    }
    if (full >= 2) wide += 1;
  }
  return wide >= (isRepeated ? 1 : 2);
}

/** @returns whether Liquid stands between the rows: a loop around one row makes several of it. */
function readRows(node: DomNode, rows: DomNode[]): boolean {
  let isRepeated = false;
  for (const child of node.children ?? []) {
    if (child.type === 'text') isRepeated ||= isRowGroup(node) && !isBlank(child);
    else {
      if (isNamed(child, 'tr')) rows.push(child);
      isRepeated = readRows(child, rows) || isRepeated;
    }
  }
  return isRepeated;
}

function isRowGroup(node: DomNode | undefined): boolean {
  return isNamed(node, 'table|thead|tbody|tfoot');
}

/** What would begin a new line inside a cell is a word among others there. */
function inOneLine(node: TextNode): TextNode {
  if (isNamed(node, 'br')) return { type: 'text', data: ' ', children: [] };
  for (const child of descendantsOf(node)) {
    if (isNamed(child, 'br')) Object.assign(child, { type: 'text', data: ' ' });
    else if (isNamed(child, lineMakers)) child.name = 'span';
  }
  if (isNamed(node, lineMakers)) node.name = 'span';
  return node;
}

const lineMakers = 'p|div|center|line|h1|h2|h3|h4|h5|h6';

function isNamedInside(node: DomNode, names: string): boolean {
  return node.children.some(child => isNamed(child, names) || isNamedInside(child, names));
}

function* descendantsOf(node: DomNode): Generator<DomNode, void, void> {
  for (const child of node.children ?? []) {
    yield child;
    yield* descendantsOf(child);
  }
}

function textOf(node: DomNode): string {
  return node.type === 'text' ? (node.data ?? '') : (node.children ?? []).map(textOf).join('');
}

/** Nothing to be read: white space, or an element without words, an image that has some, or a link. */
function isBlank(node: DomNode): boolean {
  if (node.type === 'text') return (node.data ?? '').trim() === '';
  if (isNamed(node, 'img') && node.attribs['alt']) return false;
  if (isNamed(node, 'a') && node.attribs['href']) return false;
  return node.children.every(isBlank);
}

function isCell(node: DomNode | undefined): boolean {
  return isNamed(node, 'td|th');
}

function isNamed(node: DomNode | undefined, names: string): boolean {
  return node?.type === 'tag' && setOf(names).has(node.name ?? '');
}

const sets = new Map<string, ReadonlySet<string>>();

function setOf(names: string): ReadonlySet<string> {
  const known = sets.get(names) ?? new Set(names.split('|'));
  sets.set(names, known);
  return known;
}
