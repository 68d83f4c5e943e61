/**
 * What reads as a merge field nobody filled in: the syntax of another program, or what a program prints for nothing.
 * One "Hello *|FNAME|*" to a whole list is what every sender of lists dreads.
 */
import type { CompiledTemplate } from './compile-template.js';
import { decodeEntities } from './html/entities.js';
import { replaceTags, withoutHidden } from './html/strip-markup.js';
import { findLiquid } from './liquid/liquid-protection.js';

/** `%NAME%`, but not the `%C3%A9BAR%20` of a URL. */
const percentField = '%(?![0-9A-F]{2}[A-Z0-9_]*%[0-9A-F]{2})[A-Z][A-Z0-9_]{2,}%';
const patterns = [
  // U+FDD0 begins a mark for a static run (`static-runs.ts`): what follows is not part of the value.
  '\\{\\{[^{}\\n\\ufdd0]{0,60}(?:\\}\\})?',
  '\\*\\|[A-Za-z][\\w:.-]{0,60}\\|\\*',
  percentField,
  '\\{%-?[^%{}\\n\\ufdd0]{1,60}%\\}',
  // As Mailgun writes it.
  '%recipient\\.[\\w.-]{1,60}%',
  // In capitals, and a word that means the reader: [URGENT] is no field.
  '\\[(?:[A-Z_]{0,40}(?:NAME|EMAIL|COMPANY)|FIRST|LAST)\\]',
  '\\[object [A-Z]\\w*\\]',
  '(?<![\\w-])(?:undefined|NaN|Infinity)(?![\\w-])',
];
const leftover = new RegExp(patterns.join('|'), 'g');

/** @returns the first of each kind, as it stands there. */
export function findLeftovers(text: string): readonly string[] {
  leftover.lastIndex = 0;
  const first = new Map<string, string>();
  let last: string | undefined;
  for (let found = leftover.exec(text); found !== null; found = leftover.exec(text)) {
    const [words] = found;
    const kind = leftoverKind(words);
    if (kind === last) continue;
    last = kind;
    const known = first.get(kind);
    // They are told in the order of their last ones.
    if (known !== undefined) first.delete(kind);
    first.set(kind, known ?? words);
  }
  return [...first.values()];
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
    part => withoutLiquid(part).search(leftover) !== -1,
  );
}

function withoutLiquid(template: string): string {
  let words = '';
  let at = 0;
  for (const { offset, end, raw } of findLiquid(template)) {
    words += template.slice(at, offset) + (raw ?? '\ufdd0');
    at = end;
  }
  return words + template.slice(at);
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
