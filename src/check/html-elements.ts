import { decodeEntities } from '../merge/entities.js';
/** The start tags of one kind in a message's HTML. What is in comments, styles and scripts is none. */
export interface HtmlElement {
  /** By name in lower case; '' for an attribute without a value, character references decoded. */
  readonly attributes: ReadonlyMap<string, string>;
  /** The tag as it stands there. */
  readonly source: string;
}

export function elementsOf(html: string, names: string): readonly HtmlElement[] {
  const pieces = new RegExp(
    `<!--[\\s\\S]*?-->|<(style|script)\\b[\\s\\S]*?</\\1\\s*>|<(?:${names})(?=[\\s/>])(?:"[^"]*"|'[^']*'|[^"'>])*>`,
    'gi',
  );
  return [...html.matchAll(pieces)]
    .map(([piece]) => piece)
    .filter(piece => !/^<(?:!|style\b|script\b)/i.test(piece))
    .map(source => ({ source, attributes: attributesOf(source) }));
}

function attributesOf(tag: string): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  const inner = tag.replace(/^<[^\s/>]+/, '');
  for (const [, name = '', quoted, single, bare] of inner.matchAll(
    /([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/g,
  )) {
    const key = name.toLowerCase();
    // Of two attributes with one name the first counts. HTML §13.2.5.33
    if (!attributes.has(key)) attributes.set(key, decodeEntities(quoted ?? single ?? bare ?? ''));
  }
  return attributes;
}

/** The words a reader of the HTML sees, near enough to be counted. */
export function visibleText(html: string): string {
  return decodeEntities(
    html
      .replaceAll(/<!--[\s\S]*?-->|<(style|script|title|head)\b[\s\S]*?<\/\1\s*>/gi, ' ')
      .replaceAll(/<[a-z/!](?:"[^"]*"|'[^']*'|[^"'>])*>/gi, ' '),
  )
    .replaceAll(/\s+/g, ' ')
    .trim();
}
