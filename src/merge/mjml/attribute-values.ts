/** Values of attributes as mjml prints them: between double quotes, as they are. */
import type { MarkupAttribute } from '../html/markup-tokens.js';
import { startTags } from '../html/start-tags.js';
import { applyEdits } from '../html/text-edits.js';

/** The first of each name. `true` and `false` are no words for MJML. */
export function valuesOf(
  tagName: string,
  attributes: readonly MarkupAttribute[],
): Readonly<Record<string, string | boolean>> {
  const values = new Map<string, string | boolean>();
  for (const { name, value } of attributes) {
    if (values.has(name)) continue;
    const isWord = value !== 'true' && value !== 'false';
    values.set(name, isWord ? printable(tagName, name, value) : value === 'true');
  }
  return Object.fromEntries(values);
}

function printable(tagName: string, name: string, value: string): string {
  if (tagName === 'mj-selector') return value;
  // In a style attribute, which the inliner of MJML takes apart at each `;` of a `&quot;`.
  if (name === 'font-family') return value.replaceAll(/"|&quot;/g, "'");
  // Images of the template's folder are looked for under their name, however it is written.
  const isOwnImage = name === 'background-url' && !/^\s*(?:[a-z][a-z\d+.-]*:|\/\/)/i.test(value);
  return isOwnImage ? withoutQuotes(value).replaceAll("'", '%27') : withoutQuotes(value);
}

export function withoutQuotes(value: string): string {
  return value.replaceAll('"', '&quot;');
}

/** HTML whose `style` attributes have no `&quot;`: the inliner of MJML takes it apart at its `;`, or fails. */
export function withPlainStyles(html: string): string {
  if (!html.includes('&quot;')) return html;
  const edits = [...startTags(html)]
    .flatMap(({ attributes }) => attributes)
    .flatMap(({ name, value = '', valueOffset }) =>
      name === 'style' && value.includes('&quot;') && !value.includes("'")
        ? [{ offset: valueOffset, end: valueOffset + value.length, text: value.replaceAll('&quot;', "'") }]
        : [],
    );
  return applyEdits(html, edits);
}
