/**
 * What reads as a merge field nobody filled in: the syntax of another program, or a word that programs print for nothing.
 * One "Hello *|FNAME|*" to a whole list is what every sender of lists dreads. Such a word is a leftover where a field wrote it: "the
 * Infinity pool" of the template is meant, and so is everything in `{% raw %}`.
 */
import type { CompiledTemplate } from './compile-template.js';
import { foreignFields, foreignForm, unsubscribeWords } from './foreign-fields.js';
import { decodeEntities } from './html/entities.js';
import { replaceTags, withoutHidden } from './html/strip-markup.js';
import { findLiquid } from './liquid/liquid-protection.js';

/** A character that no pattern goes over. */
const between = '\ufdd0';

const nothing = /\[object [A-Z]\w{0,60}\]|(?<![\w-])(?:undefined|NaN|Infinity)(?![\w-])/g;

/**
 * Of what a field wrote.
 * @param isMeant of words that look like it and are to be read.
 * @returns the first of each kind, as it stands there.
 */
export function findLeftovers(
  text: string,
  isMeant: (words: string) => boolean = () => false,
): readonly string[] {
  return mayLeave.test(text) ? firstInEach(patterns, text, isMeant) : [];
}

const patterns = [...foreignFields, nothing];
/** Every leftover has one of these signs or words, and hardly any value of a list has: each copy is searched for them first. */
const mayLeave = /[{%$[«#]|[*_]\||::|<[<?/]|@[Mif]|-[a-z_ .]{3,30}-|\(\(|undefined|NaN|Infinity/;

/** More merge fields than this nobody replaces one by one. */
const fieldsTold = 20;

/** Of what the template says: each once, the first twenty. */
export function findForeignSyntax(text: string): readonly string[] {
  const found = new Map<string, number>();
  for (const pattern of foreignFields) {
    for (const { 0: words, index } of text.matchAll(pattern)) {
      if (found.size < fieldsTold && !found.has(words)) found.set(words, index);
    }
  }
  return [...found].sort(([, one], [, other]) => one - other).map(([words]) => words);
}

/** What the author put into values: words in tags and in `{% capture %}`, and everything that is raw. */
export function meantWords({ subject, html = '', text }: CompiledTemplate): ReadonlySet<string> {
  const meant = new Set<string>();
  const addAll = (words: string, pattern: RegExp) => {
    for (const [found] of words.matchAll(pattern)) meant.add(found);
  };
  for (const part of [subject, html, text]) {
    // Joined, since to begin a search takes longer than most raw blocks have words.
    let raws = '';
    for (const { raw } of findLiquid(part)) if (raw !== undefined) raws += raw + between;
    if (raws !== '') for (const pattern of patterns) addAll(raws, pattern);
    if (mayHaveNothing(part)) addAll(wordsInLiquid(part), nothing);
  }
  // The words of a link that is there.
  if ([html, text].some(part => part.includes('unsubscribe_url')))
    for (const part of [html, text]) addAll(part, unsubscribeWords);
  return meant;
}

/** Whether `nothing` may be found: to search for words without an expression takes a tenth of the time. */
function mayHaveNothing(part: string): boolean {
  return ['[object ', 'undefined', 'NaN', 'Infinity'].some(word => part.includes(word));
}

function firstInEach(
  patterns: readonly RegExp[],
  text: string,
  isMeant: (words: string) => boolean,
): readonly string[] {
  const first = new Map<string, string>();
  for (const pattern of patterns) {
    let last: string | undefined;
    pattern.lastIndex = 0;
    for (let found = pattern.exec(text); found !== null; found = pattern.exec(text)) {
      const [words] = found;
      const kind = leftoverKind(words);
      if (kind === last || isMeant(words)) continue;
      if (words === 'Infinity' && isAmongWords(text, found.index)) continue;
      last = kind;
      const known = first.get(kind);
      // They are told in the order of their last ones.
      if (known !== undefined) first.delete(kind);
      first.set(kind, known ?? words);
    }
  }
  return [...first.values()];
}

/** As far as one looks for other words of a value. */
const reach = 40;

/** "The Infinity pool": a number that is none has no letters beside it. */
function isAmongWords(text: string, at: number): boolean {
  const hasLetters = (part: string) => /\p{L}/u.test(part);
  const before =
    text
      .slice(Math.max(0, at - reach), at)
      .split(/[\n\ufdd0\ufdd1]/)
      .at(-1) ?? '';
  const end = at + 'Infinity'.length;
  const after = text.slice(end, end + reach).split(/[\n\ufdd0\ufdd1]/, 1)[0] ?? '';
  return hasLetters(before) || hasLetters(after);
}

export function firstOfEachKind(found: readonly string[]): readonly string[] {
  if (found.length < 2) return found;
  return [...new Map(found.toReversed().map(words => [leftoverKind(words), words])).values()].reverse();
}

/** Which of the forms it has, so that a thousand of a kind can be told as one. */
export function leftoverKind(text: string): string {
  return foreignForm(text) ?? text;
}

/** Whether the words of the template itself have any, in some branch: then each copy has to be read whole. */
export function mayLeaveOver({ subject, html, text }: CompiledTemplate): boolean {
  return [subject, text, decodeEntities(unemphasized(html ?? ''))].some(part => {
    const words = withoutLiquid(part);
    return foreignFields.some(pattern => words.search(pattern) !== -1);
  });
}

function withoutLiquid(template: string): string {
  let words = '';
  let at = 0;
  for (const { offset, end } of findLiquid(template)) {
    words += template.slice(at, offset) + between;
    at = end;
  }
  return words + template.slice(at);
}

/** The template without what is raw, to be searched as a copy. */
export function withoutRaw(template: string): string {
  let words = '';
  let at = 0;
  for (const { offset, end, raw } of findLiquid(template)) {
    if (raw === undefined) continue;
    words += template.slice(at, offset) + between;
    at = end;
  }
  return words + template.slice(at);
}

/** Of tags and outputs, and of the text that is captured. */
function wordsInLiquid(template: string): string {
  let words = '';
  let captures = 0;
  let at = 0;
  for (const { offset, end } of findLiquid(template)) {
    if (captures > 0) words += template.slice(at, offset) + between;
    captureTag.lastIndex = offset;
    const capture = captureTag.exec(template);
    if (capture !== null) captures += capture[1] === undefined ? 1 : -1;
    words += template.slice(offset, end) + between;
    at = end;
  }
  return words;
}

const captureTag = /\{%-?\s*(end)?capture\b/y;

/** What somebody reads or follows: the words, and the values of four attributes. Compilers write more than that. */
export function readableHtml(html: string): string {
  // What a comment cuts apart stands together for a reader.
  const uncommented = withoutHidden(
    unemphasized(withoutElements(html)),
    { elements: [], comments: true },
    '',
  );
  const shown = withoutHidden(uncommented, { elements: ['style', 'script'], comments: false }, ' ');
  return decodeEntities(replaceTags(shown, valuesOf));
}

function valuesOf(tag: string): string {
  return [...tag.matchAll(/\s(?:href|src|alt|title)\s*=\s*("[^"]*"|'[^']*')/gi)]
    .map(([, value = '']) => ` ${value.slice(1, -1)}`)
    .join('');
}

/** `<<Name>>` is read as an element between two signs. */
function withoutElements(html: string): string {
  return html.replaceAll(/(?:<|&lt;)<([A-Za-z][\w .-]{0,40})>(?:>|&gt;)/g, '&lt;&lt;$1&gt;&gt;');
}

/** Markdown takes the stars of `*|FNAME|*` for emphasis. */
function unemphasized(html: string): string {
  return html.replaceAll(/<em>(\|[A-Za-z][\w:.-]*\|)<\/em>/g, '*$1*');
}
