import { createRequire } from 'node:module';

type StringWidth = typeof import('string-width').default;

let stringWidth: StringWidth | undefined;

/** More columns than a terminal has: how many more tells nobody anything, and takes 20 µs a character to find. */
const mostMeasured = 1_000;

/** Columns a terminal shows the text in; escape sequences take none. A text of more than 1,000 characters counts one for each. */
export function displayWidth(text: string): number {
  if (text.length > mostMeasured || oneColumnEach.test(text)) return text.length;
  return ideograph.test(text) ? 2 : measure(text);
}

/** One of the commonest, which texts without blanks are taken apart into. */
const ideograph = /^[\u4E00-\u9FFF\uAC00-\uD7A3]$/;

/** Latin letters, digits and punctuation: nothing that joins with its neighbour or takes two columns. */
const oneColumnEach = /^[\u0020-\u007E\u00A0-\u00AC\u00AE-\u02FF\u2010-\u2027]*$/;

/** Its tables of emoji and scripts take as long to load as all the rest of a report. */
function measure(text: string): number {
  stringWidth ??= (createRequire(import.meta.url)('string-width') as { default: StringWidth }).default;
  return stringWidth(text);
}
