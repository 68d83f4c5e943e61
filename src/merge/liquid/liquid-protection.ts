/**
 * Liquid travels through other compilers (MJML, Markdown, HTML to text) as plain words and comes back out whole:
 * each `{{ … }}` and `{% … %}` is replaced by a token of letters and digits, which no such compiler touches.
 */
import { Problem } from '../../problem.js';
import { unusedWord } from '../unused-word.js';

export interface ProtectedText {
  readonly text: string;
  readonly tokens: readonly LiquidToken[];
  /** Whether Liquid stands in a part of the text. */
  hasLiquid(part: string): boolean;
  /** The Liquid whose tokens stand in a part of the text, or in what was made of it. */
  tokensIn(part: string): readonly LiquidToken[];
  /** Of the same length, with blanks where tokens stand. */
  withoutTokens(part: string): string;
  /** Puts the Liquid back wherever its token stands, however often. */
  restore(compiled: string): string;
  /** A part of the text cut at its tokens; never two strings in a row, and no empty one. */
  split(part: string): readonly (string | LiquidToken)[];
  /** Where each token stands in a part of the text, in their order. */
  places(part: string): readonly { readonly at: number; readonly token: LiquidToken }[];
  /** A word that reads like a token, and stands for nothing of the source. */
  spareWord(number: number): string;
  /** Puts something else in the place of every token and spare word. */
  replaceWords(text: string, replace: (word: string) => string): string;
}

export interface LiquidToken {
  readonly token: string;
  readonly liquid: string;
  /** Offset in the source. */
  readonly offset: number;
  /** Offset in the protected text. */
  readonly protectedOffset: number;
}

/** Five times what the longest message that is read could have. Each becomes several objects, and compilers take long for as many. */
const mostTokens = 10_000;

/**
 * @param file to name in a problem.
 * @throws Problem `template-syntax` for more Liquid than a message could have.
 */
export function protectLiquid(source: string, file?: string): ProtectedText {
  const prefix = unusedWord(source, 'zqliquid');
  const tokens: LiquidToken[] = [];
  let text = '';
  let at = 0;
  for (const { offset, end } of findLiquid(source)) {
    if (tokens.length === mostTokens) throw tooMany(file);
    const token = `${prefix}${tokens.length}q`;
    const protectedOffset = text.length + offset - at;
    text += source.slice(at, offset) + token;
    tokens.push({ token, liquid: source.slice(offset, end), offset, protectedOffset });
    at = end;
  }
  text += source.slice(at);
  const tokenPattern = new RegExp(`${prefix}\\d+q`, 'g');
  /** @param word that the pattern found. */
  const tokenOf = (word: string) => {
    const entry = tokens[Number(word.slice(prefix.length, -1))];
    return entry?.token === word ? entry : undefined;
  };
  return {
    text,
    tokens,
    hasLiquid: part => part.includes(prefix),
    tokensIn: part => (part.match(tokenPattern) ?? []).map(tokenOf).filter(entry => entry !== undefined),
    withoutTokens: part =>
      part.replace(tokenPattern, word => (tokenOf(word) === undefined ? word : ' '.repeat(word.length))),
    restore: compiled => compiled.replace(tokenPattern, word => tokenOf(word)?.liquid ?? word),
    split: part => {
      if (!part.includes(prefix)) return part === '' ? [] : [part];
      const pieces: (string | LiquidToken)[] = [];
      let from = 0;
      for (const { 0: word, index } of part.matchAll(tokenPattern)) {
        const token = tokenOf(word);
        if (token === undefined) continue;
        if (index > from) pieces.push(part.slice(from, index));
        pieces.push(token);
        from = index + word.length;
      }
      if (from < part.length) pieces.push(part.slice(from));
      return pieces;
    },
    places: part =>
      [...part.matchAll(tokenPattern)].flatMap(({ 0: word, index }) => {
        const token = tokenOf(word);
        return token === undefined ? [] : [{ at: index, token }];
      }),
    spareWord: number => `${prefix}${tokens.length + number}q`,
    replaceWords: (compiled, replace) => compiled.replace(tokenPattern, word => replace(word)),
  };
}

function tooMany(file: string | undefined): Problem {
  return new Problem(
    'template-syntax',
    `there are more than ${mostTokens.toLocaleString('en')} merge fields and Liquid tags`,
    {
      where: file === undefined ? undefined : { file },
      fix: 'Make the template smaller, or write what repeats as a loop.',
    },
  );
}

const rawBegins = /\{%-?\s*raw\s*-?%\}/y;
const rawEnds = /\{%-?\s*endraw\s*-?%\}/g;

const commentBegins = /\{%-?\s*comment\b/y;
const commentEnds = /\{%-?\s*endcomment\b/y;

export interface LiquidSpan {
  readonly offset: number;
  readonly end: number;
  /** The text between `{% raw %}` and `{% endraw %}`. */
  readonly raw: string | undefined;
}

/**
 * In one pass, whatever is left open: that is no Liquid. A raw block is one piece: what looks like Liquid in it is text. So is a
 * comment: nothing in it is read by anybody.
 */
export function* findLiquid(source: string): Generator<LiquidSpan, void, void> {
  const waiting: LiquidSpan[] = [];
  for (const span of findTags(source)) {
    const [comment] = waiting;
    if (comment !== undefined) {
      waiting.push(span);
      if (!stands(commentEnds, source, span.offset)) continue;
      waiting.length = 0;
      yield { offset: comment.offset, end: span.end, raw: undefined };
    } else if (stands(commentBegins, source, span.offset)) waiting.push(span);
    else yield span;
  }
  // A comment that does not end is an error of the syntax, and told as such.
  yield* waiting;
}

function stands(sticky: RegExp, text: string, at: number): boolean {
  sticky.lastIndex = at;
  return sticky.test(text);
}

function* findTags(source: string): Generator<LiquidSpan, void, void> {
  const lastOutput = source.lastIndexOf('}}');
  const lastTag = source.lastIndexOf('%}');
  let hasRawEnds = true;
  for (let offset = source.indexOf('{'); offset !== -1; ) {
    const at = offset + 2;
    const code = source.charCodeAt(offset + 1);
    const isTag = code === percent;
    if (!isTag && code !== brace) {
      offset = source.indexOf('{', offset + 1);
      continue;
    }
    if ((isTag ? lastTag : lastOutput) < at) {
      offset = source.indexOf('{', at);
      continue;
    }
    let end = source.indexOf(isTag ? '%}' : '}}', at) + 2;
    let raw: string | undefined;
    rawBegins.lastIndex = offset;
    if (isTag && hasRawEnds && rawBegins.test(source)) {
      rawEnds.lastIndex = end;
      const ends = rawEnds.exec(source);
      hasRawEnds = ends !== null;
      if (ends !== null) {
        raw = source.slice(end, ends.index);
        end = rawEnds.lastIndex;
      }
    }
    yield { offset, end, raw };
    offset = source.indexOf('{', end);
  }
}

const percent = 0x25;
const brace = 0x7b;

/** Offset in the template as written, of an offset in the protected text. */
export function sourceOffset({ tokens }: Pick<ProtectedText, 'tokens'>, offset: number): number {
  let from = 0;
  let to = tokens.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((tokens[middle]?.protectedOffset ?? offset) < offset) from = middle + 1;
    else to = middle;
  }
  const last = tokens[from - 1];
  if (last === undefined) return offset;
  return offset - (last.protectedOffset + last.token.length) + last.offset + last.liquid.length;
}
