/**
 * A compiled HTML document as its readers see it, for the text part: what is shown gives its words, what is not (comments,
 * styles, hidden elements, attributes) gives its Liquid tags alone. So both parts come from one sequence of tags, and what
 * decides about the HTML decides about the text.
 */

import type { ShownElements } from './css/shown-elements.js';
import { type AttributePart, attributeParts, plainParts } from './html/attribute-parts.js';
import type { HtmlDocument, HtmlElement, HtmlNode, ParseHtml } from './html/dom.js';
import { hasNoLetters, isBlock } from './html/visibility.js';
import type { LiquidToken, ProtectedText } from './liquid/liquid-protection.js';
import { roleOf, tagName } from './liquid/liquid-tags.js';
import type { SplitTag } from './liquid/tag-places.js';
import type { TextWords } from './liquid/text-words.js';
import { spaced, trimmed } from './text-blanks.js';
import { type Hiding, hidingCondition, hidingOf, surroundingsIn, withSheets } from './text-hidden.js';
import { TextLinks } from './text-links.js';
import { addElement, keptAttributes, nameIn, type TextNode } from './text-node.js';
import { contentOfRaw, isPixel, type Surroundings, TextReading } from './text-reading.js';

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

const shown: Surroundings = { where: 'the text', isShown: true };
const inComment: Surroundings = { where: 'a comment', isShown: false };
const inAttribute: Surroundings = { where: 'an attribute', isShown: false };
const inTag: Surroundings = { where: 'a tag', isShown: false };

/** Elements whose content is for programs. */
const unread = new Set(['title', 'template', 'datalist', 'iframe', 'noembed', 'noframes', 'rp']);
/** Where one of these is left open, what follows is not on the page, or not as it is elsewhere. */
const apart = new Set(['select', 'textarea', 'object', 'video', 'audio', 'canvas', 'noscript', 'svg', 'xmp']);
/** Content without words of its own. */
const contentElements = new Set(['td', 'th', 'li', 'hr', 'br']);
const inlineElements = new Set(
  'a abbr b bdi bdo big cite code del dfn em font i ins kbd label mark q s samp small span strike strong sub sup time tt u var'.split(
    ' ',
  ),
);

/** A compiled page. */
export interface Page {
  /** With its Liquid still protected. */
  readonly html: string;
  readonly document: HtmlDocument;
  /** What style sheets say that is not on the elements; undefined where they hide nothing. */
  readonly elements: ShownElements | undefined;
}

/** @param parse for HTML in texts, such as `{% raw %}`. */
export function readTextTree(page: Page, source: ProtectedText, parse: ParseHtml): TextTree {
  return new TextTreeReader(page, source, parse).read();
}

class TextTreeReader {
  readonly #page: Page;
  readonly #source: ProtectedText;
  readonly #parse: ParseHtml;
  readonly #reading: TextReading;
  readonly #links: TextLinks;

  constructor(page: Page, source: ProtectedText, parse: ParseHtml) {
    this.#page = page;
    this.#source = source;
    this.#parse = parse;
    this.#reading = new TextReading(page.html, source);
    this.#links = new TextLinks(page.html, this.#reading, this);
  }

  read(): TextTree {
    const reading = this.#reading;
    const root: TextNode = { type: 'tag', name: 'document', attribs: {}, children: [] };
    this.readAll(this.#page.document.children, root, shown);
    reading.finish();
    return {
      root,
      words: reading.words,
      seen: reading.seen,
      split: reading.places.split,
      unreadable: this.#page.elements?.unreadable ?? reading.unreadable,
      newVariable: () => reading.newVariable(),
    };
  }

  readAll(nodes: readonly HtmlNode[], parent: TextNode, around: Surroundings): void {
    for (const node of nodes) this.#read(node, parent, around);
  }

  #read(node: HtmlNode, parent: TextNode, around: Surroundings): void {
    if ('attribs' in node) this.#readElement(node, parent, around);
    else if (node.type === 'text') this.#readText(node.data, parent, around);
    else if ('data' in node) this.#readText(node.data, parent, { ...inComment, inside: node });
    else this.readAll(node.children, parent, { ...inComment, inside: node });
  }

  /** A `-` eats the blanks beside it, as far as this text goes: line ends of the text part are none of them. */
  #readText(text: string, parent: TextNode, around: Surroundings): void {
    if (!this.#source.hasLiquid(text)) {
      if (around.isShown) this.#reading.addText(spaced(text), parent);
      if (around.isShown || !this.#reading.isShown(around)) return;
    }
    const pieces = this.#source.split(text);
    for (const [index, piece] of pieces.entries()) {
      if (typeof piece !== 'string') {
        this.#reading.see(piece, around);
        this.#addLiquid(piece, parent, around);
      } else if (this.#reading.isShown(around)) {
        const words = trimmed(piece, pieces[index - 1], pieces[index + 1]);
        // In a comment or a style it is a text to the parser, and an element where it is printed.
        if (!around.isShown && words.includes('<')) this.#readFragment(words, parent);
        else this.#reading.addText(spaced(words), parent);
      }
    }
  }

  /** Of HTML that stands where the parser saw none. */
  #readFragment(html: string, parent: TextNode): void {
    const isInner = this.#reading.isFragment;
    this.#reading.isFragment = true;
    this.readAll(this.#parse(html).children, parent, shown);
    this.#reading.isFragment = isInner;
  }

