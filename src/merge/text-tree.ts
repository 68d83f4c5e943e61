/**
 * A compiled HTML document as its readers see it, for the text part: what is shown gives its words, what is not (comments,
 * styles, hidden elements, attributes) gives its Liquid tags alone. So both parts come from one sequence of tags, and what
 * decides about the HTML decides about the text.
 */
import type { DomNode } from 'html-to-text';
import { type AttributePart, attributeParts, attributeValueOf, plainParts } from './html/attribute-parts.js';
import type { HtmlElement, HtmlNode, ParseHtml } from './html/dom.js';
import { hasNoLetters, isBlock, isSpacer, type Visibility, visibilityOf } from './html/visibility.js';
import type { LiquidToken, ProtectedText } from './liquid/liquid-protection.js';
import { isStateful, roleOf, tagName } from './liquid/liquid-tags.js';
import { areWhole, type SplitTag, TagPlaces } from './liquid/tag-places.js';
import { TextWords, type Word } from './liquid/text-words.js';
import { layoutName } from './text-names.js';
import { unusedWord } from './unused-word.js';

/** Of what is shown. A piece of Liquid is a text of its own. */
export interface TextNode extends DomNode {
  readonly word?: Word;
  children: TextNode[];
}

export interface TextTree {
  readonly root: TextNode;
  readonly words: TextWords;
  /** All Liquid of the document in its order, however often it stands there. */
  readonly seen: readonly LiquidToken[];
  readonly split: SplitTag | undefined;
  /** Liquid in an element of which Liquid says whether it is shown. */
  readonly unreadable: LiquidToken | undefined;
  /** For values of our own: no template has that name. */
  readonly newVariable: () => string;
}

/** Where a node stands. */
interface Surroundings {
  readonly where: string;
  readonly isShown: boolean;
  /** By `visibility`, which an element inside can take back. */
  readonly isInvisible?: boolean;
}

const shown: Surroundings = { where: 'the text', isShown: true };
const inAttribute: Surroundings = { where: 'an attribute', isShown: false };
const inTag: Surroundings = { where: 'a tag', isShown: false };

/** Elements whose content is for programs. */
const unread = new Set(['title', 'template', 'datalist', 'iframe', 'noembed', 'noframes', 'rp']);
/** Content without words of its own. */
const contentElements = new Set(['td', 'th', 'li', 'hr', 'br']);
const inlineElements = new Set(
  'a abbr b bdi bdo big cite code del dfn em font i ins kbd label mark q s samp small span strike strong sub sup time tt u var'.split(
    ' ',
  ),
);
/** Between their children no space is shown. */
const spaceless = new Set(['table', 'thead', 'tbody', 'tfoot', 'tr', 'ul', 'ol']);
const pixel = /^\{\{-?\s*pixel\s*-?\}\}$/;

export function readTextTree(html: string, source: ProtectedText, parse: ParseHtml): TextTree {
  const reader = new TextTreeReader(html, source, parse);
  return reader.read();
}

class TextTreeReader {
  readonly #html: string;
  readonly #tokens: ReturnType<ProtectedText['places']>;
  readonly #source: ProtectedText;
  readonly #parse: ParseHtml;
  readonly #words: TextWords;
  readonly #places = new TagPlaces();
  readonly #seen: LiquidToken[] = [];
  /** What is to be done when it is known which words are left out. */
  readonly #later: (() => void)[] = [];
  /** What is captured is a value, wherever it is written. */
  #captures = 0;
  /** Nodes are not of the document, and its offsets are not theirs. */
  #isFragment = false;
  #unreadable: LiquidToken | undefined;
  #linkVariable: string | undefined;
  #variables = 0;
  readonly #variablePrefix: () => string;

  constructor(html: string, source: ProtectedText, parse: ParseHtml) {
    this.#html = html;
    this.#tokens = source.places(html);
    this.#source = source;
    this.#parse = parse;
    this.#words = new TextWords(source);
    let prefix: string | undefined;
    this.#variablePrefix = () => (prefix ??= unusedWord(source.restore(html), 'zqvalue'));
  }

  read(): TextTree {
    const root: TextNode = { type: 'tag', name: 'document', attribs: {}, children: [] };
    this.#readAll(this.#parse(this.#html).children, root, shown);
    this.#words.dropEmptyBlocks();
    for (const finish of this.#later) finish();
    return {
      root,
      words: this.#words,
      seen: this.#seen,
      split: this.#places.split,
      unreadable: this.#unreadable,
      newVariable: () => this.#newVariable(),
    };
  }

  #readAll(nodes: readonly HtmlNode[], parent: TextNode, around: Surroundings): void {
    for (const node of nodes) this.#read(node, parent, around);
  }

