/**
 * Liquid travels through other compilers (MJML, Markdown, HTML to text) as plain words and comes back out whole:
 * each `{{ … }}` and `{% … %}` is replaced by a token of letters and digits, which no such compiler touches.
 */
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

// A raw block is one piece: what looks like Liquid inside it is text.
const liquidPattern = /\{%-?\s*raw\s*-?%\}[\s\S]*?\{%-?\s*endraw\s*-?%\}|\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}/g;

export function protectLiquid(source: string): ProtectedText {
  const prefix = unusedPrefix(source);
  const tokens: LiquidToken[] = [];
  const text = source.replace(liquidPattern, (liquid: string, offset: number) => {
    const token = `${prefix}${tokens.length}q`;
    tokens.push({ token, liquid, offset });
    return token;
  });
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

/** Offset in the template as written, of an offset in the protected text. */
export function sourceOffset(source: ProtectedText, offset: number): number {
  let shift = 0;
  for (const { token, liquid, offset: start } of source.tokens) {
    if (start + shift >= offset) break;
    shift += token.length - liquid.length;
  }
  return offset - shift;
}

function unusedPrefix(source: string): string {
  let prefix = 'zqliquid';
  while (source.includes(prefix)) prefix += 'z';
  return prefix;
}
