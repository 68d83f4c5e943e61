import { decodeAttribute, decodeEntities } from '../merge/html/entities.js';
import { type StartTag, startTags } from '../merge/html/start-tags.js';
import { replaceTags, withoutHidden } from '../merge/html/strip-markup.js';
import { isBlank } from '../text-scan.js';

/** The start tags of some kinds in a message's HTML. What is in comments, styles and scripts, or read by Outlook alone, is left out. */
export function* elementsOf(html: string, names: ReadonlySet<string>): Generator<StartTag, void, void> {
  for (const tag of startTags(html)) {
    if (tag.condition !== 'outlook' && names.has(tag.name)) yield tag;
  }
}

/**
 * @param name in lower case.
 * @returns '' for an attribute without a value, character references decoded; undefined when there is no such attribute.
 */
export function attributeText({ attributes }: StartTag, name: string): string | undefined {
  // When two attributes have the same name, the first counts. HTML §13.2.5.33
  const found = attributes.find(attribute => attribute.name === name);
  return found && decodeAttribute(found.value ?? '');
}

const hiddenElements = ['style', 'script', 'title', 'head'];

/** How many characters a reader of the HTML sees, near enough. */
export function visibleLength(html: string): number {
  const shown = withoutHidden(html, { elements: hiddenElements, comments: true }, ' ');
  return wordsLength(decodeEntities(replaceTags(shown, () => ' ')));
}

/** UTF-16 units, each run of white space as one, and none for those at the edges. */
export function wordsLength(text: string): number {
  let length = 0;
  let afterBlank = true;
  for (let at = 0; at < text.length; at += 1) {
    const blank = isBlank(text.charCodeAt(at));
    if (!(blank && afterBlank)) length += 1;
    afterBlank = blank;
  }
  return afterBlank && length > 0 ? length - 1 : length;
}