  #read(node: HtmlNode, parent: TextNode, around: Surroundings): void {
    if ('attribs' in node) this.#readElement(node, parent, around);
    else if (node.type === 'text') this.#readText(node.data, parent, around);
    else if ('data' in node) this.#readText(node.data, parent, { where: 'a comment', isShown: false });
    else this.#readAll(node.children, parent, { where: 'a comment', isShown: false });
  }

  /** A `-` eats the blanks beside it, as far as this text goes: line ends of the text part are none of them. */
  #readText(text: string, parent: TextNode, around: Surroundings): void {
    if (!this.#source.hasLiquid(text) && !this.#isShown(around)) return;
    const pieces = this.#source.split(text);
    for (const [index, piece] of pieces.entries()) {
      if (typeof piece !== 'string') this.#readLiquid(piece, parent, around);
      else if (this.#isShown(around)) {
        const words = trimmed(piece, pieces[index - 1], pieces[index + 1]);
        // In a comment or a style it is a text to the parser, and an element where it is printed.
        if (!around.isShown && words.includes('<')) this.#readFragment(words, parent);
        else this.#addText(spaced(words), parent);
      }
    }
  }

  /** Of HTML that stands where the parser saw none. */
  #readFragment(html: string, parent: TextNode): void {
    const isInner = this.#isFragment;
    this.#isFragment = true;
    this.#readAll(this.#parse(html).children, parent, shown);
    this.#isFragment = isInner;
  }

  #isShown({ isShown }: Surroundings): boolean {
    return isShown || this.#captures > 0;
  }

  #addText(data: string, parent: TextNode): void {
    if (data === '') return;
    if (data.trim() !== '') this.#words.addContent();
    else if (spaceless.has(parent.name ?? '')) return;
    parent.children.push({ type: 'text', data, parent, children: [] });
  }

  #addWord(word: Word, parent: TextNode): void {
    const node = { type: 'text', data: word.text, word, parent, children: [] };
    parent.children.push(node);
    this.#later.push(() => {
      if (word.isDropped) node.data = '';
    });
  }

  #readLiquid(token: LiquidToken, parent: TextNode, around: Surroundings): void {
    this.#see(token, around);
    this.#addLiquid(token, parent, around);
  }

  #see(token: LiquidToken, { where }: Surroundings): void {
    this.#seen.push(token);
    this.#places.meet(token, where);
  }

  #addLiquid(token: LiquidToken, parent: TextNode, around: Surroundings): void {
    const role = roleOf(token);
    const name = tagName(token.liquid);
    if (name === 'endcapture') this.#captures -= 1;
    const isShown = this.#isShown(around);
    if (name === 'capture') this.#captures += 1;
    if (role === 'comment' || pixel.test(token.liquid)) return;
    if (role === 'raw') {
      if (isShown) this.#readFragment(contentOfRaw(token), parent);
    } else if (role === 'output') {
      if (isShown) this.#addWord(this.#words.take(token), parent);
    } else if (role === 'counts' && !isShown) {
      // It counts, and what it prints nobody sees.
      const counted = `{% capture ${this.#newVariable()} %}${this.#source.restore(token.token)}{% endcapture %}`;
      this.#addWord(this.#words.make(counted, 'sets', true), parent);
    } else {
      this.#addWord(this.#words.take(token), parent);
    }
  }

  #readElement(element: HtmlElement, parent: TextNode, around: Surroundings): void {
    const parts = this.#hasLiquidInTag(element)
      ? attributeParts(element, this.#html, this.#source)
      : plainParts(element);
    for (const { name, value } of parts)
      for (const token of this.#source.tokensIn(value)) this.#see(token, name === '' ? inTag : inAttribute);
    if (element.type === 'script' || element.type === 'style' || unread.has(element.name)) {
      this.#addTags(parts, parent);
      this.#readAll(element.children, parent, { where: `<${element.name}>`, isShown: false });
      return;
    }
    const hiding = this.#isShown(around) ? this.#hidingOf(element, parts) : undefined;
    if (hiding !== undefined) this.#readUnderCondition(element, parts, hiding, parent, around);
    else this.#readPlain(element, parts, parent, around);
  }

  #readPlain(
    element: HtmlElement,
    parts: readonly AttributePart[],
    parent: TextNode,
    around: Surroundings,
  ): void {
    const inside = this.#surroundingsIn(parts, around);
    if (!this.#isShown(inside)) {
      this.#addTags(parts, parent);
      this.#readAll(element.children, parent, inside);
      return;
    }
    const style = this.#styleOf(parts);
    const isLine = inlineElements.has(element.name) && isBlock(style);
    const place = isLine ? addElement(parent, 'line') : parent;
    if (element.name === 'img') this.#addImage(parts, place);
    else if (element.name === 'a' || element.name === 'area') this.#addLink(element, parts, place, inside);
    else {
      this.#addTags(parts, place);
      if (contentElements.has(element.name)) this.#words.addContent();
      const node = addElement(place, nameIn(parent, element.name), keptAttributes(element));
      const isEmptied = element.children.every(child => child.type === 'text') && hasNoLetters(style);
      this.#readAll(element.children, node, isEmptied ? { ...inside, isShown: false } : inside);
    }
  }

  #styleOf(parts: readonly AttributePart[]): string {
    return parts
      .filter(({ name }) => name === 'style')
      .map(({ value }) => value)
      .join(';');
  }

  #surroundingsIn(parts: readonly AttributePart[], around: Surroundings): Surroundings {
    const visibility = this.#settledVisibility(parts);
    const hidden = { where: 'a hidden element', isShown: false };
    if (visibility === 'visible-again' && around.isInvisible) return shown;
    if (!around.isShown) return around;
    if (visibility === 'hidden') return hidden;
    return visibility === 'invisible' ? { ...hidden, isInvisible: true } : around;
  }

  /** As far as it is the same in every copy. */
  #settledVisibility(parts: readonly AttributePart[]): Visibility {
    if (parts.length === 0) return 'shown';
    let depth = 0;
    let settled = '';
    for (const piece of this.#source.split(hidingStyle(parts))) {
      const role = typeof piece === 'string' ? 'raw' : roleOf(piece);
      if (role === 'opens') depth += 1;
      else if (role === 'ends') depth -= 1;
      else if (depth === 0) settled += typeof piece === 'string' ? piece : '';
    }
    return visibilityOf(settled);
  }

  /** Of attributes that nobody reads, the tags alone. */
  #addTags(parts: readonly AttributePart[], parent: TextNode, except = ''): void {
    const others = parts.filter(({ name }) => except === '' || (name !== '' && name !== except));
    for (const { name, value } of others) {
      const pieces = this.#source.split(value);
      for (const [index, piece] of pieces.entries()) {
        if (typeof piece !== 'string') this.#addLiquid(piece, parent, name === '' ? inTag : inAttribute);
        else if (this.#captures > 0)
          this.#addText(trimmed(piece, pieces[index - 1], pieces[index + 1]), parent);
      }
    }
  }

  #addImage(parts: readonly AttributePart[], parent: TextNode): void {
    const alt = attributeValueOf(parts, 'alt');
    this.#addTags(parts, parent, alt === undefined ? '' : 'alt');
    const value = alt === undefined ? [] : this.#readValue(alt, parent);
    this.#setAttribute(addElement(parent, 'img'), 'alt', value);
  }

  #addLink(
    element: HtmlElement,
    parts: readonly AttributePart[],
    parent: TextNode,
    around: Surroundings,
  ): void {
    const href = attributeValueOf(parts, 'href');
    this.#addTags(parts, parent, href === undefined ? '' : 'href');
    const inside = this.#tokensInside(element, parts);
    const value = href === undefined ? [] : this.#readValue(href, parent);
    const isLinkForAll = areWhole(inside) && !mayBeBlank(value);
    const isLinkHere = href === undefined || isLinkForAll;
    if (!isLinkHere) this.#keepLink(value, parent);
    const node = addElement(parent, isLinkHere ? 'a' : 'span');
    if (isLinkHere) this.#setAttribute(node, 'href', value);
    if (element.name === 'area') this.#addArea(parts, node);
    if (isLinkHere) {
      this.#readAll(element.children, node, around);
      // Nobody can follow a link of nothing.
      this.#later.push(() => {
        if (!hasContent(node)) node.attribs = {};
        else if (!hasWords(node)) setApart(node);
      });
      return;
    }
    this.#readAll(element.children, node, around);
    if (!/<\/a\s*>$/i.test(this.#html.slice(element.startIndex ?? 0, (element.endIndex ?? 0) + 1))) return;
    const name = this.#linkVariable;
    const print = `{% if ${name} != blank %} <{{ ${name} }}>{% assign ${name} = "" %}{% endif %}`;
    this.#addWord(this.#words.make(print, 'counts', false), node);
  }

  /** Where it leads is known when the copy is made, and is said at its end, wherever that is. */
  #keepLink(value: readonly (string | Word)[], parent: TextNode): void {
    this.#linkVariable ??= this.#newVariable();
    const liquid = value.map(part => (typeof part === 'string' ? part : part.liquid)).join('');
    const kept = `{% capture ${this.#linkVariable} %}${liquid}{% endcapture %}`;
    for (const part of value) if (typeof part !== 'string') part.isDropped = true;
    this.#addWord(this.#words.make(kept, 'sets', true), parent);
  }

  /** A part of an image that is a link has words of its own. */
  #addArea(parts: readonly AttributePart[], node: TextNode): void {
    for (const part of this.#readValue(attributeValueOf(parts, 'alt') ?? '', node)) {
      if (typeof part === 'string') this.#addText(part, node);
      else this.#addWord(part, node);
    }
  }

  #setAttribute(node: TextNode, name: string, value: readonly (string | Word)[]): void {
    const join = () =>
      value.map(part => (typeof part === 'string' ? part : part.isDropped ? '' : part.text)).join('');
    this.#later.push(() => {
      node.attribs[name] = join();
    });
    node.attribs[name] = join();
  }

  /** Of an attribute that is read out. What changes values does so where the element begins, not where its value is printed. */
  #readValue(value: string, parent: TextNode): readonly (string | Word)[] {
    const pieces = this.#source.split(value);
    const read = pieces.flatMap((piece, index): readonly (string | Word)[] => {
      if (typeof piece === 'string') {
        if (piece.trim() !== '') this.#words.addContent();
        return [trimmed(piece, pieces[index - 1], pieces[index + 1])];
      }
      if (roleOf(piece) === 'raw') return [contentOfRaw(piece)];
      return roleOf(piece) === 'comment' || pixel.test(piece.liquid) ? [] : [this.#words.take(piece)];
    });
    if (!pieces.some(piece => typeof piece !== 'string' && isStateful(piece))) return read;
    const name = this.#newVariable();
    const liquid = read.map(part => (typeof part === 'string' ? part : part.liquid)).join('');
    for (const part of read) if (typeof part !== 'string') part.isDropped = true;
    this.#addWord(this.#words.make(`{% capture ${name} %}${liquid}{% endcapture %}`, 'sets', true), parent);
    return [this.#words.make(`{{ ${name} }}`, 'output', false)];
  }

  /** The style of an element that is hidden in some copies; undefined of others. */
  #hidingOf(element: HtmlElement, parts: readonly AttributePart[]): string | undefined {
    const hiding = hidingStyle(parts);
    const tokens = this.#source.tokensIn(hiding);
    if (tokens.length === 0 || this.#settledVisibility(parts) === 'hidden') return undefined;
    const style = this.#source.replaceWords(hiding, () => '?');
    const isDecided =
      tokens.some(token => roleOf(token) !== 'output') || /(?:display|visibility)\s*:\s*\?/i.test(style);
    const mayHide = /(?:display\s*:\s*\?*(?:none|\?)|visibility\s*:\s*\?*(?:hidden|collapse|\?))/i.test(
      style,
    );
    if (!isDecided || !mayHide) return undefined;
    const inside = [...tokens, ...this.#tokensInside(element, parts)];
    if (!areWhole(inside) || inside.some(isStateful)) this.#unreadable ??= tokens[0];
    return hiding;
  }

  #readUnderCondition(
    element: HtmlElement,
    parts: readonly AttributePart[],
    hiding: string,
    parent: TextNode,
    around: Surroundings,
  ): void {
    const name = this.#newVariable();
    const style = this.#words.restore(this.#source.restore(hiding));
    const tests = ['display:none', 'visibility:hidden', 'visibility:collapse'].map(
      value => `${name} contains "${value}"`,
    );
    const begin = `{% capture ${name} %}${style}{% endcapture %}{% assign ${name} = ${name} | downcase | remove: " " %}{% unless ${tests.join(' or ')} %}`;
    const others = parts.filter(part => part.name !== '' && part.name !== 'style' && part.name !== 'hidden');
    this.#addWord(this.#words.make(begin, 'sets', true), parent);
    this.#readPlain(element, others, parent, around);
    this.#addWord(this.#words.make('{% endunless %}', 'sets', true), parent);
  }

  #hasLiquidInTag({ startIndex, endIndex, children }: HtmlElement): boolean {
    if (this.#isFragment) return false;
    const next = this.#tokens[this.#indexOfToken(startIndex ?? 0)]?.at ?? Number.POSITIVE_INFINITY;
    return next < (children[0]?.startIndex ?? (endIndex ?? 0) + 1);
  }

  /** The Liquid of an element behind its start tag. */
  #tokensInside(
    { startIndex, endIndex }: HtmlElement,
    parts: readonly AttributePart[],
  ): readonly LiquidToken[] {
    // A piece of HTML between two tags has none.
    if (this.#isFragment || this.#tokens.length === 0) return [];
    const first = this.#indexOfToken(startIndex ?? 0);
    const inTag = parts.reduce((sum, { value }) => sum + this.#source.tokensIn(value).length, 0);
    return this.#tokens
      .slice(first + inTag, this.#indexOfToken((endIndex ?? 0) + 1))
      .map(({ token }) => token);
  }

  /** Of the first token at a place or behind it. */
  #indexOfToken(place: number): number {
    let low = 0;
    let high = this.#tokens.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#tokens[middle]?.at ?? 0) < place) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #newVariable(): string {
    this.#variables += 1;
    return `${this.#variablePrefix()}${this.#variables}`;
  }
}

/** With the conditions in the tag that decide about it. */
function hidingStyle(parts: readonly AttributePart[]): string {
  return parts
    .filter(({ name }) => name === '' || name === 'style' || name === 'hidden')
    .map(({ name, value }) => (name === 'hidden' ? 'display:none' : value) + (name === '' ? '' : ';'))
    .join('');
}

function addElement(parent: TextNode, name: string, attribs: Record<string, string> = {}): TextNode {
  const node = { type: 'tag', name, attribs, parent, children: [] };
  parent.children.push(node);
  return node;
}

function hasContent({ type, name, data = '', word, children }: TextNode): boolean {
  if (type === 'text') return data.trim() !== '' && word?.isSilent !== true;
  return name === 'img' || children.some(hasContent);
}

function hasWords({ type, name, data = '', word, attribs, children }: TextNode): boolean {
  if (type === 'text') return data.trim() !== '' && word?.isSilent !== true;
  if (name === 'img') return String(attribs?.['alt'] ?? '').trim() !== '';
  return children.some(hasWords);
}

/** The address of a link that shows a picture alone stands where its words would: what is beside it is no part of it. */
function setApart(node: TextNode): void {
  const { parent } = node;
  if (parent === undefined) return;
  const blank = () => ({ type: 'text', data: ' ', parent, children: [] });
  parent.children.splice(parent.children.indexOf(node), 1, blank(), node, blank());
}

/** An item outside of a list is a line. */
function nameIn(parent: TextNode, name: string): string {
  return name === 'li' && parent.name !== 'ul' && parent.name !== 'ol' ? 'line' : layoutName(name);
}

/** What the layout asks for. */
function keptAttributes({ attribs }: HtmlElement): Record<string, string> {
  const names = ['role', 'start', 'type', 'colspan'].filter(name => attribs[name] !== undefined);
  return Object.fromEntries(names.map(name => [name, attribs[name] ?? '']));
}

type Piece = string | LiquidToken | undefined;

function trimmed(text: string, before: Piece, after: Piece): string {
  const isTrimmedLeft = typeof before === 'object' && /-[%}]\}$|^\{%-?\s*tablerow\b/.test(before.liquid);
  const isTrimmedRight = typeof after === 'object' && /^\{[{%]-|^\{%\s*endtablerow\b/.test(after.liquid);
  const rest = isTrimmedLeft ? text.replace(/^[ \t\r\n\f\v]+/, '') : text;
  return isTrimmedRight ? withoutTrailingBlanks(rest) : rest;
}

function withoutTrailingBlanks(text: string): string {
  let end = text.length;
  while (end > 0 && ' \t\r\n\f\v'.includes(text[end - 1] as string)) end -= 1;
  return text.slice(0, end);
}

/** Characters that only keep a distance, or nothing. */
function spaced(text: string): string {
  if (!isSpacer(text) || !/[^ \t\r\n\f]/.test(text)) return text;
  return /[\s\u2000-\u200a\u3000]/.test(text.replaceAll('\ufeff', '')) ? ' ' : '';
}

function contentOfRaw({ liquid }: LiquidToken): string {
  return liquid.slice(liquid.indexOf('%}') + 2, liquid.lastIndexOf('{%'));
}

/** Whether nothing may be left of it in some copies. */
function mayBeBlank(value: readonly (string | Word)[]): boolean {
  let depth = 0;
  let hasElse = false;
  let previous = '';
  for (const part of value) {
    const role = typeof part === 'string' ? 'text' : part.role;
    if (role === 'opens') depth += 1;
    else if (role === 'ends') depth -= 1;
    else if (depth === 0) return false;
    if (/^(?:opens|divides)$/.test(previous) && /^(?:divides|ends)$/.test(role)) return true;
    hasElse ||= role === 'divides';
    previous = role;
  }
  return value.length > 0 && !hasElse;
}
