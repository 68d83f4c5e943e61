import type { ReadableCopy } from '../merge/read-copy.js';
import { parseUrl } from '../message/idna.js';
import type { RuleFinding } from './finding.js';
import { elementsOf, type HtmlElement, visibleText } from './html-elements.js';

/** Everything that is to be said about one copy as its reader gets it. */
export function checkCopy({ subject, html, text }: ReadableCopy): readonly RuleFinding[] {
  return [...checkSubject(subject), ...(html === undefined ? [] : checkHtml(html)), ...checkText(text, html)];
}

/** Gmail shows so much of a message and a link to the rest, which few follow. */
const gmailClipsAtBytes = 102 * 1024;
/** One more paragraph and it does. */
const nearlyClippedAtBytes = 90 * 1024;
/** RFC 5322 §2.1.1 recommends so much for a line, and no list of messages shows more. */
const longestSubject = 78;
/** Fewer are an abbreviation. */
const fewestCapitals = 5;

function checkSubject(subject: string): readonly RuleFinding[] {
  const findings: RuleFinding[] = [];
  const length = [...subject].length;
  if (length > longestSubject) {
    findings.push({
      severity: 'warning',
      code: 'subject-length',
      what: `the subject has ${length} characters`,
      fix: `Say it in ${longestSubject}; phones show about 40.`,
      about: '',
    });
  }
  const capitals = subject.match(/\p{Lu}/gu)?.length ?? 0;
  if (capitals >= fewestCapitals && !/\p{Ll}/u.test(subject)) {
    findings.push({
      severity: 'warning',
      code: 'subject-capitals',
      what: `the subject is all in capitals: ${subject}`,
      fix: 'Write it like a sentence: filters and readers take capitals for advertising.',
      about: '',
    });
  }
  return findings;
}

function checkHtml(html: string): readonly RuleFinding[] {
  const images = elementsOf(html, 'img');
  const links = elementsOf(html, 'a', 'area');
  return [
    ...checkSize(html),
    ...images.flatMap(checkImage),
    ...insecureSources(html),
    ...links.flatMap(link => checkLink(link, html)),
  ];
}

function checkSize(html: string): readonly RuleFinding[] {
  const bytes = Buffer.byteLength(html);
  if (bytes < nearlyClippedAtBytes) return [];
  return [
    {
      severity: bytes > gmailClipsAtBytes ? 'error' : 'warning',
      code: 'html-too-large',
      what: `the HTML has ${Math.ceil(bytes / 1024)} KB; Gmail cuts messages off at 102 KB`,
      fix: 'Leave out sections, or styles that are repeated; a link can have the rest.',
      about: '',
    },
  ];
}

function checkImage({ attributes }: HtmlElement): readonly RuleFinding[] {
  const source = attributes.get('src')?.trim() ?? '';
  const findings: RuleFinding[] = [];
  if (!attributes.has('alt')) {
    findings.push({
      severity: 'warning',
      code: 'image-without-alt',
      what: `the image ${quote(source)} has no alt text`,
      fix: 'Say what it shows in alt="…", or alt="" if it is decoration: many readers see the words alone.',
      about: source,
    });
  }
  if (/^http:/i.test(source)) findings.push(insecureImage(source));
  return findings;
}

/** Everywhere but in the `src` of an `<img>`: styles, backgrounds, other sizes of a picture, films. */
function insecureSources(html: string): readonly RuleFinding[] {
  const inStyles = [...html.matchAll(/(?:url\(|@import)\s*(?:["']|&quot;|&#39;)?(http:[^"')&;\s]+)/gi)].map(
    ([, url = '']) => url,
  );
  const inAttributes = elementsOf(
    html,
    'body',
    'table',
    'td',
    'th',
    'div',
    'img',
    'source',
    'video',
    'input',
  ).flatMap(({ source, attributes }) => [
    attributes.get('background'),
    attributes.get('poster'),
    // The address of an image is looked at beside its words.
    /^<img/i.test(source) ? undefined : attributes.get('src'),
    ...(attributes.get('srcset') ?? '').split(/,\s+|\s+/),
  ]);
  const insecure = inAttributes.map(url => url?.trim() ?? '').filter(url => /^http:/i.test(url));
  return [...new Set([...inStyles, ...insecure])].map(insecureImage);
}

function insecureImage(source: string): RuleFinding {
  return {
    severity: 'warning',
    code: 'image-http',
    what: `the image ${quote(source)} is loaded over http`,
    fix: 'Use https: many mail programs load no other images.',
    about: source,
  };
}

function checkLink({ attributes }: HtmlElement, html: string): readonly RuleFinding[] {
  const written = attributes.get('href');
  // Without href it is a place, not a link.
  if (written === undefined || isCarouselThumbnail(attributes)) return [];
  const why = linkFault(written.trim(), html);
  if (why === undefined) return [];
  return [
    {
      severity: 'error',
      code: 'link',
      what: `the link ${quote(written)} ${why}`,
      fix: 'Write the whole address: https://…, mailto:… or tel:….',
      about: written,
    },
  ];
}

/** `mj-carousel` makes a link to `#1` of each small picture, and a label in it that shows the large one. Nobody wrote it. */
function isCarouselThumbnail(attributes: HtmlElement['attributes']): boolean {
  return attributes.get('class')?.split(/\s+/).includes('mj-carousel-thumbnail') === true;
}

/** A message has no address that a relative link could start from. */
function linkFault(href: string, html: string): string | undefined {
  if (href === '') return 'goes nowhere';
  if (href.startsWith('#')) return isPlaceIn(href.slice(1), html) ? undefined : 'goes nowhere';
  const [, scheme] = /^([a-z][a-z0-9+.-]*):/i.exec(href) ?? [];
  if (scheme === undefined) return 'has no scheme, and goes nowhere';
  if (/^(?:mailto|tel)$/i.test(scheme)) return undefined;
  if (!/^https?$/i.test(scheme)) return `is neither http, https, mailto nor tel`;
  // A URL parser would take `https:///path` and `https:example.com` for what they may have meant.
  const hasHost = /^https?:\/\/[^/?#\\\s]/i.test(href) && parseUrl(href)?.hostname;
  return hasHost ? undefined : 'has no host';
}

function isPlaceIn(name: string, html: string): boolean {
  return name !== '' && (html.includes(`id="${name}"`) || html.includes(`name="${name}"`));
}

/** Text that short beside so much HTML was forgotten. */
const shortestShare = 1 / 4;
const leastVisible = 200;

function checkText(text: string, html: string | undefined): readonly RuleFinding[] {
  const words = text.trim().replaceAll(/\s+/g, ' ').length;
  const visible = html === undefined ? 0 : visibleText(html).length;
  const isShort = visible >= leastVisible && words < visible * shortestShare;
  if (words > 0 && !isShort) return [];
  return [
    {
      severity: 'warning',
      code: 'text-part',
      what:
        words === 0
          ? 'the text part is empty'
          : `the text part has ${words} characters, the HTML shows ${visible}`,
      fix: 'Write it into <template>.txt beside the template, or pass --text: watches, screen readers and filters read it.',
      about: '',
    },
  ];
}

function quote(text: string): string {
  return text.length > 80 ? `"${text.slice(0, 79)}…"` : `"${text}"`;
}
