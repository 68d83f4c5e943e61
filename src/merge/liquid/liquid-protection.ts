/**
 * Liquid travels through other compilers (MJML, Markdown, HTML to text) as plain words and comes back out whole:
 * each `{{ … }}` and `{% … %}` is replaced by a token of letters and digits, which no such compiler touches.
 */
import { unusedWord } from '../unused-word.js';

export interface ProtectedText {
  readonly text: string;
  readonly tokens: readonly LiquidToken[];
  /** The Liquid whose tokens stand in a part of the text, or in what was made of it. */
  tokensIn(part: string): readonly LiquidToken[];
  /** Puts the Liquid back wherever its token stands, however often. */
  restore(compiled: string): string;
}

export interface LiquidToken {
  readonly token: string;
  readonly liquid: string;
  /** Offset in the source. */
  readonly offset: number;
}

export function protectLiquid(source: string): ProtectedText {
  const prefix = unusedWord(source, 'zqliquid');
  const tokens: LiquidToken[] = [];
  const parts: string[] = [];
  let at = 0;
  for (const { offset, end } of findLiquid(source)) {
    const token = `${prefix}${tokens.length}q`;
    tokens.push({ token, liquid: source.slice(offset, end), offset });
    parts.push(source.slice(at, offset), token);
    at = end;
  }
  const text = parts.join('') + source.slice(at);
  const byToken = new Map(tokens.map(entry => [entry.token, entry]));
  const tokenPattern = new RegExp(`${prefix}\\d+q`, 'g');
  return {
    text,
    tokens,
    tokensIn: part =>
      (part.match(tokenPattern) ?? []).map(token => byToken.get(token)).filter(entry => entry !== undefined),
    restore: compiled => compiled.replace(tokenPattern, token => byToken.get(token)?.liquid ?? token),
  };
}

const opening = /\{[{%]/g;
const rawBegins = /\{%-?\s*raw\s*-?%\}/y;
const rawEnds = /\{%-?\s*endraw\s*-?%\}/g;

export interface LiquidSpan {
  readonly offset: number;
  readonly end: number;
  /** The text between `{% raw %}` and `{% endraw %}`. */
  readonly raw: string | undefined;
}

/** In one pass, whatever is left open: that is no Liquid. A raw block is one piece: what looks like Liquid in it is text. */
export function* findLiquid(source: string): Generator<LiquidSpan, void, void> {
  const lastClosed = { '{{': source.lastIndexOf('}}'), '{%': source.lastIndexOf('%}') };
  let hasRawEnds = true;
  let at = 0;
  for (;;) {
    opening.lastIndex = at;
    const found = opening.exec(source);
    if (found === null) return;
    const offset = found.index;
    const brace = found[0] as '{{' | '{%';
    at = offset + 2;
    if (lastClosed[brace] < at) continue;
    let end = source.indexOf(brace === '{{' ? '}}' : '%}', at) + 2;
    let raw: string | undefined;
    rawBegins.lastIndex = offset;
    if (hasRawEnds && rawBegins.test(source)) {
      rawEnds.lastIndex = end;
      const ends = rawEnds.exec(source);
      hasRawEnds = ends !== null;
      if (ends !== null) {
        raw = source.slice(end, ends.index);
        end = rawEnds.lastIndex;
      }
    }
    yield { offset, end, raw };
    at = end;
  }
}

/** Offset in the template as written, of an offset in the protected text. */
export function sourceOffset(source: ProtectedText, offset: number): number {
  let shift = 0;
  for (const { token, liquid, offset: start } of source.tokens) {
    if (start + shift >= offset) break;
    shift += token.length - liquid.length;
  }
  return offset - shift;
}
