/** Links and images in the text part: where a link leads is said behind its words, and an image says its `alt`. */
import { type AttributePart, attributeValueOf } from './html/attribute-parts.js';
import type { HtmlElement } from './html/dom.js';
import { areWhole } from './liquid/tag-places.js';
import { addElement, hasContent, hasWords, type TextNode } from './text-node.js';
import type { ReadValue, Surroundings, TextReading } from './text-reading.js';

/** Reads on. */
export interface TextWalk {
  readAll(nodes: HtmlElement['children'], parent: TextNode, around: Surroundings): void;
  /** The Liquid of attributes that nobody reads. */
  addTags(parts: readonly AttributePart[], parent: TextNode, except?: string): void;
}

export class TextLinks {
  readonly #html: string;
  readonly #reading: TextReading;
  readonly #walk: TextWalk;
  readonly #links: ReadLink[] = [];
  #linkVariable: string | undefined;

  constructor(html: string, reading: TextReading, walk: TextWalk) {
    this.#html = html;
    this.#reading = reading;
    this.#walk = walk;
  }

  addImage(parts: readonly AttributePart[], parent: TextNode): void {
    const alt = attributeValueOf(parts, 'alt');
    this.#walk.addTags(parts, parent, alt === undefined ? '' : 'alt');
    const value = alt === undefined ? [] : this.#reading.readValue(alt, parent);
    if (value.length > 0) this.#reading.count += 1;
    this.#reading.setAttribute(addElement(parent, 'img'), 'alt', value);
  }

  addLink(
    element: HtmlElement,
    parts: readonly AttributePart[],
    parent: TextNode,
    around: Surroundings,
  ): void {
    const href = attributeValueOf(parts, 'href');
    this.#walk.addTags(parts, parent, href === undefined ? '' : 'href');
    const inside = this.#reading.tokensInside(element, parts);
    const value = href === undefined ? [] : this.#reading.readValue(href, parent);
    const isLinkForAll = areWhole(inside) && !mayBeBlank(value);
    const isLinkHere = href === undefined || isLinkForAll;
    if (!isLinkHere) this.#keepLink(value, parent);
    const node = addElement(parent, isLinkHere ? 'a' : 'span');
    if (isLinkHere) this.#reading.setAttribute(node, 'href', value);
    const begin = this.#reading.count;
    if (element.name === 'area') this.#addArea(parts, node);
    this.#walk.readAll(element.children, node, around);
    if (isLinkHere) {
      this.#finishLink({ node, href: liquidOf(value), begin, end: this.#reading.count });
      return;
    }
    if (!/<\/a\s*>$/i.test(this.#html.slice(element.startIndex ?? 0, (element.endIndex ?? 0) + 1))) return;
    const name = this.#linkVariable;
    const print = `{% if ${name} != blank %} <{{ ${name} }}>{% assign ${name} = "" %}{% endif %}`;
    this.#reading.addWord(this.#reading.words.make(print, 'counts', false), node);
  }

  #finishLink(link: ReadLink): void {
    const { node } = link;
    const index = this.#links.push(link) - 1;
    this.#reading.later(() => {
      // Nobody can follow a link of nothing.
      if (!hasContent(node)) node.attribs = {};
      if (!hasContent(node) || hasWords(node)) return;
      // An icon beside the name that it stands for.
      const beside = [this.#links[index - 1], this.#links[index + 1]];
      if (beside.some(other => other !== undefined && leadsThereToo(other, link))) node.attribs = {};
      else setApart(node);
    });
  }

  /** Where it leads is known when the copy is made, and is said at its end, wherever that is. */
  #keepLink(value: ReadValue, parent: TextNode): void {
    this.#linkVariable ??= this.#reading.newVariable();
    const kept = `{% capture ${this.#linkVariable} %}${liquidOf(value)}{% endcapture %}`;
    for (const part of value) if (typeof part !== 'string') part.isDropped = true;
    this.#reading.addWord(this.#reading.words.make(kept, 'sets', true), parent);
  }

  /** A part of an image that is a link has words of its own. */
  #addArea(parts: readonly AttributePart[], node: TextNode): void {
    for (const part of this.#reading.readValue(attributeValueOf(parts, 'alt') ?? '', node)) {
      if (typeof part === 'string') this.#reading.addText(part, node);
      else this.#reading.addWord(part, node);
    }
  }
}

/** A link that is one in every copy. */
interface ReadLink {
  readonly node: TextNode;
  readonly href: string;
  /** How much was read before it, and with it. */
  readonly begin: number;
  readonly end: number;
}

function leadsThereToo(other: ReadLink, { href, begin, end }: ReadLink): boolean {
  const isBeside = other.end === begin || other.begin === end;
  return isBeside && other.href === href && hasWords(other.node);
}

function liquidOf(value: ReadValue): string {
  return value.map(part => (typeof part === 'string' ? part : part.liquid)).join('');
}

/** The address of a link that shows a picture alone stands where its words would: what is beside it is no part of it. */
function setApart(node: TextNode): void {
  const { parent } = node;
  if (parent === undefined) return;
  const blank = () => ({ type: 'text', data: ' ', parent, children: [] });
  parent.children.splice(parent.children.indexOf(node), 1, blank(), node, blank());
}

/** Whether nothing may be left of it in some copies. */
function mayBeBlank(value: ReadValue): boolean {
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
