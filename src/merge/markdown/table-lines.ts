/**
 * Lines of a Markdown template, in which Liquid between the rows of a table is no end of the table. GFM ends a table at an empty
 * line, and loses cells behind the last column: tags around a row get lines of their own, empty lines beside them go.
 */
import { Problem } from '../../problem.js';
import { blockPart, tagName } from '../liquid/tag-names.js';
import type { ControlTags, Part } from './control-tags.js';

interface MarkdownLine {
  readonly text: string;
  /** Of the line in the protected text. */
  readonly offset: number;
  /** Liquid alone, between two rows. */
  readonly isBetweenRows: boolean;
}

/** What a line of a quotation begins with. */
const quotation = /^[ \t]*(?:>[ \t]?)*/;
/** Of dashes, colons and bars: whether it fits to its head is the parser’s to say. */
const delimiterRow = /^[-:| \t]+$/;
const fence = /^(`{3,}|~{3,})/;

/** The text to parse, and where its lines come from. */
export interface MarkdownText {
  readonly text: string;
  isBetweenRows(line: number): boolean;
  /** @returns the offset into the protected text of the first such words on a line or behind it; of the line when there are none. */
  offsetOf(words: string, line: number): number;
}

/** A message of so many lines is read by nobody, and each becomes an object. */
const mostLines = 10_000;

/** @throws Problem `template-syntax` for more lines than a message could have. */
export function markdownText(tags: ControlTags): MarkdownText {
  const { text } = tags.source;
  refuseEndless(tags);
  // Without Liquid each line is what it was.
  const read = tags.in(text).length === 0 ? undefined : new TableLines(tags).read();
  let lines = read;
  return {
    text: read === undefined ? text : read.map(line => `${line.text}\n`).join(''),
    isBetweenRows: line => read?.[line]?.isBetweenRows === true,
    offsetOf: (words, from) => {
      lines ??= linesOf(text).map(line => ({ ...line, isBetweenRows: false }));
      const found = lines.findIndex((line, index) => index >= from && line.text.includes(words));
      const line = lines[found === -1 ? from : found];
      return (line?.offset ?? 0) + Math.max(0, line?.text.indexOf(words) ?? 0);
    },
  };
}

function refuseEndless(tags: ControlTags): void {
  const { text } = tags.source;
  let lines = 0;
  let begins = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code !== lineFeed && (code !== carriageReturn || text.charCodeAt(at + 1) === lineFeed)) continue;
    lines += 1;
    if (lines <= mostLines) {
      begins = at + 1;
      continue;
    }
    throw new Problem(
      'template-syntax',
      `there are more than ${mostLines.toLocaleString('en')} lines of Markdown`,
      {
        where: tags.placeOfOffset(begins),
        fix: 'Make the template smaller; a message of more than 102 KB is cut off by Gmail.',
      },
    );
  }
}

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

interface Line {
  readonly text: string;
  readonly offset: number;
  readonly prefix: string;
  /** Behind the prefix. */
  readonly words: string;
}

class TableLines {
  readonly #lines: readonly Line[];
  readonly #read: { text: string; offset: number; isBetweenRows: boolean }[] = [];

  constructor(private readonly tags: ControlTags) {
    this.#lines = linesOf(tags.source.text).flatMap(line => withoutTagsAround(line, tags));
  }

  read(): readonly MarkdownLine[] {
    let fenceMark: string | undefined;
    for (let at = 0; at < this.#lines.length; ) {
      const line = this.#line(at);
      const mark = fence.exec(line.words)?.[1];
      if (mark !== undefined && (fenceMark === undefined || mark.startsWith(fenceMark)))
        fenceMark = fenceMark === undefined ? mark : undefined;
      at = fenceMark === undefined && this.#isHeader(at) ? this.#readTable(at) : this.#keep(at);
    }
    return this.#read;
  }

  #line(at: number): Line {
    return this.#lines[at] ?? { text: '', offset: 0, prefix: '', words: '' };
  }

  #keep(at: number): number {
    const { text, offset } = this.#line(at);
    this.#read.push({ text, offset, isBetweenRows: false });
    return at + 1;
  }

  #isHeader(at: number): boolean {
    const { words } = this.#line(at + 1);
    return this.#line(at).words.includes('|') && words.includes('-') && delimiterRow.test(words);
  }

  /** @returns the line behind the table. */
  #readTable(header: number): number {
    this.#keep(header);
    this.#keep(header + 1);
    // Tags between rows, and where each of those that are open was read to.
    const open: { readonly at: number; readonly length: number }[] = [];
    let at = header + 2;
    while (at < this.#lines.length) {
      const next = this.#rowOrTagsFrom(at, open.length > 0);
      if (next === undefined) break;
      at = next;
      const found = this.tags.only(this.#line(at).words);
      if (found === undefined) {
        at = this.#keep(at);
        continue;
      }
      const before = { at, length: this.#read.length };
      const parts = found.map(tag => blockPart(tagName(tag.liquid)));
      // What is closed here was opened before the table.
      if (
        parts.some(part => (part === 'divides' || part === 'closes') && open.length === 0) &&
        parts[0] !== 'opens'
      )
        break;
      for (const part of parts) {
        if (part === 'opens') open.push(before);
        if (part === 'closes') open.pop();
      }
      const { text, offset } = this.#line(at);
      this.#read.push({ text, offset, isBetweenRows: true });
      at += 1;
    }
    const [first] = open;
    if (first === undefined) return this.#endTable(at);
    if (this.#isRow(this.#lines.findIndex((line, index) => index > first.at && this.#hasWords(line))))
      throw this.#halfInside(first.at);
    // What is opened behind the last row belongs to what follows.
    this.#read.length = first.length;
    return this.#endTable(first.at);
  }

  /** A line of words directly behind a tag would be one more row. */
  #endTable(at: number): number {
    const next = this.#line(at);
    if (this.#read.at(-1)?.isBetweenRows === true && next.words.trim() !== '')
      this.#read.push({ text: next.prefix.trimEnd(), offset: next.offset, isBetweenRows: false });
    return at;
  }

  /** The next line of the table, over empty lines beside tags; undefined when the table ends here. */
  #rowOrTagsFrom(from: number, isOpen: boolean): number | undefined {
    let at = from;
    while (at < this.#lines.length && this.#line(at).words.trim() === '') at += 1;
    const isTags = this.tags.only(this.#line(at).words) !== undefined;
    if (at === from) return isTags || this.#isRow(at) || !this.#isBehindTags() ? at : undefined;
    if (at === this.#lines.length) return undefined;
    if (isOpen) return isTags || this.#isRow(at) ? at : undefined;
    if (!isTags && !this.#isBehindTags()) return undefined;
    // Tags with no row behind them are the text's that follows.
    let row = at;
    while (row < this.#lines.length && !this.#hasWords(this.#line(row))) row += 1;
    return this.#isRow(row) ? at : undefined;
  }

  #isBehindTags(): boolean {
    return this.#read.at(-1)?.isBetweenRows === true;
  }

  #hasWords({ words }: Line): boolean {
    return words.trim() !== '' && this.tags.only(words) === undefined;
  }

  /** A row of the same table, and not the head of another. */
  #isRow(at: number): boolean {
    const { words } = this.#line(at);
    const [first] = this.tags.split(words).filter(part => part.kind === 'words');
    return first?.kind === 'words' && first.text.trimStart().startsWith('|') && !this.#isHeader(at);
  }

  #halfInside(at: number): Problem {
    const [tag] = this.tags.only(this.#line(at).words) ?? [];
    return new Problem(
      'template-syntax',
      `${tag?.liquid} begins between the rows of a table and ends outside of it`,
      {
        where: this.tags.placeOfOffset(this.#line(at).offset),
        fix: 'Close it behind a row of the same table, or begin it before the table.',
      },
    );
  }
}

/** `{% if x %}| a | b |{% endif %}`: the tags are no cells. */
function withoutTagsAround(line: Line, tags: ControlTags): readonly Line[] {
  if (!line.words.includes('|')) return [line];
  const parts = tags.split(line.words);
  const isWords = (part: Part) => part.kind === 'words' && part.text.trim() !== '';
  const first = parts.findIndex(isWords);
  const last = parts.findLastIndex(isWords);
  const row = parts.slice(Math.max(0, first), last + 1);
  const cells = row
    .map(part => (part.kind === 'words' ? part.text : part.tag.token))
    .join('')
    .trim();
  // `| a | {% if x %}b{% endif %}` has its tags in a cell.
  const endsInCell = !cells.endsWith('|') && row.some(part => part.kind === 'tag');
  if (!cells.startsWith('|') || row.length === parts.length || endsInCell) return [line];
  const tokens = (from: number, to: number) =>
    parts
      .slice(from, to)
      .map(part => (part.kind === 'tag' ? part.tag.token : ''))
      .join('');
  return [tokens(0, first), cells, tokens(last + 1, parts.length)]
    .filter(words => words !== '')
    .map(words => ({ ...line, text: line.prefix + words, words }));
}

function linesOf(text: string): readonly Line[] {
  const lines: Line[] = [];
  let offset = 0;
  for (const [line] of text.matchAll(/[^\r\n]*(?:\r\n?|\n|$)/g)) {
    const words = line.replace(/\r\n?|\n/, '');
    const [prefix] = quotation.exec(words) ?? [''];
    lines.push({ text: words, offset, prefix, words: words.slice(prefix.length) });
    offset += line.length;
    if (offset === text.length) break;
  }
  return lines;
}
