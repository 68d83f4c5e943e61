/** The HTML of what a template captures, for conditions in the text part: they ask for the value that the other part has. */
import { findLiquid, type LiquidToken, type ProtectedText } from './liquid/liquid-protection.js';
import { tagName } from './liquid/liquid-tags.js';

/**
 * The HTML that each capture holds, to go before its end tag (`liquid/captured-markup.ts`). Of those whose value is asked for by
 * something else than an output that prints it, and may be another one in the text.
 * @param html compiled, with the Liquid of `source` still protected.
 * @returns Liquid by the end tag of each.
 */
export function markupOfCaptures(html: string, source: ProtectedText): ReadonlyMap<LiquidToken, string> {
  const captures = capturesIn(html, source);
  const set = namesSet(source.tokens);
  const asked = captures.length === 0 ? new Set<string>() : namesAsked(source, captures);
  return new Map(
    captures
      .filter(({ name, content }) => asked.has(name) && !isSameInText(source, content, set))
      .map(({ begin, end, content }) => {
        const [before, after] = [/-%\}$/.test(begin.liquid), end.liquid.startsWith('{%-')];
        const tags = [`{% markup ${before ? '-' : ''}%}`, `{%${after ? '-' : ''} endcapture %}`];
        return [end, tags.join(source.restore(content))] as const;
      }),
  );
}

interface Capture {
  readonly name: string;
  readonly begin: LiquidToken;
  readonly end: LiquidToken;
  readonly content: string;
}

function capturesIn(html: string, source: ProtectedText): readonly Capture[] {
  if (!source.tokens.some(({ liquid }) => tagName(liquid) === 'capture')) return [];
  const captures: Capture[] = [];
  const open: { readonly token: LiquidToken; readonly from: number }[] = [];
  for (const { at, token } of source.places(html)) {
    const tag = tagName(token.liquid);
    if (tag === 'capture') open.push({ token, from: at + token.token.length });
    const begin = tag === 'endcapture' ? open.pop() : undefined;
    if (begin === undefined) continue;
    const name = /\bcapture\s+["']?([\w-]+)/.exec(begin.token.liquid)?.[1] ?? '';
    captures.push({ name, begin: begin.token, end: token, content: html.slice(begin.from, at) });
  }
  return captures;
}

const setting = /\b(?:assign|capture)\s+["']?([\w-]+)/g;

function namesSet(tokens: readonly LiquidToken[]): ReadonlySet<string> {
  return new Set(tokens.flatMap(({ liquid }) => [...liquid.matchAll(setting)].map(([, name = '']) => name)));
}

/** Names in Liquid that does more than to print one value, and in what is captured by such a name. */
function namesAsked(source: ProtectedText, captures: readonly Capture[]): ReadonlySet<string> {
  // A name in brackets is only known when the copy is made.
  if (source.tokens.some(({ liquid }) => liquid.includes('[')))
    return new Set(captures.map(({ name }) => name));
  const asked = new Set<string>();
  const add = ({ liquid }: LiquidToken) => {
    for (const word of liquid.match(/[\w-]+/g)?.slice(tagName(liquid) === 'capture' ? 2 : 0) ?? [])
      asked.add(word);
  };
  for (const token of source.tokens) if (!/^\{\{-?\s*[\w-]+\s*-?\}\}$/.test(token.liquid)) add(token);
  // The last first: a value is made of those that were captured before it.
  for (const { name, content } of captures.toReversed())
    if (asked.has(name)) for (const token of source.tokensIn(content)) add(token);
  return asked;
}

/** Words without elements, references and more than one blank in a row, and fields of the list among them. */
function isSameInText(source: ProtectedText, content: string, set: ReadonlySet<string>): boolean {
  if (/[<&\t\r\n\f\v]|^ | $| {2}|[^ -~\u00c0-\u02ff\u0370-\u1fff]/.test(content)) return false;
  return source.tokensIn(content).every(({ liquid }) => {
    const [, name] = /^\{\{-?\s*([\w-]+)\s*-?\}\}$/.exec(liquid) ?? [];
    return name !== undefined && !set.has(name);
  });
}

/** The HTML in a text part as something else, so that it stays what the other part has. */
export function replaceMarkup(text: string, replace: (html: string) => string): string {
  let written = '';
  let at = 0;
  let from: number | undefined;
  let depth = 0;
  for (const { offset, end } of text.includes('{% markup') ? findLiquid(text) : []) {
    const tag = tagName(text.slice(offset, end));
    if (tag === 'markup') {
      from = end;
      depth = 0;
    } else if (tag === 'capture') depth += 1;
    else if (tag === 'endcapture' && from !== undefined && depth-- === 0) {
      written += text.slice(at, from) + replace(text.slice(from, offset));
      at = offset;
      from = undefined;
    }
  }
  return written + text.slice(at);
}
