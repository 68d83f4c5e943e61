/**
 * International domain names: U-labels to A-labels and back (RFC 5890, RFC 5891, mapped as UTS 46 says). By a library with tables of
 * its own: Node's `domainToASCII` follows the URL standard, which since 2026 lets invalid A-labels pass, and changes with the
 * version of Node.
 */
import { createRequire } from 'node:module';

type Tr46 = typeof import('tr46');

/** Bidi: RFC 5893. Joiners: RFC 5892 Appendix A. STD3: letters, digits and hyphens. */
const rules = { checkBidi: true, checkJoiners: true, useSTD3ASCIIRules: true };

let tr46: Tr46 | undefined;

/**
 * @param domain letters, digits, marks, hyphens and dots.
 * @returns the domain in A-labels and lower case. undefined: a label is not valid. An A-label is valid when it is decoded and encoded to
 * itself (RFC 5891 §5.4).
 */
export function toAsciiDomain(domain: string): string | undefined {
  if (!isInternational(domain)) return domain.toLowerCase();
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

/**
 * A URL whose host is valid on every version of Node, or undefined. Hosts of schemes that Node does not know (`smtp:`) are names as they
 * were written.
 */
export function parseUrl(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const labels = url.hostname.split('.').filter(isInternational);
  return labels.every(label => toAsciiDomain(label) === label) ? url : undefined;
}

function isInternational(domain: string): boolean {
  return /[^\x00-\x7f]|(?:^|\.)xn--/i.test(domain);
}

/** Its tables take milliseconds to load, and most lists need none. */
function library(): Tr46 {
  tr46 ??= createRequire(import.meta.url)('tr46') as Tr46;
  return tr46;
}
