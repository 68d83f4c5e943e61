/** The start tags of HTML with the place of each attribute, so that single values can be changed and nothing else is. */

export interface StartTag {
  /** In lower case. */
  readonly name: string;
  /** Of the `<`, and of what comes after the `>`. */
  readonly offset: number;
  readonly end: number;
  readonly attributes: readonly Attribute[];
  /** What stands in an element that holds no others: `style`, `script`, `title`, `textarea`. */
  readonly content?: Span;
  /** In a conditional comment: one that Outlook alone reads, or one that everybody else does. */
  readonly condition: 'outlook' | 'others' | undefined;
}

export interface Span {
  readonly offset: number;
  readonly end: number;
}

export interface Attribute extends Span {
  /** In lower case. */
  readonly name: string;
  /** As written, without quotes; undefined when there is none. */
  readonly value: string | undefined;
  /** Of the value's first letter. */
  readonly valueOffset: number;
  readonly quote: '"' | "'" | '';
}

const commentOrTag = /<(?:!--|!\[endif\]-->|[a-z])|-->/gi;
/** `<!--[if !mso]><!-->`, of which only Outlook takes the end for one. */
const conditionForOthers = /<!--\[if[^\]>]*\]>\s*(?:<!--+(?:\s+-*)?>|-->)/y;
const conditionForOutlook = /<!--\[if[^\]>]*\]>/y;
const conditionEnds = /<!--+\s*<!\[endif\]--+>/y;
const tagName = /[^\s/>]+/y;
const attribute = /[\s/]*([^\s/>=][^\s/>=]*)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s>"'][^\s>]*))?/y;
const rawText = new Set(['style', 'script', 'title', 'textarea']);

/**
 * In their order. What is in comments, styles and scripts is none; what is in a conditional comment for Outlook is. Takes time in
 * proportion to the text, whatever is in it.
 * @param opaque names of the elements whose content is not looked at.
 */
export function* startTags(
  html: string,
  opaque: ReadonlySet<string> = rawText,
): Generator<StartTag, void, void> {
  let condition: StartTag['condition'];
  let at = 0;
  for (;;) {
    commentOrTag.lastIndex = at;
    const found = commentOrTag.exec(html);
    if (found === null) return;
    const offset = found.index;
    if (found[0] === '-->' || found[0].startsWith('<![')) {
      if (condition === 'outlook' || found[0] !== '-->') condition = undefined;
      at = offset + found[0].length;
    } else if (found[0] === '<!--') {
      const begin = read(conditionForOthers, html, offset);
      const end = read(conditionEnds, html, offset);
      const hidden = read(conditionForOutlook, html, offset);
      if (begin !== undefined) condition = 'others';
      else if (end !== undefined) condition = undefined;
      else if (hidden !== undefined) condition = 'outlook';
      at = offset + (begin ?? end ?? hidden ?? commentLength(html, offset));
    } else {
      const tag = readTag(html, offset, condition, opaque);
      yield tag;
      at = tag.content?.end ?? tag.end;
    }
  }
}

/** @returns the length of what stands there. */
function read(pattern: RegExp, html: string, offset: number): number | undefined {
  pattern.lastIndex = offset;
  return pattern.exec(html)?.[0].length;
}

function commentLength(html: string, offset: number): number {
  if (/^<!---?>/.test(html.slice(offset, offset + 6))) return html.indexOf('>', offset) + 1 - offset;
  const end = html.indexOf('-->', offset + 4);
  return (end === -1 ? html.length : end + 3) - offset;
}

function readTag(
  html: string,
  offset: number,
  condition: StartTag['condition'],
  opaque: ReadonlySet<string>,
): StartTag {
  tagName.lastIndex = offset + 1;
  const name = (tagName.exec(html)?.[0] ?? '').toLowerCase();
  const attributes: Attribute[] = [];
  let at = offset + 1 + name.length;
  for (;;) {
    attribute.lastIndex = at;
    const found = attribute.exec(html);
    if (found === null) break;
    at += found[0].length;
    const [whole, written = '', quoted] = found;
    const quote = quoted?.startsWith('"') ? '"' : quoted?.startsWith("'") ? "'" : '';
    attributes.push({
      name: written.toLowerCase(),
      offset: found.index + whole.search(/[^\s/]/),
      end: at,
      value: quote === '' ? quoted : quoted?.slice(1, -1),
      valueOffset: at - (quoted?.length ?? 0) + quote.length,
      quote,
    });
  }
  const closes = html.indexOf('>', at);
  const end = closes === -1 ? html.length : closes + 1;
  const tag = { name, offset, end, attributes, condition };
  if (!opaque.has(name) || html[end - 2] === '/') return tag;
  return { ...tag, content: { offset: end, end: findEndTag(html, name, end) ?? html.length } };
}

const endTag = /<\/([a-z][a-z0-9-]*)(?=[\s/>])/gi;

/**
 * @param name in lower case.
 * @returns where the end tag begins.
 */
export function findEndTag(html: string, name: string, from: number): number | undefined {
  endTag.lastIndex = from;
  for (let found = endTag.exec(html); found !== null; found = endTag.exec(html)) {
    if (found[1]?.toLowerCase() === name) return found.index;
  }
  return undefined;
}

export function attributeValue(attributes: readonly Attribute[], name: string): string | undefined {
  return attributes.find(attribute => attribute.name === name)?.value;
}
