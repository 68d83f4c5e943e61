import { decodeAttribute, decodeEntities } from '../merge/html/entities.js';
import { startTags } from '../merge/html/start-tags.js';
import { replaceTags, withoutHidden } from '../merge/html/strip-markup.js';

/** The start tags of one kind in a message's HTML. What is in comments, styles and scripts is none. */
export interface HtmlElement {
  /** By name in lower case; '' for an attribute without a value, character references decoded. */
  readonly attributes: ReadonlyMap<string, string>;
  /** The tag as it stands there. */
  readonly source: string;
}

/** What Outlook alone reads is none. */
export function elementsOf(html: string, ...names: readonly string[]): readonly HtmlElement[] {
  return [...startTags(html)]
    .filter(({ name, condition }) => condition !== 'outlook' && names.includes(name))
    .map(({ offset, end, attributes }) => ({
      source: html.slice(offset, end),
      // Of two attributes with one name the first counts. HTML §13.2.5.33
      attributes: new Map(
        attributes.toReversed().map(({ name, value = '' }) => [name, decodeAttribute(value)]),
      ),
    }));
}

const hiddenElements = ['style', 'script', 'title', 'head'];

/** The words a reader of the HTML sees, near enough to be counted. */
export function visibleText(html: string): string {
  return decodeEntities(
    replaceTags(withoutHidden(html, { elements: hiddenElements, comments: true }, ' '), () => ' '),
  )
    .replaceAll(/\s+/g, ' ')
    .trim();
}
