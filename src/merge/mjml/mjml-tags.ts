/** The tags of MJML's components, and its comments, in their order. Takes time in proportion to the text. */
import { TagEnds } from '../html/tag-ends.js';

export interface MjmlTag {
  readonly kind: 'comment' | 'start' | 'end' | 'self-closing';
  /** In the text's own spelling; '' of a comment. */
  readonly name: string;
  /** Behind the name, without the `/` of one that closes itself. */
  readonly attributes: string;
  readonly attributesOffset: number;
  readonly offset: number;
  readonly end: number;
}

const begins = /<!--|<(\/?)(mj[a-z-]*)\b/g;

/** @returns reads the first tag or comment at or behind a place. Places must not go back. */
export function createMjmlReader(text: string): (from: number) => MjmlTag | undefined {
  const ends = new TagEnds(text);
  let hasCommentEnds = true;

  function endOf(isComment: boolean, from: number): number | undefined {
    if (!isComment) return ends.endOf(from);
    const close = hasCommentEnds ? text.indexOf('-->', from) : -1;
    hasCommentEnds = close !== -1;
    return close === -1 ? undefined : close + 3;
  }

  return from => {
    begins.lastIndex = from;
    for (let found = begins.exec(text); found !== null; found = begins.exec(text)) {
      const { 0: opening, 1: slash, 2: name, index: offset } = found;
      const attributesOffset = offset + opening.length;
      const end = endOf(name === undefined, attributesOffset);
      if (end === undefined) continue;
      if (name === undefined)
        return { kind: 'comment', name: '', attributes: '', attributesOffset, offset, end };
      const closesItself = end - 2 >= attributesOffset && text[end - 2] === '/';
      const attributes = text.slice(attributesOffset, end - (closesItself ? 2 : 1));
      const kind = slash === '/' ? 'end' : closesItself ? 'self-closing' : 'start';
      return { kind, name, attributes, attributesOffset, offset, end };
    }
    return undefined;
  };
}

/** @returns behind the first start tag of that name. */
export function endOfOpening(text: string, name: string): number | undefined {
  const read = createMjmlReader(text);
  for (let tag = read(0); tag !== undefined; tag = read(tag.end)) {
    if (tag.name === name && tag.kind !== 'end') return tag.end;
  }
  return undefined;
}
