/** HTML as its readers see it, near enough to be searched for words. All take time in proportion to the text. */
import { isLetter } from '../../text-scan.js';
import { TagEnds } from './tag-ends.js';

const endTag = /<\/([a-z]+)\s*>/gi;

interface Hidden {
  /** Elements that are taken out with their content, in lower case. What does not end stays. */
  readonly elements: readonly string[];
  readonly comments: boolean;
}

/** @param put in the place of each. */
export function withoutHidden(html: string, { elements, comments }: Hidden, put: string): string {
  // Of what was looked for in vain once there is none further on either.
  const missing = new Set<string>();
  let shown = '';
  let written = 0;
  for (let from = html.indexOf('<'); from !== -1; ) {
    const name = nameAt(html, from);
    const isHidden = name !== undefined && (name === '' ? comments : elements.includes(name));
    if (!isHidden || missing.has(name)) {
      from = html.indexOf('<', from + 1);
      continue;
    }
    const end = name === '' ? endOfComment(html, from) : endOfElement(html, name, from);
    if (end === undefined) {
      missing.add(name);
      continue;
    }
    shown += html.slice(written, from) + put;
    written = end;
    from = html.indexOf('<', end);
  }
  return shown + html.slice(written);
}

/** @returns the element that begins there, in lower case; '' for a comment. */
function nameAt(html: string, offset: number): string | undefined {
  let end = offset + 1;
  while (isLetter(html.charCodeAt(end))) end += 1;
  if (end === offset + 1) return html.startsWith('!--', end) ? '' : undefined;
  return isOfWord(html.charCodeAt(end)) ? undefined : html.slice(offset + 1, end).toLowerCase();
}

/** A digit or `_`. */
function isOfWord(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || code === 0x5f;
}

function endOfComment(html: string, offset: number): number | undefined {
  const end = html.indexOf('-->', offset + 4);
  return end === -1 ? undefined : end + 3;
}

function endOfElement(html: string, name: string, offset: number): number | undefined {
  endTag.lastIndex = offset;
  for (let found = endTag.exec(html); found !== null; found = endTag.exec(html)) {
    if (found[1]?.toLowerCase() === name) return endTag.lastIndex;
  }
  return undefined;
}

const exclamation = 0x21;
const slash = 0x2f;

/** Tags, and what looks like one: a `<` with a letter, `/` or `!` behind it, up to the `>` that is not in quotes. */
export function replaceTags(html: string, replace: (tag: string) => string): string {
  const ends = new TagEnds(html);
  let shown = '';
  let written = 0;
  for (let from = html.indexOf('<'); from !== -1; ) {
    const code = html.charCodeAt(from + 1);
    const end = isLetter(code) || code === slash || code === exclamation ? ends.endOf(from + 2) : undefined;
    if (end !== undefined) {
      shown += html.slice(written, from) + replace(html.slice(from, end));
      written = end;
    }
    from = html.indexOf('<', end ?? from + 1);
  }
  return shown + html.slice(written);
}
