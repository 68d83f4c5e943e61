/**
 * What reads as a merge field nobody filled in: the syntax of another program, or a word that programs print for nothing.
 * One "Hello *|FNAME|*" to a whole list is what every sender of lists dreads. Such a word is a leftover where a field wrote it: "the
 * Infinity pool" of the template is meant, and so is everything in `{% raw %}`.
 */
import type { CompiledTemplate } from './compile-template.js';
import { decodeEntities } from './html/entities.js';
import { replaceTags, withoutHidden } from './html/strip-markup.js';
import { findLiquid } from './liquid/liquid-protection.js';
import { Tokenizer, TypeGuards } from './liquid/liquidjs.js';

/** A character that no pattern goes over. */
const between = '\ufdd0';

/** `%NAME%`, but not the `%C3%A9BAR%20` of a URL. */
const percentField = '%(?![0-9A-F]{2}[A-Z0-9_]*%[0-9A-F]{2})[A-Z][A-Z0-9_]{2,}%';
const foreignSyntax = [
  // U+FDD0 begins a mark for a static run (`static-runs.ts`): what follows is not part of the value.
  '\\{\\{[^{}\\n\\ufdd0]{0,60}(?:\\}\\})?',
  '\\*\\|[A-Za-z][\\w:.-]{0,60}\\|\\*',
  percentField,
  '\\{%-?[^%{}\\n\\ufdd0]{1,60}%\\}',
  // As Mailgun writes it.
  '%recipient\\.[\\w.-]{1,60}%',
  // In capitals, and a word that means the reader: [URGENT] is no field.
  '\\[[A-Z_]{0,40}(?:NAME|EMAIL|COMPANY)\\]',
];
const foreign = new RegExp(foreignSyntax.join('|'), 'g');
const nothing = /\[object [A-Z]\w{0,60}\]|(?<![\w-])(?:undefined|NaN|Infinity)(?![\w-])/g;

/**
 * Of what a field wrote.
 * @returns the first of each kind, as it stands there.
 */
export function findLeftovers(text: string): readonly string[] {
  return firstOfEachKind(leftoversIn(text));
}

function leftoversIn(text: string): readonly string[] {
  return [...(text.match(foreign) ?? []), ...(text.match(nothing) ?? [])];
}

/** Of what the template says. */
export function findForeignSyntax(text: string): readonly string[] {
  return firstOfEachKind(text.match(foreign) ?? []);
}

/** What the author put into values: words in tags and in `{% capture %}`, and everything that is raw. */
export function meantWords({ subject, html = '', text }: CompiledTemplate): ReadonlySet<string> {
  const meant = new Set<string>();
  for (const part of [subject, html, text]) {
    for (const { raw = '' } of findLiquid(part)) for (const words of leftoversIn(raw)) meant.add(words);
    for (const words of wordsInLiquid(part).match(nothing) ?? []) meant.add(words);
  }
  return meant;
}

export function firstOfEachKind(found: readonly string[]): readonly string[] {
  if (found.length < 2) return found;
  return [...new Map(found.toReversed().map(words => [leftoverKind(words), words])).values()].reverse();
}

/** Which of the forms it has, so that a thousand of a kind can be told as one. */
export function leftoverKind(text: string): string {
  if (text.startsWith('{{')) return '{{';
  if (text.startsWith('{%')) return '{%';
  if (text.startsWith('*|')) return '*|';
  if (text.startsWith('[')) return '[';
  return text.startsWith('%') ? '%' : text;
}

/** Whether the words of the template itself have any, in some branch: then each copy has to be read whole. */
export function mayLeaveOver({ subject, html, text }: CompiledTemplate): boolean {
  return [subject, text, decodeEntities(unemphasized(html ?? ''))].some(
    part => withoutLiquid(part).search(foreign) !== -1,
  );
}

function withoutLiquid(template: string): string {
  const parts: string[] = [];
  let at = 0;
  for (const { offset, end } of findLiquid(template)) {
    parts.push(template.slice(at, offset), between);
    at = end;
  }
  return parts.join('') + template.slice(at);
}

/** The template without what is raw, to be searched as a copy. */
export function withoutRaw(template: string): string {
  const parts: string[] = [];
  let at = 0;
  for (const { offset, end, raw } of findLiquid(template)) {
    if (raw === undefined) continue;
    parts.push(template.slice(at, offset), between);
    at = end;
  }
  return parts.join('') + template.slice(at);
}

/** Of tags and outputs, and of the text that is captured. */
function wordsInLiquid(template: string): string {
  const words: string[] = [];
  let captures = 0;
  for (const token of new Tokenizer(template).readTopLevelTokens()) {
    if (TypeGuards.isTagToken(token) && token.name === 'capture') captures += 1;
    if (TypeGuards.isTagToken(token) && token.name === 'endcapture') captures -= 1;
    if (!TypeGuards.isHTMLToken(token) || captures > 0) words.push(token.getText());
  }
  return words.join(between);
}

/** What somebody reads or follows: the words, and the values of four attributes. Compilers write more than that. */
export function readableHtml(html: string): string {
  // What a comment cuts apart stands together for a reader.
  const uncommented = withoutHidden(unemphasized(html), { elements: [], comments: true }, '');
  const shown = withoutHidden(uncommented, { elements: ['style', 'script'], comments: false }, ' ');
  return decodeEntities(replaceTags(shown, valuesOf));
}

function valuesOf(tag: string): string {
  return [...tag.matchAll(/\s(?:href|src|alt|title)\s*=\s*("[^"]*"|'[^']*')/gi)]
    .map(([, value = '']) => ` ${value.slice(1, -1)}`)
    .join('');
}

/** Markdown takes the stars of `*|FNAME|*` for emphasis. */
function unemphasized(html: string): string {
  return html.replaceAll(/<em>(\|[A-Za-z][\w:.-]*\|)<\/em>/g, '*$1*');
}
