/** The files that HTML shows or loads, wherever it names them: `src`, `srcset`, `background`, `poster`, and `url(…)` in CSS. */
import { readRules, withoutValues } from '../css/css-rules.js';
import { srcsetCandidates } from './srcset.js';
import { type Attribute, type StartTag, startTags } from './start-tags.js';
import { applyEdits, type Edit } from './text-edits.js';

export interface Reference {
  /** As it was written, without quotes. */
  readonly value: string;
  /** Fonts, style sheets, films and pages cannot be attached and shown. */
  readonly isImage: boolean;
}

type Replace = (reference: Reference) => string;

/** Elements of HTML, and of VML for Outlook, whose `src` is an image. */
const images = new Set(['img', 'input', 'v:fill', 'v:image', 'v:imagedata']);
const loaders = new Set(['audio', 'embed', 'frame', 'iframe', 'source', 'track', 'video']);
/** Without quotes no bracket may stand in it. CSS Syntax 3 §4.3.6 */
const cssUrl = /url\(\s*(?:(?:"([^"]*)"|'([^']*)'|&quot;((?:(?!&quot;).)*)&quot;|([^()"'\s]+))\s*)?\)/gi;
const cssImport = /@import\s+(?:"([^"]*)"|'([^']*)')/gi;

/**
 * @returns the HTML with each reference replaced by what the function says; the rest is as it was.
 */
export function replaceReferences(html: string, replace: Replace): string {
  const edits: Edit[] = [];
  for (const tag of startTags(html)) {
    for (const attribute of tag.attributes) {
      const replaced = replaceInAttribute(tag, attribute, replace);
      if (replaced === undefined || replaced === attribute.value) continue;
      const quote = replaced.includes('"') ? "'" : '"';
      const offset = attribute.valueOffset - attribute.quote.length;
      edits.push({ offset, end: attribute.end, text: quote + replaced + quote });
    }
    if (tag.name === 'style' && tag.content !== undefined) {
      const { offset, end } = tag.content;
      edits.push({ offset, end, text: replaceInSheet(html.slice(offset, end), replace) });
    }
  }
  return applyEdits(html, edits);
}

function replaceInAttribute(
  { name: element }: StartTag,
  { name, value }: Attribute,
  replace: Replace,
): string | undefined {
  if (value === undefined) return undefined;
  if (name === 'style') return replaceInCss(value, true, replace);
  if (name === 'background' || name === 'poster') return replace({ value, isImage: true });
  if (name === 'src' && images.has(element)) return replace({ value, isImage: true });
  if (name === 'src' && loaders.has(element)) return replace({ value, isImage: false });
  if (name !== 'srcset') return undefined;
  let replaced = '';
  let end = 0;
  for (const { before, url, after } of srcsetCandidates(value)) {
    replaced += before + replace({ value: url, isImage: true }) + after;
    end += before.length + url.length + after.length;
  }
  return replaced + value.slice(end);
}

function replaceInCss(css: string, isImage: boolean, replace: Replace): string {
  return css.replaceAll(cssUrl, (whole: string, ...groups: (string | undefined)[]) =>
    replaceIn(whole, groups, isImage, replace),
  );
}

/** What is commented out is not loaded, and of at-rules other than conditions none has an image. */
function replaceInSheet(css: string, replace: Replace): string {
  const plain = withoutValues(css);
  const isCommented = (offset: number) => plain[offset] === ' ';
  // Rules and URLs come in their order: none is looked for twice.
  const rules = readRules(css)[Symbol.iterator]();
  let rule = rules.next();
  const isInOther = (offset: number) => {
    while (!rule.done && (rule.value.kind !== 'other' || rule.value.end <= offset)) rule = rules.next();
    return !rule.done && offset > rule.value.offset;
  };
  const replaced = css.replaceAll(cssUrl, (whole: string, ...rest: (string | undefined | number)[]) => {
    const offset = Number(rest[4]);
    if (isCommented(offset)) return whole;
    const isImage = !isInOther(offset) && !isBehindImport(css, offset);
    return replaceIn(whole, rest as (string | undefined)[], isImage, replace);
  });
  if (!/@import/i.test(css)) return replaced;
  for (const [, double, single] of css.matchAll(cssImport))
    replace({ value: double ?? single ?? '', isImage: false });
  return replaced;
}

function isBehindImport(css: string, offset: number): boolean {
  const word = css.slice(Math.max(0, offset - 20), offset).trimEnd();
  return /t$/i.test(word) && /@import$/i.test(word);
}

function replaceIn(
  whole: string,
  groups: readonly (string | undefined)[],
  isImage: boolean,
  replace: Replace,
): string {
  // Behind the groups come the offset and the text.
  const value = groups[0] ?? groups[1] ?? groups[2] ?? groups[3] ?? '';
  const replaced = replace({ value, isImage });
  return replaced === value ? whole : whole.replace(value, () => replaced);
}
