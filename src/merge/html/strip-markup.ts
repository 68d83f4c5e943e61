/** HTML as its readers see it, near enough to be searched for words. All take time in proportion to the text. */
import { TagEnds } from './tag-ends.js';

const commentOrElement = /<!--|<([a-z]+)\b/gi;
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
  const parts: string[] = [];
  let at = 0;
  commentOrElement.lastIndex = 0;
  for (let found = commentOrElement.exec(html); found !== null; found = commentOrElement.exec(html)) {
    const name = found[1]?.toLowerCase() ?? '';
    if (missing.has(name) || !(name === '' ? comments : elements.includes(name))) continue;
    const end = name === '' ? endOfComment(html, found.index) : endOfElement(html, name, found.index);
    if (end === undefined) {
      missing.add(name);
      continue;
    }
    parts.push(html.slice(at, found.index), put);
    at = end;
    commentOrElement.lastIndex = end;
  }
  return parts.join('') + html.slice(at);
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

const tagBegins = /<[a-z/!]/gi;

/** Tags, and what looks like one: a `<` with a letter, `/` or `!` behind it, up to the `>` that is not in quotes. */
export function replaceTags(html: string, replace: (tag: string) => string): string {
  const ends = new TagEnds(html);
  const parts: string[] = [];
  let at = 0;
  tagBegins.lastIndex = 0;
  for (let found = tagBegins.exec(html); found !== null; found = tagBegins.exec(html)) {
    const end = ends.endOf(tagBegins.lastIndex);
    if (end === undefined) continue;
    parts.push(html.slice(at, found.index), replace(html.slice(found.index, end)));
    at = end;
    tagBegins.lastIndex = end;
  }
  return parts.join('') + html.slice(at);
}