  #addLiquid(token: LiquidToken, parent: TextNode, around: Surroundings): void {
    const { words } = this.#reading;
    const role = roleOf(token);
    const name = tagName(token.liquid);
    if (name === 'endcapture') this.#reading.captures -= 1;
    const isShown = this.#reading.isShown(around);
    if (name === 'capture') this.#reading.captures += 1;
    if (role === 'comment' || isPixel(token)) return;
    if (role === 'raw') {
      if (isShown) this.#readFragment(contentOfRaw(token), parent);
    } else if (role === 'output') {
      if (isShown) this.#reading.addWord(words.take(token), parent);
    } else if (role === 'counts' && !isShown) {
      // It counts, and what it prints nobody sees.
      const counted = `{% capture ${this.#reading.newVariable()} %}${this.#source.restore(token.token)}{% endcapture %}`;
      this.#reading.addWord(words.make(counted, 'sets', true), parent);
    } else {
      this.#reading.addWord(words.take(token), parent);
    }
  }

  #readElement(element: HtmlElement, parent: TextNode, around: Surroundings): void {
    const parts = this.#reading.hasLiquidInTag(element)
      ? attributeParts(element, this.#page.html, this.#source)
      : plainParts(element);
    for (const part of parts) {
      if (!this.#source.hasLiquid(part.value)) continue;
      for (const token of this.#source.tokensIn(part.value))
        this.#reading.see(token, { ...(part.name === '' ? inTag : inAttribute), inside: part });
    }
    if (element.type === 'script' || element.type === 'style' || unread.has(element.name)) {
      this.addTags(parts, parent);
      this.readAll(element.children, parent, {
        where: `<${element.name}>`,
        isShown: false,
        inside: element,
      });
      return;
    }
    const ofSheets = this.#page.elements?.of(element);
    const styled = ofSheets === undefined ? parts : withSheets(parts, ofSheets);
    const hiding = this.#reading.isShown(around)
      ? hidingOf(element, styled, ofSheets, this.#reading)
      : undefined;
    if (hiding !== undefined) this.#readUnderCondition(element, styled, hiding, parent, around);
    else this.#readPlain(element, styled, parent, around);
  }

  #readUnderCondition(
    element: HtmlElement,
    parts: readonly AttributePart[],
    hiding: Hiding,
    parent: TextNode,
    around: Surroundings,
  ): void {
    const { words } = this.#reading;
    const others = parts.filter(part => part.name !== '' && part.name !== 'style' && part.name !== 'hidden');
    this.#reading.addWord(words.make(hidingCondition(hiding, this.#reading), 'sets', true), parent);
    this.#readPlain(element, others, parent, around);
    this.#reading.addWord(words.make('{% endunless %}', 'sets', true), parent);
  }

  #readPlain(
    element: HtmlElement,
    parts: readonly AttributePart[],
    parent: TextNode,
    around: Surroundings,
  ): void {
    const surroundings = surroundingsIn(element, parts, around, this.#source);
    const inside = apart.has(element.name) ? { ...surroundings, where: `<${element.name}>` } : surroundings;
    if (!this.#reading.isShown(inside) || isControl(element)) {
      this.addTags(parts, parent);
      this.readAll(element.children, parent, { ...inside, isShown: false });
      return;
    }
    const style = styleOf(parts);
    const isLine = style !== '' && inlineElements.has(element.name) && isBlock(style);
    const place = isLine ? addElement(parent, 'line') : parent;
    if (element.name === 'img') this.#links.addImage(parts, place);
    else if (element.name === 'a' || element.name === 'area')
      this.#links.addLink(element, parts, place, inside);
    else {
      this.addTags(parts, place);
      if (contentElements.has(element.name)) this.#reading.words.addContent();
      const node = addElement(place, nameIn(parent, element.name), keptAttributes(element));
      const isEmptied = hasNoLetters(style) && element.children.every(child => child.type === 'text');
      this.readAll(element.children, node, isEmptied ? { ...inside, isShown: false } : inside);
    }
  }

  /** Of attributes that nobody reads, the tags alone. */
  addTags(parts: readonly AttributePart[], parent: TextNode, except = ''): void {
    for (const { name, value } of parts) {
      if (except !== '' && (name === '' || name === except)) continue;
      if (this.#reading.captures === 0 && !this.#source.hasLiquid(value)) continue;
      const pieces = this.#source.split(value);
      for (const [index, piece] of pieces.entries()) {
        if (typeof piece !== 'string') this.#addLiquid(piece, parent, name === '' ? inTag : inAttribute);
        else if (this.#reading.captures > 0)
          this.#reading.addText(trimmed(piece, pieces[index - 1], pieces[index + 1]), parent);
      }
    }
  }
}

/** A picture to press, such as the arrows of a carousel: in a text there is nothing to press. */
function isControl({ name, attribs, children }: HtmlElement): boolean {
  return name === 'label' && attribs['for'] !== undefined && !children.some(hasLetters);
}

function hasLetters(node: HtmlNode): boolean {
  if (node.type === 'text') return node.data.trim() !== '';
  return 'children' in node && node.children.some(hasLetters);
}

function styleOf(parts: readonly AttributePart[]): string {
  let style = '';
  for (const { name, value } of parts) if (name === 'style') style += `${value};`;
  return style;
}
