import { createRequire } from 'node:module';

type StringWidth = typeof import('string-width').default;

let stringWidth: StringWidth | undefined;

/** Columns a terminal shows the text in; escape sequences take none. */
export function displayWidth(text: string): number {
  return oneColumnEach.test(text) ? text.length : measure(text);
}

/** Latin letters, digits and punctuation: nothing that joins with its neighbour or takes two columns. */
const oneColumnEach = /^[\u0020-\u007E\u00A0-\u00AC\u00AE-\u02FF\u2010-\u2027]*$/;

/** Its tables of emoji and scripts take as long to load as all the rest of a report. */
function measure(text: string): number {
  stringWidth ??= (createRequire(import.meta.url)('string-width') as { default: StringWidth }).default;
  return stringWidth(text);
}
