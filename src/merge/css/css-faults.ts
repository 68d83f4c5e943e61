/** What cannot be inlined, or not alike for everybody, and is refused with its place. */
import { Problem } from '../../problem.js';
import { before } from '../../text-scan.js';
import { attributeValue, type StartTag } from '../html/start-tags.js';
import { type ProtectedText, sourceOffset } from '../liquid/liquid-protection.js';
import type { PlaceOf } from '../source-text.js';
import { isStyleSheetLink } from './linked-sheets.js';
import type { SortedSheet, Varying } from './style-sheet.js';

/** What makes a rule mean other elements in other copies. */
export function findVarying(
  tags: readonly StartTag[],
  source: ProtectedText,
  placeOf: PlaceOf,
): { readonly varying: Varying; readonly problems: readonly Problem[] } {
  const names = new Set<string>();
  const problems: Problem[] = [];
  let languages = false;
  for (const { attributes } of tags) {
    const hasTags = attributes.some(({ name }) => source.tokensIn(name).length > 0);
    for (const { name, value = '', offset, valueOffset } of attributes) {
      if (hasTags && /style$/.test(name)) {
        problems.push(
          refuse(
            source,
            placeOf,
            offset,
            'Liquid beside a style attribute cannot be kept where CSS is inlined',
            'Move the Liquid into the value, or write <style data-embed>.',
          ),
        );
      }
      languages ||= /(?:^|\dq)(?:(?:xml:)?lang|dir)$/.test(name) && (hasTags || source.hasLiquid(value));
      if (!/(?:^|\dq)(?:class|id)$/.test(name)) continue;
      const liquid = source.tokensIn(value);
      const output = liquid.find(token => !token.liquid.startsWith('{%'));
      if (output !== undefined) {
        problems.push(
          refuse(
            source,
            placeOf,
            valueOffset,
            `where CSS is inlined, ${output.liquid} cannot be a ${name}`,
            'Write the names out, with {% if %} around each; or write <style data-embed>.',
          ),
        );
      }
      if (!hasTags && liquid.length === 0) continue;
      for (const word of source.withoutTokens(value).split(/\s+/)) if (word !== '') names.add(word);
    }
  }
  const liquidBetween = source
    .tokensIn(betweenTags(source.text, tags))
    .some(({ liquid }) => liquid.startsWith('{%'));
  return { varying: { names, order: liquidBetween, languages }, problems };
}

function betweenTags(text: string, tags: readonly StartTag[]): string {
  let at = 0;
  const parts = tags.map(({ offset, end, content }) => {
    const part = text.slice(at, offset);
    at = content?.end ?? end;
    return part;
  });
  return [...parts, text.slice(at)].join('');
}

const fontHosts = ['use.typekit.net', 'p.typekit.net', 'rsms.me'];

/** Fonts are loaded by the mail clients that can, as by `@import`; rules from elsewhere would be inlined for nobody. */
function isWebFont(href: string): boolean {
  const address = href.trim().toLowerCase();
  if (!/^(?:https:)?\/\//.test(address)) return false;
  const isOfHost = fontHosts.some(host => address.includes(`//${host}/`));
  return isOfHost || before(address, '?').includes('font') || /[?&](?:amp;)?family=/.test(address);
}

/** Links for all but Outlook in a conditional comment are for the reader's client. */
export function findLinks(
  tags: readonly StartTag[],
  source: ProtectedText,
  placeOf: PlaceOf,
): readonly Problem[] {
  return tags
    .filter(
      tag =>
        tag.condition === undefined &&
        isStyleSheetLink(tag) &&
        !isWebFont(attributeValue(tag.attributes, 'href') ?? ''),
    )
    .map(({ offset, attributes }) =>
      refuse(
        source,
        placeOf,
        offset,
        `the style sheet ${source.restore(attributeValue(attributes, 'href') ?? '')} is not read: mail clients would not`,
        'Save it beside the template and link to that file, or copy its rules into a <style>.',
      ),
    );
}

export function findTagsInSheet(
  { content = { offset: 0, end: 0 } }: StartTag,
  source: ProtectedText,
  placeOf: PlaceOf,
): readonly Problem[] {
  const [tag] = source
    .tokensIn(source.text.slice(content.offset, content.end))
    .filter(({ liquid }) => liquid.startsWith('{%'));
  if (tag === undefined) return [];
  const fix = 'Put such rules into a <style data-embed> of their own.';
  return [
    new Problem('template-syntax', `${tag.liquid} cannot stand in a <style> whose rules are inlined`, {
      where: placeOf(tag.offset),
      fix,
    }),
  ];
}

/** In lower case, as the names of declarations are. */
function usedVariables(css: string): readonly string[] {
  return [...css.matchAll(/var\(\s*(--[^\s,()]+)/g)].map(([, name = '']) => name.toLowerCase());
}

/** What is inlined has the value of a variable; one that `@media` sets anew would change nothing. */
export function findVariables(
  sheets: readonly SortedSheet[],
  source: ProtectedText,
  placeOf: PlaceOf,
): readonly Problem[] {
  const set = sheets.flatMap(({ variables }) => [...variables]);
  const used = new Set(sheets.flatMap(({ inlined }) => inlined.flatMap(({ body }) => usedVariables(body))));
  return set
    .filter(([name]) => used.has(name))
    .map(([name, offset]) =>
      refuse(
        source,
        placeOf,
        offset,
        `${name} is set under a condition, and rules that use it are inlined`,
        'Write the values themselves under the condition, or write <style data-embed>.',
      ),
    );
}

function refuse(source: ProtectedText, placeOf: PlaceOf, offset: number, what: string, fix: string): Problem {
  return new Problem('template-syntax', what, { where: placeOf(sourceOffset(source, offset)), fix });
}
