/**
 * The text of a template between its Liquid tags, which is the same in every copy: each run of it is encoded once, when it is
 * first needed, and a mark travels through Liquid in its place, through conditions and loops alike.
 */

import { type EncodedPiece, encodePiece } from '../../message/quoted-printable.js';
import { Tokenizer, TypeGuards } from './liquidjs.js';

export interface MarkedTemplate {
  /** The template with a mark in place of each run. */
  readonly source: string;
  /** What Liquid made of it to the pieces of a body. */
  toPieces(rendered: string): readonly EncodedPiece[];
  readonly runs: readonly StaticRun[];
  /** The same, to be read: which runs stand there, and the values between them. */
  segments(rendered: string): Iterable<Segment>;
}

export interface StaticRun {
  readonly text: string;
  /** The Liquid behind it in the template; '' at the end. */
  readonly next: string;
}

export type Segment =
  | { readonly kind: 'run'; readonly index: number; readonly text: string }
  | { readonly kind: 'value'; readonly text: string };

/** Characters that stand for nothing (Unicode §23.7); text that has them all the same lacks the secret between them. */
const markBegins = '\ufdd0';
const markEnds = '\ufdd1';

/**
 * @param secret of this email, random: no value of a list can hold a mark by accident or on purpose.
 * @throws what liquidjs throws for tags that are not closed.
 */
export function markStaticRuns(template: string, secret: string): MarkedTemplate {
  const encoded: EncodedPiece[] = [];
  const runs: StaticRun[] = [];
  const begins = markBegins + secret;
  const mark = (text: string, next: string) => `${begins}${runs.push({ text, next }) - 1}${markEnds}`;
  // A list that is only looked at needs none of them.
  const encodedRun = (index: number): EncodedPiece => {
    const text = runs[index]?.text;
    if (text === undefined) throw new Error('a mark without a run');
    const piece = encoded[index] ?? encodePiece(text);
    encoded[index] = piece;
    return piece;
  };
  return {
    source: replaceRuns(template, mark),
    toPieces: rendered => splitAtMarks(rendered, begins, encodedRun),
    runs,
    segments: rendered => segmentsOf(rendered, begins, runs),
  };
}

function replaceRuns(template: string, mark: (text: string, next: string) => string): string {
  let captures = 0;
  let isComment = false;
  const tokens = new Tokenizer(template).readTopLevelTokens();
  return tokens
    .map((token, index) => {
      if (TypeGuards.isTagToken(token)) {
        if (token.name === 'comment') isComment = true;
        if (token.name === 'endcomment') isComment = false;
        // Nothing in a comment is read, and nothing in it begins or ends.
        if (isComment) return token.getText();
        // What is captured becomes a value, and filters may ask for its letters.
        if (token.name === 'capture') captures += 1;
        if (token.name === 'endcapture') captures -= 1;
      }
      if (!TypeGuards.isHTMLToken(token)) return token.getText();
      const text = token.getContent();
      return text === '' || captures > 0 || isComment ? text : mark(text, tokens[index + 1]?.getText() ?? '');
    })
    .join('');
}

function splitAtMarks(
  rendered: string,
  begins: string,
  encodedRun: (index: number) => EncodedPiece,
): readonly EncodedPiece[] {
  const pieces: EncodedPiece[] = [];
  let at = 0;
  for (let mark = rendered.indexOf(begins); mark !== -1; mark = rendered.indexOf(begins, at)) {
    if (mark > at) pieces.push(encodePiece(rendered.slice(at, mark)));
    const end = rendered.indexOf(markEnds, mark);
    pieces.push(encodedRun(Number(rendered.slice(mark + begins.length, end))));
    at = end + 1;
  }
  if (at < rendered.length) pieces.push(encodePiece(rendered.slice(at)));
  return pieces;
}

function* segmentsOf(
  rendered: string,
  begins: string,
  runs: readonly StaticRun[],
): Generator<Segment, void, void> {
  let at = 0;
  for (let mark = rendered.indexOf(begins); mark !== -1; mark = rendered.indexOf(begins, at)) {
    if (mark > at) yield { kind: 'value', text: rendered.slice(at, mark) };
    const end = rendered.indexOf(markEnds, mark);
    const index = Number(rendered.slice(mark + begins.length, end));
    yield { kind: 'run', index, text: runs[index]?.text ?? '' };
    at = end + 1;
  }
  if (at < rendered.length) yield { kind: 'value', text: rendered.slice(at) };
}
