/** Which elements of the HTML are hidden, in every copy or in some: their words are not in the text part either. */
import type { ElementStyle } from './css/shown-elements.js';
import { type AttributePart, attributeValueOf } from './html/attribute-parts.js';
import type { HtmlElement } from './html/dom.js';
import { type Visibility, visibilityOf } from './html/visibility.js';
import type { ProtectedText } from './liquid/liquid-protection.js';
import { isStateful, roleOf } from './liquid/liquid-tags.js';
import { areWhole } from './liquid/tag-places.js';
import type { Surroundings, TextReading } from './text-reading.js';

const shown: Surroundings = { where: 'the text', isShown: true };

/** Of what stands inside an element. */
export function surroundingsIn(
  element: HtmlElement,
  parts: readonly AttributePart[],
  around: Surroundings,
  source: ProtectedText,
): Surroundings {
  const visibility = settledVisibility(parts, source);
  const hidden = { where: 'a hidden element', isShown: false, inside: element };
  if (visibility === 'visible-again' && around.isInvisible) return shown;
  if (!around.isShown) return around;
  if (visibility === 'hidden') return hidden;
  return visibility === 'invisible' ? { ...hidden, isInvisible: true } : around;
}

/** As far as it is the same in every copy. */
function settledVisibility(parts: readonly AttributePart[], source: ProtectedText): Visibility {
  if (parts.length === 0) return 'shown';
  const style = hidingStyle(parts);
  if (style === '') return 'shown';
  if (!source.hasLiquid(style)) return visibilityOf(style);
  let depth = 0;
  let settled = '';
  for (const piece of source.split(style)) {
    const role = typeof piece === 'string' ? 'raw' : roleOf(piece);
    if (role === 'opens') depth += 1;
    else if (role === 'ends') depth -= 1;
    else if (depth === 0) settled += typeof piece === 'string' ? piece : '';
  }
  return visibilityOf(settled);
}

/** With the conditions in the tag that decide about it. */
function hidingStyle(parts: readonly AttributePart[]): string {
  let style = '';
  for (const { name, value } of parts) {
    if (name === 'style') style += `${value};`;
    else if (name === 'hidden') style += 'display:none;';
    else if (name === '') style += value;
  }
  return style;
}

/** The attributes of an element with what style sheets say of it, in the order in which it counts. */
export function withSheets(
  parts: readonly AttributePart[],
  { weak, strong }: ElementStyle,
): readonly AttributePart[] {
  const style = (value: string) => (value === '' ? [] : [{ name: 'style', value }]);
  return [...style(weak), ...parts, ...style(strong)];
}

/** What decides in each copy whether an element is hidden. */
export interface Hiding {
  /** Its style, with Liquid. */
  readonly style: string;
  /** Its classes, with Liquid, where some of them hide it. */
  readonly classes: string;
  /** Lists of classes that hide an element that has all of one list. */
  readonly hidingClasses: readonly (readonly string[])[];
}

/** Of an element that is hidden in some copies; undefined of others. */
export function hidingOf(
  element: HtmlElement,
  parts: readonly AttributePart[],
  ofSheets: ElementStyle | undefined,
  reading: TextReading,
): Hiding | undefined {
  const { source } = reading;
  const hidingClasses = ofSheets?.hidingClasses ?? [];
  const style = hidingStyle(parts);
  if (hidingClasses.length === 0 && !source.hasLiquid(style)) return undefined;
  if (settledVisibility(parts, source) === 'hidden') return undefined;
  const classes = hidingClasses.length === 0 ? '' : (attributeValueOf(parts, 'class') ?? '');
  const isHiding = mayHide(style, source);
  const tokens = [...(isHiding ? source.tokensIn(style) : []), ...source.tokensIn(classes)];
  if (tokens.length === 0) return undefined;
  const inside = [...tokens, ...reading.tokensInside(element, parts)];
  if (!areWhole(inside) || inside.some(isStateful)) reading.unreadable ??= tokens[0];
  return { style: isHiding ? style : '', classes, hidingClasses };
}

/** Whether Liquid in a style decides about `display` or `visibility`. */
function mayHide(style: string, source: ProtectedText): boolean {
  const tokens = source.tokensIn(style);
  if (tokens.length === 0) return false;
  const plain = source.replaceWords(style, () => '?');
  const isDecided =
    tokens.some(token => roleOf(token) !== 'output') || /(?:display|visibility)\s*:\s*\?/i.test(plain);
  return (
    isDecided && /(?:display\s*:\s*\?*(?:none|\?)|visibility\s*:\s*\?*(?:hidden|collapse|\?))/i.test(plain)
  );
}

/** Liquid before an element that is hidden in some copies; `{% endunless %}` belongs behind it. */
export function hidingCondition({ style, classes, hidingClasses }: Hiding, reading: TextReading): string {
  const tests: string[] = [];
  const kept = (name: string, value: string) =>
    `{% capture ${name} %}${reading.words.restore(reading.source.restore(value))}{% endcapture %}`;
  let liquid = '';
  if (style !== '') {
    const name = reading.newVariable();
    liquid += `${kept(name, style)}{% assign ${name} = ${name} | downcase | remove: " " %}`;
    for (const value of ['display:none', 'visibility:hidden', 'visibility:collapse'])
      tests.push(`${name} contains "${value}"`);
  }
  if (classes !== '') {
    const name = reading.newVariable();
    const isHidden = reading.newVariable();
    liquid += `${kept(name, ` ${classes.replaceAll(/\s/g, ' ')} `)}{% assign ${isHidden} = false %}`;
    for (const names of hidingClasses) {
      const all = names.map(one => `${name} contains " ${one} "`).join(' and ');
      liquid += `{% if ${all} %}{% assign ${isHidden} = true %}{% endif %}`;
    }
    tests.push(isHidden);
  }
  return `${liquid}{% unless ${tests.join(' or ')} %}`;
}
