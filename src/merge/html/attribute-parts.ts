/** The attributes of an element in their order, with the Liquid between them and inside them. */
import type { ProtectedText } from '../liquid/liquid-protection.js';
import type { HtmlElement } from './dom.js';
import { decodeEntities } from './entities.js';
import { startTags } from './start-tags.js';

export interface AttributePart {
  /** In lower case; '' for Liquid that stands in the tag and in no value. */
  readonly name: string;
  /** Decoded. */
  readonly value: string;
}

/** Those that decide whether an element is read, and as what. */
const read = ['style', 'hidden', 'href', 'alt'];

/** Of an element without Liquid in its tag. */
export function plainParts({ attribs }: HtmlElement): readonly AttributePart[] {
  const parts: AttributePart[] = [];
  for (const name of read) {
    const value = attribs[name];
    if (value !== undefined) parts.push({ name, value });
  }
  return parts;
}

/**
 * Of one with Liquid. A parser keeps the first of two attributes with one name; under a condition the other one may be meant.
 * @param html in which the element stands, with the Liquid still protected.
 */
export function attributeParts(
  element: HtmlElement,
  html: string,
  source: ProtectedText,
): readonly AttributePart[] {
  const tag = startTags(html.slice(element.startIndex ?? 0)).next().value ?? undefined;
  const parts: AttributePart[] = source
    .tokensIn(tag?.name ?? '')
    .map(({ token }) => ({ name: '', value: token }));
  for (const { name, value = '' } of tag?.attributes ?? []) {
    const pieces = source.split(name);
    const last = pieces.findLastIndex(piece => typeof piece === 'string');
    for (const [index, piece] of pieces.entries()) {
      if (typeof piece !== 'string') parts.push({ name: '', value: piece.token });
      else parts.push({ name: piece, value: index === last ? decodeEntities(value) : '' });
    }
    if (last === -1 && value !== '') parts.push({ name: '', value });
  }
  return parts;
}

/**
 * The value of an attribute, with the conditions in the tag that decide about it.
 * @returns undefined when the element does not have it.
 */
export function attributeValueOf(parts: readonly AttributePart[], name: string): string | undefined {
  const own = parts.filter(part => part.name === name);
  if (own.length === 0) return undefined;
  if (!parts.some(part => part.name === '')) return own[0]?.value;
  return parts
    .filter(part => part.name === '' || part.name === name)
    .map(({ value }) => value)
    .join('');
}
