/** Text of a file, and text put together from several, which knows where each of its letters was written. */
import type { Place } from '../problem.js';

export interface SourceText {
  readonly file: string;
  readonly text: string;
  /** Lines of the file before the text. */
  readonly lineOffset: number;
}

export interface Piece {
  readonly text: string;
  readonly source: SourceText;
  /** Where in the source the piece begins. */
  readonly offset: number;
  /** Not in the source, but put there because of what is. */
  readonly isAdded?: boolean;
}

/** Where an offset into the template before protection was written. */
export type PlaceOf = (offset: number) => Place;

export interface JoinedText {
  readonly text: string;
  placeOf(offset: number): Place;
  /** Both count from 1. */
  placeAt(line: number, column: number): Place;
}

export function joinPieces(pieces: readonly Piece[]): JoinedText {
  const text = pieces.map(piece => piece.text).join('');
  const placeOf = (offset: number): Place => {
    let start = 0;
    for (const [index, { text, source, offset: first, isAdded }] of pieces.entries()) {
      if (offset < start + text.length || index === pieces.length - 1)
        return placeIn(source, first + (isAdded ? 0 : offset - start));
      start += text.length;
    }
    throw new Error('a text without pieces');
  };
  return {
    text,
    placeOf,
    placeAt: (line, column) => placeOf(lineStart(text, line) + column - 1),
  };
}

export function wholeOf(source: SourceText): Piece {
  return { text: source.text, source, offset: 0 };
}

export function placeIn({ file, text, lineOffset }: SourceText, offset: number): Place {
  const before = text.slice(0, offset).split('\n');
  return { file, line: before.length + lineOffset, column: (before.at(-1)?.length ?? 0) + 1 };
}

/** As `placeIn`, for many offsets of one text: its lines are found once. */
export function placesIn({ file, text, lineOffset }: SourceText): (offset: number) => Place {
  let starts: number[] | undefined;
  return offset => {
    starts ??= lineStarts(text);
    let from = 0;
    let to = starts.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((starts[middle] ?? 0) <= offset) from = middle + 1;
      else to = middle;
    }
    return { file, line: from + lineOffset, column: offset - (starts[from - 1] ?? 0) + 1 };
  };
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

/** Offset of the first letter of a line, which counts from 1. */
export function lineStart(text: string, line: number): number {
  let start = 0;
  for (let at = 1; at < line; at += 1) {
    const end = text.indexOf('\n', start);
    if (end === -1) return text.length;
    start = end + 1;
  }
  return start;
}
