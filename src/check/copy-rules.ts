import type { StartTag } from '../merge/html/start-tags.js';
import type { ReadableCopy } from '../merge/read-copy.js';
import { isWebUrl } from '../message/idna.js';
import type { RuleFinding } from './finding.js';
import { attributeText, elementsOf, visibleLength, wordsLength } from './html-elements.js';

/**
 * Everything that is to be said about one copy as its reader gets it; the same thing once. Takes time in proportion to the copy.
 * @param imageFiles the file of each image that is attached, by the `cid:` URL it is shown with.
 */
export function checkCopy(
  { subject, html, text }: ReadableCopy,
  imageFiles: ReadonlyMap<string, string> = new Map(),
): readonly RuleFinding[] {
  return [
    ...checkSubject(subject),
    ...(html === undefined ? [] : checkHtml(html, imageFiles)),
    ...checkText(text, html),
  ];
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
  const length = characters(subject);
  if (length > longestSubject) {
    findings.push({
      severity: 'warning',
      code: 'subject-length',
      what: `the subject has ${length} characters`,
      fix: `Say it in ${longestSubject}; phones show about 40.`,
      about: '',
    });
  }
  if (!/\p{Ll}/u.test(subject) && hasCapitals(subject, fewestCapitals)) {
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

/** One for a pair of surrogates. */
function characters(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

function hasCapitals(text: string, least: number): boolean {
  const capital = /\p{Lu}/gu;
  let count = 0;
  while (count < least && capital.test(text)) count += 1;
  return count === least;
}

/** Faults of one kind in a copy, of which a few are told. */
const mostOfAKind = 1_000;
const looked = new Set(['a', 'area', 'body', 'table', 'td', 'th', 'div', 'img', 'source', 'video', 'input']);

function checkHtml(html: string, imageFiles: ReadonlyMap<string, string>): readonly RuleFinding[] {
  const seen = new Set<string>();
  const images: RuleFinding[] = [];
  const links: RuleFinding[] = [];
  const insecure = new Set<string>(insecureStyles(html));
  const target: LinkTargets = { hasPlace: createPlaceFinder(html), hasHost: createHostCheck() };
  for (const element of elementsOf(html, looked)) {
    if (element.name === 'a' || element.name === 'area') {
      const href = attributeText(element, 'href');
      // Without href it is a place, not a link.
      if (href === undefined || links.length >= mostOfAKind || seen.has(`a${href}`)) continue;
      if (isCarouselThumbnail(element)) continue;
      seen.add(`a${href}`);
      links.push(...checkLink(href, target));
      continue;
    }
    if (element.name === 'img') {
      const source = attributeText(element, 'src')?.trim() ?? '';
      const hasAlt = element.attributes.some(({ name }) => name === 'alt');
      const key = `${hasAlt ? 'i' : 'j'}${source}`;
      if (images.length < mostOfAKind && !seen.has(key))
        images.push(...checkImage(source, hasAlt, imageFiles));
      seen.add(key);
    }
    if (insecure.size < mostOfAKind) for (const source of insecureSources(element)) insecure.add(source);
  }
  return [...checkSize(html), ...images, ...[...insecure].map(insecureImage), ...links];
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

function checkImage(
  source: string,
  hasAlt: boolean,
  imageFiles: ReadonlyMap<string, string>,
): readonly RuleFinding[] {
  const findings: RuleFinding[] = [];
  if (!hasAlt) {
    findings.push({
      severity: 'warning',
      code: 'image-without-alt',
      what: `the image ${quote(imageFiles.get(source) ?? source)} has no alt text`,
      fix: 'Say what it shows in alt="…", or alt="" if it is decoration: many readers see the words alone.',
      about: source,
    });
  }
  if (/^http:/i.test(source)) findings.push(insecureImage(source));
  return findings;
}

function* insecureStyles(html: string): Generator<string, void, void> {
  for (const [, url = ''] of html.matchAll(/(?:url\(|@import)\s*(?:["']|&quot;|&#39;)?(http:[^"')&;\s]+)/gi))
    yield url;
}

/** Everywhere but in the `src` of an `<img>`, which is looked at beside its words: backgrounds, other sizes of a picture, films. */
function* insecureSources(element: StartTag): Generator<string, void, void> {
  for (const name of element.name === 'img' ? ['background', 'poster'] : ['background', 'poster', 'src']) {
    const url = attributeText(element, name)?.trim();
    if (url !== undefined && /^http:/i.test(url)) yield url;
  }
  const candidates = attributeText(element, 'srcset');
  if (candidates === undefined) return;
  for (const { 1: url = '', 0: found, index } of candidates.matchAll(/(?:^|\s)(http:\S*)/gi)) {
    const isLast = index + found.length === candidates.length;
    yield !isLast && url.endsWith(',') ? url.slice(0, -1) : url;
  }
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

/** The places in one copy that its links can lead to. */
interface LinkTargets {
  readonly hasPlace: (name: string) => boolean;
  readonly hasHost: (url: string) => boolean;
}

function checkLink(written: string, targets: LinkTargets): readonly RuleFinding[] {
  const why = linkFault(written.trim(), targets);
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
function isCarouselThumbnail(element: StartTag): boolean {
  return /(?:^|\s)mj-carousel-thumbnail(?:\s|$)/.test(attributeText(element, 'class') ?? '');
}

/** A message has no address that a relative link could start from. */
function linkFault(href: string, { hasPlace, hasHost }: LinkTargets): string | undefined {
  if (href === '') return 'goes nowhere';
  if (href.startsWith('#')) return hasPlace(href.slice(1)) ? undefined : 'goes nowhere';
  const [, scheme] = /^([a-z][a-z0-9+.-]*):/i.exec(href) ?? [];
  if (scheme === undefined) return 'has no scheme, and goes nowhere';
  if (/^(?:mailto|tel)$/i.test(scheme)) return undefined;
  if (!/^https?$/i.test(scheme)) return `is neither http, https, mailto nor tel`;
  return hasHost(href) ? undefined : 'has no host';
}

/** Hosts with other letters than those of ASCII take libraries 0.1 ms each; a copy that has so many was not written for a reader. */
const mostInternational = 100;

/** @returns whether an address of http or https has a host, which is not asked about more international hosts than that. */
function createHostCheck(): (url: string) => boolean {
  let international = 0;
  return url => {
    // A URL parser would take `https:///path` and `https:example.com` for what they may have meant.
    const host = /^https?:\/\/([^/?#\\\s][^/?#\\]*)/i.exec(url)?.[1];
    if (host === undefined) return false;
    if (/[^\x00-\x7f]|xn--|%/i.test(host)) international += 1;
    return international > mostInternational || isWebUrl(url);
  };
}

/** @returns whether something in the HTML has that id or name. Looks for all of them at once, when the first is asked for. */
function createPlaceFinder(html: string): (name: string) => boolean {
  let places: Set<string> | undefined;
  return name => {
    places ??= new Set(Array.from(html.matchAll(/(?:id|name)="(?=([^"]*)")/g), ([, place = '']) => place));
    return name !== '' && places.has(name);
  };
}

/** Text that short beside so much HTML was forgotten. */
const shortestShare = 1 / 4;
const leastVisible = 200;

function checkText(text: string, html: string | undefined): readonly RuleFinding[] {
  const words = wordsLength(text);
  const visible = html === undefined ? 0 : visibleLength(html);
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
