/**
 * Which elements style sheets show and hide, where their rules are not written onto the elements: `<style data-embed>`, `mj-style`,
 * and classes that Liquid decides about. The text part has no elements that a reader of the HTML does not see.
 */
import type { HtmlDocument, HtmlElement, HtmlNode } from '../html/dom.js';
import type { LiquidToken, ProtectedText } from '../liquid/liquid-protection.js';
import { roleOf } from '../liquid/liquid-tags.js';
import { classesIn, splitLastCompound, withoutClasses } from './selector-parts.js';
import { readShowingRules, type ShowingRule, sheetsOf } from './showing-rules.js';

export interface ElementStyle {
  /** Declarations that the element's own win over. */
  readonly weak: string;
  /** Important ones. */
  readonly strong: string;
  /** Lists of classes: an element that has all classes of one of them is hidden. */
  readonly hidingClasses: readonly (readonly string[])[];
}

export interface ShownElements {
  of(element: HtmlElement): ElementStyle | undefined;
  /** Liquid that decides in a style sheet, or for another element, whether one is hidden. */
  readonly unreadable: LiquidToken | undefined;
}

/**
 * @param html compiled, with the Liquid of `source` still protected.
 * @param document the same as a tree.
 * @returns undefined where no style sheet hides anything.
 */
export async function readShownElements(
  html: string,
  document: HtmlDocument,
  source: ProtectedText,
): Promise<ShownElements | undefined> {
  const rules = readShowingRules(sheetsOf(html, source), source);
  if (!rules.some(({ hides, isChosen }) => hides || isChosen)) return undefined;
  const { selectAll } = await import('css-select');
  const select = (selector: string): readonly HtmlElement[] => {
    try {
      return selectAll<HtmlNode, HtmlElement>(selector, document.children);
    } catch {
      // A selector that the library does not know is none that programs for mail know.
      return [];
    }
  };
  const reader = new ShownElementsReader(select, document, source);
  for (const rule of rules) reader.add(rule);
  return reader;
}

class ShownElementsReader implements ShownElements {
  readonly #select: (selector: string) => readonly HtmlElement[];
  readonly #styles = new Map<HtmlElement, { weak: string; strong: string; hidingClasses: string[][] }>();
  /** Elements of which Liquid decides what classes they have. */
  readonly #varying = new Map<HtmlElement, VaryingClasses>();
  readonly #varyingNames = new Map<string, LiquidToken>();
  unreadable: LiquidToken | undefined;

  constructor(
    select: (selector: string) => readonly HtmlElement[],
    document: HtmlDocument,
    source: ProtectedText,
  ) {
    this.#select = select;
    for (const element of elementsIn(document.children)) this.#findVarying(element, source);
  }

  of(element: HtmlElement): ElementStyle | undefined {
    return this.#styles.get(element);
  }

  add(rule: ShowingRule): void {
    const matched = this.#select(rule.selector);
    if (rule.liquid !== undefined) {
      if (matched.length > 0) this.unreadable ??= rule.liquid;
      return;
    }
    for (const element of matched) if (!this.#varying.has(element)) this.#addTo(element, rule);
    if (this.#varying.size === 0) return;
    const { front, last } = splitLastCompound(rule.selector);
    const classes = classesIn(last);
    for (const element of this.#select(front + withoutClasses(last, classes))) {
      const varying = this.#varying.get(element);
      if (varying === undefined || !classes.every(name => isPossible(name, varying))) continue;
      if (classes.length === 0) this.#addTo(element, rule);
      else if (rule.hides) this.#styleOf(element).hidingClasses.push(classes);
      else if (this.#styleOf(element).hidingClasses.length > 0) this.unreadable ??= varying.liquid;
    }
    this.#addAround(rule, front, last);
  }

  /** Of an element whose classes decide whether another one inside it is hidden. */
  #addAround({ hides }: ShowingRule, front: string, last: string): void {
    const names = classesIn(front).filter(name => this.#varyingNames.has(name));
    if (!hides || names.length === 0) return;
    if (this.#select(withoutClasses(front, names) + last).length === 0) return;
    this.unreadable ??= this.#varyingNames.get(names[0] ?? '');
  }

  #addTo(element: HtmlElement, { weak, strong }: ShowingRule): void {
    const style = this.#styleOf(element);
    style.weak += weak;
    style.strong += strong;
  }

  #styleOf(element: HtmlElement) {
    const known = this.#styles.get(element) ?? { weak: '', strong: '', hidingClasses: [] };
    this.#styles.set(element, known);
    return known;
  }

  #findVarying(element: HtmlElement, source: ProtectedText): void {
    const { attribs } = element;
    // Liquid before the name of an attribute is a part of the name to a parser.
    const written = Object.entries(attribs)
      .flatMap(([name, value]) => (name.endsWith('class') ? [value] : []))
      .join(' ');
    const [liquid] = source.tokensIn(`${Object.keys(attribs).join(' ')} ${written}`);
    if (liquid === undefined) return;
    const words = source
      .withoutTokens(written)
      .split(/\s+/)
      .filter(word => word !== '');
    const isOpen = source.tokensIn(written).some(token => roleOf(token) === 'output');
    this.#varying.set(element, { liquid, words, isOpen });
    for (const name of words) this.#varyingNames.set(name, liquid);
  }
}

interface VaryingClasses {
  /** A piece of the Liquid. */
  readonly liquid: LiquidToken;
  /** What is written between its tags. */
  readonly words: readonly string[];
  /** A value may be any class. */
  readonly isOpen: boolean;
}

/** Whether it may be a class of the element in some copy: written as a whole, or put together. */
function isPossible(name: string, { words, isOpen }: VaryingClasses): boolean {
  const isMade = words.some(word => name.startsWith(word)) && words.some(word => name.endsWith(word));
  return isOpen || isMade;
}

function elementsIn(nodes: readonly HtmlNode[]): readonly HtmlElement[] {
  const found: HtmlElement[] = [];
  const open = [...nodes];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if ('attribs' in node) found.push(node);
    if ('children' in node) open.push(...node.children);
  }
  return found;
}
