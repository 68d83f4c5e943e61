/** The text part of a compiled HTML document: its words as lines, and its Liquid between them. */
import { Problem } from '../problem.js';
import { readShownElements } from './css/shown-elements.js';
import { loadHtmlParser } from './html/dom.js';
import type { LiquidToken, ProtectedText } from './liquid/liquid-protection.js';
import { isControl, tagName } from './liquid/liquid-tags.js';
import type { TextWords } from './liquid/text-words.js';
import type { PageLanguage } from './page-language.js';
import { layOut } from './page-layout.js';
import type { PlaceOf } from './source-text.js';
import { foldCaptures } from './text-captures.js';
import { loadLayout } from './text-layout.js';
import { joinTagLines } from './text-lines.js';
import type { TextNode } from './text-node.js';
import { joinCells } from './text-tables.js';
import { readTextTree, type TextTree } from './text-tree.js';

let textWriter: ReturnType<typeof loadBoth> | undefined;

/** Loaded once, and for templates alone. */
export function loadTextWriter() {
  textWriter ??= loadBoth();
  return textWriter;
}

function loadBoth() {
  return Promise.all([loadHtmlParser(), loadLayout()]);
}

/**
 * Links as `text <url>`, images as their `alt`, tables as lines (so never the pixel), nothing that is hidden from readers of the HTML.
 * @param html compiled, with the Liquid of `source` still protected.
 * @param mayHide whether a style sheet in it may hide an element.
 * @returns Liquid for the text part, in which white space is as it is to be.
 * @throws Problem `template-syntax` for tags that decide in the HTML about something the text part cannot follow.
 */
export async function textFromHtml(
  { html, mayHide }: { readonly html: string; readonly mayHide: boolean },
  source: ProtectedText,
  placeOf: PlaceOf,
): Promise<string> {
  const [parse, layOutTree] = await loadTextWriter();
  const document = parse(html);
  const elements = mayHide ? await readShownElements(html, document, source) : undefined;
  const tree = readTextTree({ html, document, elements }, source, parse);
  refuseUnfollowed(tree, html, source, placeOf);
  const print = (nodes: readonly TextNode[]) =>
    withLiteralBraces(joinTagLines(layOutTree(nodes).trimEnd(), tree.words), tree.words);
  if (tree.seen.some(({ liquid }) => tagName(liquid) === 'capture'))
    foldCaptures(tree.root, tree.words, print);
  joinCells(tree.root, tree.words, tree.newVariable);
  const text = print(tree.root.children);
  refuseLost(text, tree, source, placeOf);
  return tree.words.restore(text);
}

const ownText = 'or write the text part yourself, into a .txt of the same name beside the template.';

function refuseUnfollowed(
  { split, unreadable, seen }: TextTree,
  html: string,
  source: ProtectedText,
  placeOf: PlaceOf,
): void {
  if (split !== undefined) {
    const { tag, where, opener, openerWhere } = split;
    if (where === openerWhere) {
      const other = where.replace(/^an? /, '');
      throw refuse(
        `${tag.liquid} stands in another ${other} than its ${opener.liquid}: what is captured would be half of each`,
        tag,
        `Put both into one, or between elements; ${ownText}`,
        placeOf,
      );
    }
    throw refuse(
      `${tag.liquid} stands in ${where}, and its ${opener.liquid} in ${openerWhere}: some readers would see more than others`,
      tag,
      `Put both into the same kind of place; ${ownText}`,
      placeOf,
    );
  }
  if (unreadable !== undefined) {
    throw refuse(
      `${unreadable.liquid} decides whether an element is hidden, and the text part cannot follow the Liquid in it`,
      unreadable,
      `Put the condition around the whole element; ${ownText}`,
      placeOf,
    );
  }
  const tags = source.tokensIn(html).filter(isControl);
  const read = seen.filter(isControl);
  const unread = tags.find((tag, index) => tag !== read[index]);
  if (unread !== undefined) throw refuseUnread(unread, placeOf);
}

/** The layout keeps every tag in its order; should it not, nobody gets words that are not theirs. */
function refuseLost(text: string, tree: TextTree, source: ProtectedText, placeOf: PlaceOf): void {
  const inAttributes = new Set<string>();
  const wanted: string[] = [];
  const addAttribute = (value: unknown) => {
    if (typeof value !== 'string' || !source.hasLiquid(value)) return;
    for (const word of wordsIn(value, source)) inAttributes.add(word);
  };
  const walk = (node: TextNode) => {
    if (node.word !== undefined && !node.word.isDropped) wanted.push(node.word.text);
    if (node.type === 'text') return;
    addAttribute(node.attribs?.['href']);
    addAttribute(node.attribs?.['alt']);
    for (const child of node.children) walk(child);
  };
  walk(tree.root);
  const found = wordsIn(text, source).filter(word => !inAttributes.has(word) && !tree.words.isBrace(word));
  const ordered = wanted.filter(word => !inAttributes.has(word));
  const index = ordered.findIndex((word, place) => word !== found[place]);
  if (index === -1 && ordered.length === found.length) return;
  const [token] = source.tokensIn(ordered.slice(Math.max(0, index)).join(' '));
  throw refuseUnread(token ?? (source.tokens[0] as LiquidToken), placeOf);
}

function wordsIn(text: string, source: ProtectedText): readonly string[] {
  const words: string[] = [];
  source.replaceWords(text, word => {
    words.push(word);
    return word;
  });
  return words;
}

function refuseUnread(token: LiquidToken, placeOf: PlaceOf): Problem {
  const what = `${token.liquid} stands where the text part cannot follow it`;
  return refuse(what, token, `Move it between elements, or into a text; ${ownText}`, placeOf);
}

function refuse(what: string, { offset }: LiquidToken, fix: string, placeOf: PlaceOf): Problem {
  return new Problem('template-syntax', what, { where: placeOf(offset), fix });
}

/** Braces that the HTML has as words, `&#123;&#123;`, are words here too. */
function withLiteralBraces(text: string, words: TextWords): string {
  return text.replace(/\{(?=[{%]|zqliquid)/g, () => words.brace().text);
}

/** The HTML part of a plain text template: the same words, so that the copy can carry a pixel. */
export function htmlFromText(source: ProtectedText, language?: PageLanguage): string {
  const escaped = source.text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .trimEnd();
  return layOut(`<div style="white-space:pre-wrap">${escaped}</div>\n`, language);
}
