/** Whether an element is shown, as far as its own attributes say so: what no reader of the HTML sees is not read out to others. */
import { readDeclarations } from '../css/css-rules.js';

export type Visibility =
  | 'shown'
  /** With everything in it. */
  | 'hidden'
  /** Except for what in it is made visible again. CSS 2.2 §11.2 */
  | 'invisible'
  | 'visible-again';

const mayHide = /none|hidden|collapse|clip|visibility|opacity/i;

/** @param style the value of a `style` attribute. */
export function visibilityOf(style: string): Visibility {
  if (!mayHide.test(style)) return 'shown';
  const values = new Map<string, string>();
  for (const { property, text } of readDeclarations(style)) {
    const value = text.slice(text.indexOf(':') + 1);
    values.set(
      property,
      value
        .replace(/!\s*important\s*$/i, '')
        .trim()
        .toLowerCase(),
    );
  }
  if (values.get('display') === 'none' || isNothing(values.get('opacity'))) return 'hidden';
  // Cut off at no height or no width.
  const isCut = ['max-height', 'height', 'max-width', 'width'].some(name => isNothing(values.get(name)));
  if (isCut && /hidden|clip/.test(values.get('overflow') ?? '')) return 'hidden';
  const visibility = values.get('visibility');
  if (visibility === 'hidden' || visibility === 'collapse') return 'invisible';
  return visibility === 'visible' ? 'visible-again' : 'shown';
}

/** @param style whose letters have no size: an element in it may have one of its own. */
export function hasNoLetters(style: string): boolean {
  if (!/font-size\s*:\s*[0.]/i.test(style)) return false;
  return readDeclarations(style).some(
    ({ property, text }) => property === 'font-size' && isNothing(text.slice(text.indexOf(':') + 1).trim()),
  );
}

/** As a line of its own, whatever the element is. */
export function isBlock(style: string): boolean {
  if (!/display/i.test(style)) return false;
  return readDeclarations(style).some(
    ({ property, text }) =>
      property === 'display' && /:\s*(?:block|flex|grid|table|list-item|flow-root)\b/i.test(text),
  );
}

function isNothing(value: string | undefined): boolean {
  return value !== undefined && /^0*(?:\.0+)?(?:[a-z]+|%)?$/.test(value) && /^[0.]/.test(value);
}

const invisible =
  /^(?:[\s\u00ad\u061c\u115f\u1160\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3164]|\u034f|\u17b4|\u17b5)*$/;

/** Nothing but what keeps space or nothing: blanks of any width, soft hyphens, joiners. */
export function isSpacer(text: string): boolean {
  return invisible.test(text);
}
