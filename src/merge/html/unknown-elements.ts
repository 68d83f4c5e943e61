/**
 * Elements that HTML does not know. Mail programs show what stands in them and nothing of them: a template for Inky, Maizzle or MJML has
 * lost its layout, and "Dear <FirstName>," has lost the name.
 */
import { type ProtectedText, sourceOffset } from '../liquid/liquid-protection.js';
import type { PlaceOf } from '../source-text.js';
import type { TemplateNotice } from '../template-notice.js';
import { isHtmlElement } from './element-names.js';
import { findEndTag, type StartTag, startTags } from './start-tags.js';

/** Nobody mends more names one by one. */
const mostTold = 20;

/** @returns one notice for each name, at the first element of it. */
export function findUnknownElements(
  kind: 'html' | 'mjml',
  source: ProtectedText,
  placeOf: PlaceOf,
): readonly TemplateNotice[] {
  const elements = new Map<string, StartTag>();
  const attributes = new Map<string, StartTag>();
  for (const tag of withoutPictures(startTags(source.text), source.text)) {
    if (tag.condition === 'outlook') continue;
    if (elements.size < mostTold && isUnknown(tag, kind, source) && !elements.has(tag.name))
      elements.set(tag.name, tag);
    for (const { name } of tag.attributes)
      if (attributes.size < mostTold && directives.test(name) && !attributes.has(name))
        attributes.set(name, tag);
  }
  const names = [...elements.keys()];
  const placeOfTag = ({ offset }: StartTag) => placeOf(sourceOffset(source, offset));
  return [
    ...[...elements].map(([name, tag]) => ({
      code: 'unknown-element' as const,
      what: `<${written(tag, source)}> is not an element of HTML: readers see only what stands in it`,
      where: placeOfTag(tag),
      fix: fixFor(name, names, source.text),
    })),
    ...[...attributes].map(([name, tag]) => ({
      code: 'unknown-element' as const,
      what: `${name} in <${tag.name}> is an instruction to another program, and changes nothing here`,
      where: placeOfTag(tag),
      fix: 'Write {{ name }} where a value stands, and {% if name %}…{% endif %} around what depends on it.',
    })),
  ];
}

/** Thymeleaf, TAL, Vue and Angular put values and conditions there. */
const directives =
  /^(?:(?:data-)?th[:-]\w|tal:\w|v-(?:if|else|for|text|html|bind|show)\b|\*ng[a-z]|ng-(?:if|repeat|bind|show))/;

function isUnknown({ name, offset }: StartTag, kind: 'html' | 'mjml', source: ProtectedText): boolean {
  if (isHtmlElement(name) || name.includes(':') || source.hasLiquid(name)) return false;
  // `<<First Name>>` is told with the other fields.
  if (source.text[offset - 1] === '<') return false;
  // MJML has its own words for components that it does not know.
  return !(kind === 'mjml' && mjml.test(name));
}

/** The elements of an `<svg>` are its own. */
function* withoutPictures(tags: Iterable<StartTag>, text: string): Generator<StartTag, void, void> {
  const ends = new Map([
    ['svg', 0],
    ['math', 0],
  ]);
  let end = 0;
  for (const tag of tags) {
    if (tag.offset < end) continue;
    // Without an end tag there is none behind a later start tag either.
    if ((ends.get(tag.name) ?? -1) !== -1) {
      const found = text.indexOf(`</${tag.name}>`, tag.end);
      ends.set(tag.name, found);
      end = found === -1 ? tag.end : found;
    }
    yield tag;
  }
}

const longestShown = 40;

function written({ offset, end }: StartTag, { text, restore }: ProtectedText): string {
  const inner = restore(text.slice(offset + 1, text[end - 1] === '>' ? end - 1 : end)).trimEnd();
  const name = inner.endsWith('/') ? inner.slice(0, -1).trimEnd() : inner;
  const line = name.split(/[\r\n]/, 1)[0] ?? '';
  return line.length > longestShown ? `${line.slice(0, longestShown - 1)}…` : line;
}

const mjml = /^mj(?:ml|-.*)$/;

/** Languages that have to be turned into HTML before, by the elements that no other of them has. */
const languages: readonly (readonly [RegExp, string])[] = [
  [mjml, 'It is of MJML: give the file a name that ends in .mjml.'],
  [/^heml$/, 'It is of HEML: turn the template into HTML with HEML, and send that.'],
  [
    /^(?:row|columns?|callout|wrapper|spacer|block-grid|h-line)$/,
    'It is of Inky (Foundation for Emails): turn the template into HTML with Inky, and send that.',
  ],
  [
    /^(?:x-.+|component|module|extends|fill|yield|outlook|each)$/,
    'It is of Maizzle: build the template with Maizzle, and send the HTML that it writes.',
  ],
  [/^amp-.+$/, 'It is of AMP, for which a message has a part of its own: write an element of HTML.'],
  [
    /^(?:singleline|multiline|repeater|webversion|forwardtoafriend|preferences|unsubscribe|currentyear)$/,
    'It is of Campaign Monitor: write the text itself, and <a href="{{ unsubscribe_url }}"> for its link.',
  ],
];

/** @param names of all elements that HTML does not know: a `container` beside a `row` is one of Inky's. */
function fixFor(name: string, names: readonly string[], text: string): string {
  if (/\sclassName=/.test(text)) return 'It is of React: render the template to HTML, and send that.';
  const own = languages.find(([pattern]) => pattern.test(name));
  if (own !== undefined) return own[1];
  const isClosed = findEndTag(text, name, 0) !== undefined;
  if (!isClosed) return 'Write a merge field as {{ name }}, and a bracket that is to be read as &lt;.';
  const beside = languages.find(([pattern]) => names.some(other => pattern.test(other)));
  return beside?.[1] ?? 'Write an element of HTML, such as <div> or <span>.';
}
