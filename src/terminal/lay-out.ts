/** Text for people, fitted to the terminal at hand: lines are broken between words, and go on where a reader looks for them. */
import { displayWidth } from './display-width.js';
import { wrap, wrapCommand } from './wrap.js';

/** With fewer columns beside its term a description goes below it. */
const narrowest = 28;

/**
 * Lines that fit stay as they are. Two blanks separate a term from its description, which goes on under itself, or below the term
 * where there is little room beside it: then it does so in the whole block. What follows `$ ` is a command.
 * @param text lines of any length; blank ones separate blocks.
 * @param width columns of the terminal.
 */
export function layOut(text: string, width: number): string {
  return splitBlocks(text)
    .map(block => layOutBlock(block, width).join('\n'))
    .join('\n');
}

/** Consecutive lines that are not blank; a blank line is a block of its own. */
function splitBlocks(text: string): readonly (readonly string[])[] {
  const blocks: string[][] = [];
  for (const line of text.split('\n')) {
    const last = blocks.at(-1);
    if (last === undefined || line === '' || last[0] === '') blocks.push([line]);
    else last.push(line);
  }
  return blocks;
}

function layOutBlock(lines: readonly string[], width: number): readonly string[] {
  if (lines.every(line => displayWidth(line) <= width)) return lines;
  const parts = lines.map(splitLine);
  const isBelow = parts.some(part => isTight(part, width));
  return parts.flatMap(part => layOutLine(part, width, isBelow));
}

/** Little room, or a word in it that is longer. */
function isTight({ before, description }: LineParts, width: number): boolean {
  if (description === '') return false;
  const beside = width - displayWidth(before);
  if (displayWidth(description) <= beside) return false;
  return beside < narrowest || description.split(' ').some(word => displayWidth(word) > beside);
}

interface LineParts {
  readonly indent: string;
  readonly term: string;
  /** Everything before the description. */
  readonly before: string;
  readonly description: string;
}

function splitLine(line: string): LineParts {
  const indent = /^ */.exec(line)?.[0] ?? '';
  const words = line.slice(indent.length);
  const gap = / {2,}/.exec(words);
  if (gap === null) return { indent, term: words, before: line, description: '' };
  const behind = gap.index + gap[0].length;
  return {
    indent,
    term: words.slice(0, gap.index),
    before: indent + words.slice(0, behind),
    description: words.slice(behind),
  };
}

function layOutLine(
  { indent, term, before, description }: LineParts,
  width: number,
  isBelow: boolean,
): readonly string[] {
  if (description !== '' && !isBelow) {
    const hang = ' '.repeat(displayWidth(before));
    const [first = '', ...rest] = wrap(description, room(width, hang));
    return [before + first, ...rest.map(line => hang + line)];
  }
  const below = `${indent}    `;
  const lines = term.startsWith('$ ')
    ? hanging(wrapCommand(term, room(width, below)), indent, below)
    : wrap(term, room(width, indent)).map(line => indent + line);
  if (description === '') return lines;
  return [...lines, ...wrap(description, room(width, below)).map(line => below + line)];
}

function hanging([first = '', ...rest]: readonly string[], indent: string, below: string): readonly string[] {
  return [indent + first, ...rest.map(line => below + line)];
}

/** A terminal may be narrower than an indent; words have lines of their own then. */
function room(width: number, indent: string): number {
  return Math.max(1, width - displayWidth(indent));
}

/**
 * Paragraphs whose lines were ended in the source: those that begin at the left edge are joined, and so is what stands below a
 * description. Indented lines are code, commands or terms.
 */
export function joinParagraphs(text: string): string {
  const lines: string[] = [];
  for (const line of text.split('\n')) {
    const before = lines.at(-1) ?? '';
    const indent = line.length - line.trimStart().length;
    const isMore = before !== '' && line !== '' && indent === startOfWords(before);
    if (isMore) lines.push(`${lines.pop() ?? ''} ${line.trimStart()}`);
    else lines.push(line);
  }
  return lines.join('\n');
}

/** The column in which the words of a line begin that may go on below; -1 for a line that does not go on. */
function startOfWords(line: string): number {
  const { indent, before, description } = splitLine(line);
  if (description !== '') return before.length;
  return indent === '' ? 0 : -1;
}
