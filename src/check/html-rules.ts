import type { StartTag } from '../merge/html/start-tags.js';
import { isWebUrl } from '../message/idna.js';
import type { RuleFinding } from './finding.js';
import { attributeText, elementsOf } from './html-elements.js';

/** Faults of one kind in a copy, of which a few are told. */
const mostOfAKind = 1_000;
const looked = new Set(['a', 'area', 'body', 'table', 'td', 'th', 'div', 'img', 'source', 'video', 'input']);

/** The parts of a copy's HTML that the rules read. */
export interface LookedAt {
  readonly elements: Iterable<StartTag>;
  /** Addresses of http that style sheets and style attributes load images from. */
  readonly insecure: Iterable<string>;
  /** Whether a link to `#name` has somewhere to go. */
  readonly hasPlace: (name: string) => boolean;
  /** The file of each image that is attached, by the `cid:` URL it is shown with. */
  readonly imageFiles: ReadonlyMap<string, string>;
}

/** Everything that is to be said about the elements of HTML; the same thing once. */
export function checkHtml(html: string, imageFiles: ReadonlyMap<string, string>): readonly RuleFinding[] {
  return checkElements({
    elements: lookedAtIn(html),
    insecure: findInsecureStyles(html),
    hasPlace: createPlaceFinder(html),
    imageFiles,
  });
}

/** @returns images first, then links. */
export function checkElements({
  elements,
  insecure: inStyles,
  hasPlace,
  imageFiles,
}: LookedAt): readonly RuleFinding[] {
  const seen = new Set<string>();
  const images: RuleFinding[] = [];
  const links: RuleFinding[] = [];
  const insecure = new Set<string>(inStyles);
  const target: LinkTargets = { hasPlace, hasHost: createHostCheck() };
  for (const element of elements) {
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
  return [...images, ...[...insecure].map(insecureImage), ...links];
}

/** The elements of HTML that these rules are about. */
export function lookedAtIn(html: string): Generator<StartTag, void, void> {
  return elementsOf(html, looked);
}

export function isLookedAt({ name, condition }: StartTag): boolean {
  return condition !== 'outlook' && looked.has(name);
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

/** Addresses of http in styles, wherever they stand. */
export function* findInsecureStyles(html: string): Generator<string, void, void> {
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
export function createPlaceFinder(html: string): (name: string) => boolean {
  let places: Set<string> | undefined;
  return name => {
    places ??= new Set(Array.from(html.matchAll(/(?:id|name)="(?=([^"]*)")/g), ([, place = '']) => place));
    return name !== '' && places.has(name);
  };
}

function quote(text: string): string {
  return text.length > 80 ? `"${text.slice(0, 79)}…"` : `"${text}"`;
}
