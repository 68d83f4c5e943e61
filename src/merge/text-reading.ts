/** What has been read of a document so far: its words, its Liquid, and values of attributes that are read out. */
import type { AttributePart } from './html/attribute-parts.js';
import type { HtmlElement } from './html/dom.js';
import type { LiquidToken, ProtectedText } from './liquid/liquid-protection.js';
import { isStateful, roleOf } from './liquid/liquid-tags.js';
import { type TagPlace, TagPlaces } from './liquid/tag-places.js';
import { TextWords, type Word } from './liquid/text-words.js';
import { trimmed } from './text-blanks.js';
import { markupOfCaptures } from './text-captured-html.js';
import type { TextNode } from './text-node.js';
import { unusedWord } from './unused-word.js';

/** Where a node stands. */
export interface Surroundings extends TagPlace {
  readonly isShown: boolean;
  /** By `visibility`, which an element inside can take back. */
  readonly isInvisible?: boolean;
}

/** The value of an attribute in its pieces. */
export type ReadValue = readonly (string | Word)[];

/** Between their children no space is shown. */
const spaceless = new Set(['table', 'thead', 'tbody', 'tfoot', 'tr', 'ul', 'ol']);
const pixel = /^\{\{-?\s*pixel\s*-?\}\}$/;

/** The pixel is for the HTML alone. */
export function isPixel({ liquid }: LiquidToken): boolean {
  return pixel.test(liquid);
}

export function contentOfRaw({ liquid }: LiquidToken): string {
  return liquid.slice(liquid.indexOf('%}') + 2, liquid.lastIndexOf('{%'));
}

export class TextReading {
  readonly source: ProtectedText;
  readonly words: TextWords;
  readonly places = new TagPlaces();
  /** All Liquid of the document in its order, however often it stands there. */
  readonly seen: LiquidToken[] = [];
  /** What is captured is a value, wherever it is written. */
  captures = 0;
  /** How many texts with words, pictures and pieces of Liquid were read. */
  count = 0;
  /** Nodes are not of the document, and its offsets are not theirs. */
  isFragment = false;
  /** Liquid that decides whether an element is shown, in a way that the text part cannot follow. */
  unreadable: LiquidToken | undefined;
  readonly #tokens: ReturnType<ProtectedText['places']>;
  /** What is to be done when it is known which words are left out. */
  readonly #later: (() => void)[] = [];
  readonly #variablePrefix: () => string;
  #variables = 0;

  constructor(html: string, source: ProtectedText) {
    this.source = source;
    this.words = new TextWords(source, markupOfCaptures(html, source));
    this.#tokens = source.places(html);
    let prefix: string | undefined;
    this.#variablePrefix = () => (prefix ??= unusedWord(source.restore(html), 'zqvalue'));
  }

  isShown({ isShown }: Surroundings): boolean {
    return isShown || this.captures > 0;
  }

  see(token: LiquidToken, around: Surroundings): void {
    this.seen.push(token);
    this.places.meet(token, around);
  }

  addText(data: string, parent: TextNode): void {
    if (data === '') return;
    if (data.trim() !== '') {
      this.words.addContent();
      this.count += 1;
    } else if (spaceless.has(parent.name ?? '')) return;
    parent.children.push({ type: 'text', data, parent, children: [] });
  }

  addWord(word: Word, parent: TextNode): void {
    const node = { type: 'text', data: word.text, word, parent, children: [] };
    parent.children.push(node);
    this.count += 1;
    this.later(() => {
      if (word.isDropped) node.data = '';
    });
  }

  /** Of an attribute that is read out. What changes values does so where the element begins, not where its value is printed. */
  readValue(value: string, parent: TextNode): ReadValue {
    const pieces = this.source.split(value);
    const read = pieces.flatMap((piece, index): ReadValue => {
      if (typeof piece === 'string') {
        if (piece.trim() !== '') this.words.addContent();
        return [trimmed(piece, pieces[index - 1], pieces[index + 1])];
      }
      if (roleOf(piece) === 'raw') return [contentOfRaw(piece)];
      return roleOf(piece) === 'comment' || isPixel(piece) ? [] : [this.words.take(piece)];
    });
    if (!pieces.some(piece => typeof piece !== 'string' && isStateful(piece))) return read;
    const name = this.newVariable();
    const liquid = read.map(part => (typeof part === 'string' ? part : part.liquid)).join('');
    for (const part of read) if (typeof part !== 'string') part.isDropped = true;
    this.addWord(this.words.make(`{% capture ${name} %}${liquid}{% endcapture %}`, 'sets', true), parent);
    return [this.words.make(`{{ ${name} }}`, 'output', false)];
  }

  setAttribute(node: TextNode, name: string, value: ReadValue): void {
    const join = () =>
      value.map(part => (typeof part === 'string' ? part : part.isDropped ? '' : part.text)).join('');
    this.later(() => {
      node.attribs[name] = join();
    });
    node.attribs[name] = join();
  }

  later(finish: () => void): void {
    this.#later.push(finish);
  }

  /** Leaves out blocks that decide about nothing. */
  finish(): void {
    this.words.dropEmptyBlocks();
    for (const finish of this.#later) finish();
  }

  hasLiquidInTag({ startIndex, endIndex, children }: HtmlElement): boolean {
    if (this.isFragment || this.#tokens.length === 0) return false;
    const next = this.#tokens[this.#indexOfToken(startIndex ?? 0)]?.at ?? Number.POSITIVE_INFINITY;
    return next < (children[0]?.startIndex ?? (endIndex ?? 0) + 1);
  }

  /** The Liquid of an element behind its start tag. */
  tokensInside(
    { startIndex, endIndex }: HtmlElement,
    parts: readonly AttributePart[],
  ): readonly LiquidToken[] {
    // A piece of HTML between two tags has none.
    if (this.isFragment || this.#tokens.length === 0) return [];
    const first = this.#indexOfToken(startIndex ?? 0);
    const inTag = parts.reduce((sum, { value }) => sum + this.source.tokensIn(value).length, 0);
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

  /** A name that no template has. */
  newVariable(): string {
    this.#variables += 1;
    return `${this.#variablePrefix()}${this.#variables}`;
  }
}
