/**
 * The rules of `<style>` elements written onto the elements they mean, since several mail clients read `style`
 * attributes alone. juice decides which rule wins where; here its answer goes into the HTML as it was written, so that
 * nothing else in it changes. The style elements stay: what is in comments for Outlook, and what a condition such as
 * `@media` or `:hover` has to change later, needs them.
 */
import { Problems } from '../../problem.js';
import { attributeValue, type StartTag, startTags } from '../html/start-tags.js';
import { applyEdits, type Edit } from '../html/text-edits.js';
import { type ProtectedText, sourceOffset } from '../liquid/liquid-protection.js';
import { isBalanced } from '../mjml/liquid-blocks.js';
import type { PlaceOf } from '../source-text.js';
import { unusedWord } from '../unused-word.js';
import { findLinks, findTagsInSheet, findVariables, findVarying } from './css-faults.js';
import { readDeclarations } from './css-rules.js';
import { asksForLanguage, languageAttributes } from './element-language.js';
import { printRules } from './selector-weight.js';
import { isReadEverywhere } from './sheet-conditions.js';
import { mayHide } from './showing-rules.js';
import { sortSheet } from './style-sheet.js';

export interface InlinedCss {
  /** With the Liquid still protected. */
  readonly html: string;
  /** Whether rules that are not inlined may hide an element. */
  readonly mayHide: boolean;
}

/**
 * @throws Problems `template-syntax`: style sheets that are elsewhere, and Liquid that nothing can be inlined with.
 */
export async function inlineCss(source: ProtectedText, placeOf: PlaceOf): Promise<InlinedCss> {
  const tags = [...startTags(source.text)];
  const sheets = tags.filter(tag => forceOf(tag, source) === 'always');
  const { varying, problems } = findVarying(tags, source, placeOf);
  const placeIn = (offset: number) => placeOf(sourceOffset(source, offset));
  const sort = ({ content = { offset: 0, end: 0 } }: StartTag, isConditional: boolean) => {
    const css = source.text.slice(content.offset, content.end);
    return sortSheet(css, content.offset, varying, placeIn, isConditional);
  };
  const always = sheets.map(sheet => sort(sheet, false));
  const css = printRules(always.flatMap(({ inlined }) => inlined));
  // With nothing inlined a condition has nothing to win over.
  const conditional = css.trim() === '' ? [] : tags.filter(tag => forceOf(tag, source) === 'sometimes');
  const sorted = [...always, ...conditional.map(sheet => sort(sheet, true))];
  const refused = [
    ...findLinks(tags, source, placeOf),
    ...(sheets.length === 0 ? [] : problems),
    ...[...sheets, ...conditional].flatMap(sheet => findTagsInSheet(sheet, source, placeOf)),
    ...findVariables(sorted, source, placeOf),
  ];
  if (refused.length > 0) throw new Problems(refused);
  const styles = css.trim() === '' ? new Map<number, string>() : await computeStyles(source.text, tags, css);
  const html = applyEdits(source.text, [
    ...sorted.flatMap(({ edits }) => edits),
    ...tags.flatMap((tag, index) => styleEdit(tag, styles.get(index))),
    ...tags.flatMap(embedEdit),
  ]);
  const embedded = tags.filter(tag => tag.name === 'style' && forceOf(tag, source) === 'never');
  const mayHideSome =
    sorted.some(sheet => sheet.mayHide) ||
    embedded.some(({ content }) => mayHide(source.text.slice(content?.offset, content?.end)));
  return { html, mayHide: mayHideSome };
}

/** A sheet with `data-embed`, or in a conditional comment, is left as it is. One that Liquid decides about is in some copies. */
function forceOf(
  { name, attributes, condition, offset }: StartTag,
  source: ProtectedText,
): 'always' | 'sometimes' | 'never' {
  const isEmbedded = attributes.some(attribute => attribute.name === 'data-embed');
  if (name !== 'style' || condition !== undefined || isEmbedded) return 'never';
  if (!isBalanced(source.tokensIn(source.text.slice(0, offset)))) return 'sometimes';
  return isReadEverywhere(attributeValue(attributes, 'media') ?? '') ? 'always' : 'sometimes';
}

/** As long to load as all the rest of compiling a template. */
export async function loadJuice() {
  return (await import('juice/client.js')).default;
}

/** Each tag goes through juice with a number and without its own style, which stays where it is. */
async function computeStyles(
  text: string,
  tags: readonly StartTag[],
  css: string,
): Promise<ReadonlyMap<number, string>> {
  const juice = await loadJuice();
  const mark = unusedWord(text, 'data-zqtag');
  const languages = asksForLanguage(css) ? await languageAttributes(text) : new Map<number, string>();
  const numbered = applyEdits(
    text,
    tags.flatMap((tag, index) => {
      if (tag.condition === 'outlook') return [];
      const own = tag.attributes.filter(({ name }) => name === 'style');
      const at = tag.attributes.at(-1)?.end ?? tag.offset + 1 + tag.name.length;
      return [
        ...own.map(({ offset, end }) => ({ offset, end, text: '' })),
        { offset: at, end: at, text: `${languages.get(tag.offset) ?? ''} ${mark}="${index}"` },
      ];
    }),
  );
  const inlined = juice.inlineContent(numbered, css, {
    preserveImportant: true,
    applyWidthAttributes: false,
    applyHeightAttributes: false,
    applyAttributesTableElements: false,
    resolveCSSVariables: true,
  });
  const found = [...inlined.matchAll(markedStyle)].filter(([, written]) => written === mark);
  return new Map(found.map(([, , index, style = '']) => [Number(index), style]));
}

const markedStyle = /(data-zqtag[a-z]*)="(\d+)" style="([^"]*)"/g;

/** The element's own declarations win over the rules, and important rules over both. CSS Cascade 4 §6.1 */
function styleEdit(tag: StartTag, style: string | undefined): readonly Edit[] {
  if (style === undefined) return [];
  const rules = readDeclarations(style);
  const texts = (isImportant: boolean) =>
    rules
      .filter(rule => rule.isImportant === isImportant)
      .map(({ text }) => encode(text.replace(/!\s*important$/i, '').trimEnd()));
  const own = tag.attributes.find(({ name }) => name === 'style');
  const written = own?.value?.trim().replace(/;$/, '') ?? '';
  const value = [...texts(false), ...(written === '' ? [] : [written]), ...texts(true)].join('; ');
  if (own === undefined) {
    const at = tag.attributes.at(-1)?.end ?? tag.offset + 1 + tag.name.length;
    return [{ offset: at, end: at, text: ` style="${value}"` }];
  }
  return [{ offset: own.offset, end: own.end, text: `style="${value.replaceAll('"', '&quot;')}"` }];
}

function encode(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
}

/** The attribute is for us alone. */
function embedEdit({ name, attributes }: StartTag): readonly Edit[] {
  return name !== 'style'
    ? []
    : attributes
        .filter(attribute => attribute.name === 'data-embed')
        .map(({ offset, end }) => ({ offset: offset - 1, end, text: '' }));
}
