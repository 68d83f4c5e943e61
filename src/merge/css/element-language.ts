/**
 * `:lang()` and `:dir()` mean elements by their language and direction, which an element takes over from the one around it. They are
 * no states of a reader's program, so their rules are inlined; no library knows them, so each element says both in attributes.
 */
import { type HtmlElement, type HtmlNode, loadHtmlParser } from '../html/dom.js';

const attributes = { language: 'data-zqlang', direction: 'data-zqdir' };
const languageSelector = /:lang\(\s{0,9}(["']?)([a-z\d-]{1,99})\1\s{0,9}\)/gi;
const directionSelector = /:dir\(\s*(ltr|rtl)\s*\)/gi;

/** A selector with the attributes in their place. They weigh as much. Selectors 4 §17 */
export function withLanguageAttributes(selector: string): string {
  return selector
    .replaceAll(
      languageSelector,
      (_, __, range: string) => `[${attributes.language}|="${range.toLowerCase()}"]`,
    )
    .replaceAll(directionSelector, (_, side: string) => `[${attributes.direction}="${side.toLowerCase()}"]`);
}

export function asksForLanguage(css: string): boolean {
  return css.includes(attributes.language) || css.includes(attributes.direction);
}

/** @returns the attributes of each element, with a blank before them, by the place where it begins. */
export async function languageAttributes(html: string): Promise<ReadonlyMap<number, string>> {
  const parse = await loadHtmlParser();
  const found = new Map<number, string>();
  const read = (nodes: readonly HtmlNode[], outer: Language) => {
    for (const node of nodes) {
      if (!('attribs' in node)) continue;
      const inner = languageOf(node, outer);
      found.set(node.startIndex ?? 0, printed(inner));
      read(node.children, inner);
    }
  };
  // Without an attribute a page reads from left to right. HTML §3.2.6.4
  read(parse(html).children, { language: undefined, direction: 'ltr' });
  return found;
}

interface Language {
  readonly language: string | undefined;
  /** Undefined with `dir="auto"`: the words decide. */
  readonly direction: string | undefined;
}

function languageOf({ attribs }: HtmlElement, outer: Language): Language {
  const language = attribs['lang'] ?? attribs['xml:lang'];
  const direction = attribs['dir']?.toLowerCase();
  return {
    language: language === undefined ? outer.language : language.toLowerCase(),
    direction: direction === undefined ? outer.direction : direction === 'auto' ? undefined : direction,
  };
}

function printed({ language, direction }: Language): string {
  const own =
    language === undefined || !/^[a-z\d-]+$/.test(language) ? '' : ` ${attributes.language}="${language}"`;
  return direction === undefined || !/^(?:ltr|rtl)$/.test(direction)
    ? own
    : `${own} ${attributes.direction}="${direction}"`;
}
