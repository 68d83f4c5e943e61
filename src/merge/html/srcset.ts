import { withoutTrailing } from '../../text-scan.js';

/** One image of a `srcset`: a URL, then a width or density, which may be missing. HTML §4.8.4.2.1 */
export interface SrcsetCandidate {
  /** Blanks and commas before it. */
  readonly before: string;
  readonly url: string;
  /** Up to the next candidate: the width or density, and the comma. */
  readonly after: string;
}

const blanksAndCommas = /[\s,]*/y;
const notBlank = /\S+/y;

/** Put together, the parts of all candidates are the value; what stands behind the last one is left out. */
export function* srcsetCandidates(value: string): Generator<SrcsetCandidate, void, void> {
  let at = 0;
  while (at < value.length) {
    const start = at + match(blanksAndCommas, value, at).length;
    const word = match(notBlank, value, start);
    if (word === '') return;
    const url = withoutTrailing(word, ',');
    const urlEnd = start + url.length;
    let end = start + word.length;
    if (url === word) {
      const comma = value.indexOf(',', end);
      end = comma === -1 ? value.length : comma + 1;
    }
    yield { before: value.slice(at, start), url, after: value.slice(urlEnd, end) };
    at = end;
  }
}

function match(sticky: RegExp, text: string, at: number): string {
  sticky.lastIndex = at;
  return sticky.exec(text)?.[0] ?? '';
}
