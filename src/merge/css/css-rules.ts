/** The rules of a style sheet with their places. What is in strings, comments and `url(…)` is not looked at. */

export interface CssRule {
  readonly kind: 'style' | 'group' | 'other';
  /** The selectors, or `@media …`. */
  readonly prelude: string;
  /** Between the braces. */
  readonly body: string;
  readonly offset: number;
  readonly bodyOffset: number;
  /** After the closing brace. */
  readonly end: number;
}

/** At-rules whose content are rules like any other, under a condition. */
const groups = /^@(?:media|supports|layer|container|scope|document|-moz-document)\b/i;

export function readRules(css: string): readonly CssRule[] {
  return createRuleReader(css)(0, css.length);
}

/** @returns reads the rules between two places, as of those in a group, without looking for strings and comments again. */
export function createRuleReader(css: string): (from: number, to: number) => readonly CssRule[] {
  const plain = withoutValues(css);
  return (from, to) => rulesIn(css, plain, from, to);
}

function rulesIn(css: string, plain: string, from: number, to: number): readonly CssRule[] {
  const rules: CssRule[] = [];
  let start = from;
  for (let at = from; at < to; at += 1) {
    const letter = plain[at];
    // `@import …;` and what is left of a rule that somebody closed twice.
    if (letter === ';' || letter === '}') start = at + 1;
    if (letter !== '{') continue;
    const bodyEnd = closingBrace(plain, at, to);
    const lead = plain.slice(start, at);
    const offset = start + (lead.length - lead.trimStart().length);
    const prelude = css.slice(offset, start + lead.trimEnd().length);
    const kind = prelude.startsWith('@') ? (groups.test(prelude) ? 'group' : 'other') : 'style';
    rules.push({
      kind,
      prelude,
      body: css.slice(at + 1, bodyEnd),
      offset,
      bodyOffset: at + 1,
      end: Math.min(bodyEnd + 1, to),
    });
    at = bodyEnd;
    start = at + 1;
  }
  return rules;
}

function closingBrace(plain: string, open: number, to: number): number {
  let depth = 0;
  for (let at = open; at < to; at += 1) {
    if (plain[at] === '{') depth += 1;
    if (plain[at] === '}') depth -= 1;
    if (depth === 0) return at;
  }
  return to;
}

/** Of the same length: comments are blanks, strings and URLs are underscores. */
export function withoutValues(css: string): string {
  return css.replaceAll(
    /\/\*[\s\S]*?(?:\*\/|$)|<!--|-->|"(?:\\[\s\S]|[^"\\\n])*"?|'(?:\\[\s\S]|[^'\\\n])*'?|url\([^()'"]*\)/gi,
    found => (/^(?:\/\*|<!|--)/.test(found) ? ' ' : '_').repeat(found.length),
  );
}

export interface Declaration {
  readonly property: string;
  readonly text: string;
  readonly isImportant: boolean;
  /** Of the text, in what was read. */
  readonly offset: number;
}

/** Of the body of a rule or of a `style` attribute; what is no declaration is left out. */
export function readDeclarations(body: string): readonly Declaration[] {
  const declarations: Declaration[] = [];
  const plain = withoutValues(body);
  let start = 0;
  for (const part of plain.split(';')) {
    const offset = start + (part.length - part.trimStart().length);
    const text = body.slice(offset, start + part.trimEnd().length);
    const colon = part.trimStart().indexOf(':');
    if (colon > 0) {
      declarations.push({
        property: text.slice(0, colon).trim().toLowerCase(),
        text,
        isImportant: /!\s*important$/i.test(text),
        offset,
      });
    }
    start += part.length + 1;
  }
  return declarations;
}

/** At commas that are not in parentheses or brackets. */
export function splitSelectors(prelude: string): readonly string[] {
  const plain = withoutValues(prelude);
  const selectors: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at <= plain.length; at += 1) {
    const letter = plain[at];
    if (letter === '(' || letter === '[') depth += 1;
    if (letter === ')' || letter === ']') depth -= 1;
    if (at < plain.length && (letter !== ',' || depth > 0)) continue;
    selectors.push(prelude.slice(start, at).trim());
    start = at + 1;
  }
  return selectors.filter(selector => selector !== '');
}
