/** Nodes of the text part: the elements of the HTML that its layout knows, and the words between them. */
import type { DomNode } from 'html-to-text';
import type { HtmlElement } from './html/dom.js';
import type { Word } from './liquid/text-words.js';
import { layoutName } from './text-names.js';

/** An element or a text that is shown. A piece of Liquid is a text of its own. */
export interface TextNode extends DomNode {
  readonly word?: Word;
  children: TextNode[];
}

export function addElement(parent: TextNode, name: string, attribs: Record<string, string> = {}): TextNode {
  const node = { type: 'tag', name, attribs, parent, children: [] };
  parent.children.push(node);
  return node;
}

/** Words, Liquid that prints, or a picture. */
export function hasContent({ type, name, data = '', word, children }: TextNode): boolean {
  if (type === 'text') return data.trim() !== '' && word?.isSilent !== true;
  return name === 'img' || children.some(hasContent);
}

/** Words, Liquid that prints, or a picture that says something. */
export function hasWords({ type, name, data = '', word, attribs, children }: TextNode): boolean {
  if (type === 'text') return data.trim() !== '' && word?.isSilent !== true;
  if (name === 'img') return String(attribs?.['alt'] ?? '').trim() !== '';
  return children.some(hasWords);
}

/** An item outside of a list is a line. */
export function nameIn(parent: TextNode, name: string): string {
  return name === 'li' && parent.name !== 'ul' && parent.name !== 'ol' ? 'line' : layoutName(name);
}

const kept = ['role', 'start', 'type', 'colspan'];

/** The attributes that the layout reads. */
export function keptAttributes({ attribs }: HtmlElement): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of kept) {
    const value = attribs[name];
    if (value !== undefined) found[name] = value;
  }
  return found;
}
