/**
 * International domain names: U-labels to A-labels and back (RFC 5890, RFC 5891, mapped as UTS 46 says). By a library with tables of
 * its own: Node's `domainToASCII` follows the URL standard, which since 2026 lets invalid A-labels pass, and changes with the
 * version of Node.
 */
import { createRequire } from 'node:module';

type Tr46 = typeof import('tr46');

/** Bidi: RFC 5893. Joiners: RFC 5892 Appendix A. STD3: letters, digits and hyphens. */
const rules = { checkBidi: true, checkJoiners: true, useSTD3ASCIIRules: true };

/**
 * UTF-16 units. A label has 63 octets at most (RFC 1035 §2.3.4), each of its letters one or more, and a letter four units with its
 * accents written apart. What is longer is not valid, and to find that out takes the square of its length.
 */
const maxLabelOctets = 63;
const longestLabel = 4 * maxLabelOctets;
const longestDomain = 1_000;

let tr46: Tr46 | undefined;

/**
 * @param domain letters, digits, marks, hyphens and dots.
 * @returns the domain in A-labels and lower case. undefined: a label is not valid. An A-label is valid when it is decoded and encoded to
 * itself (RFC 5891 §5.4).
 */
export function toAsciiDomain(domain: string): string | undefined {
  if (!isInternational(domain)) return domain.toLowerCase();
  if (isTooLong(domain)) return undefined;
  const ascii = library().toASCII(domain, rules);
  if (ascii === null) return undefined;
  const written = domain.split('.');
  const isValid = (label: string, index: number) => {
    const typed = written[index]?.toLowerCase() ?? '';
    if (typed.startsWith('xn--') && typed !== label) return false;
    // RFC 5891 §4.2.3.1. Plain labels such as `r3---x` are host names that IDNA has no say in.
    return !label.startsWith('xn--') || !/^..--/u.test(toUnicodeDomain(label));
  };
  return ascii.split('.').every(isValid) ? ascii : undefined;
}

/** @param domain valid, in A-labels or not. */
export function toUnicodeDomain(domain: string): string {
  return isInternational(domain) ? library().toUnicode(domain, rules).domain : domain;
}

/** Names and no numbers, which may be addresses: a parser of URLs finds nothing wrong in what begins so. */
const plainUrl = /^https?:\/\/(?!xn--)[a-z][a-z0-9-]*(?:\.(?!xn--)[a-z][a-z0-9-]*)*(?::\d{1,4})?(?:[/?#]|$)/i;

/** Whether `parseUrl` takes a URL of http or https, most of which it needs not be asked about. */
export function isWebUrl(text: string): boolean {
  return plainUrl.test(text) || (/^https?:/i.test(text) && parseUrl(text) !== undefined);
}

/**
 * A URL whose host is valid on every version of Node, or undefined. Hosts of schemes that Node does not know (`smtp:`) are names as they
 * were written.
 */
export function parseUrl(text: string): URL | undefined {
  const url = isTooLong(hostIn(text)) ? undefined : readUrl(text);
  if (url === undefined) return undefined;
  const labels = url.hostname.split('.').filter(isInternational);
  return labels.every(label => label.length <= maxLabelOctets && toAsciiDomain(label) === label)
    ? url
    : undefined;
}

/**
 * A URL of any scheme, whatever its host; undefined: the text is not a URL. Not `URL.canParse`, which on Node 20 refuses letters such as é
 * once it has been asked some thousand times.
 */
export function readUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

function isTooLong(domain: string): boolean {
  return domain.length > longestDomain || domain.split(dots).some(label => label.length > longestLabel);
}

/** What separates labels. RFC 3490 §3.1 (1) */
const dots = /[.\u3002\uff0e\uff61]/;

/** As a parser of URLs sees it before it looks at the labels: it leaves out line ends and tabs, and decodes percent-encoding. */
function hostIn(url: string): string {
  const authority = /^[^:]*:[/\\]*([^/\\?#]*)/.exec(url.replaceAll(/[\t\n\r]/g, ''))?.[1] ?? '';
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  try {
    return host.includes('%') ? decodeURIComponent(host) : host;
  } catch {
    return host;
  }
}

function isInternational(domain: string): boolean {
  return /[^\x00-\x7f]|(?:^|\.)xn--/i.test(domain);
}

/** Its tables take milliseconds to load, and most lists need none. */
function library(): Tr46 {
  tr46 ??= createRequire(import.meta.url)('tr46') as Tr46;
  return tr46;
}
