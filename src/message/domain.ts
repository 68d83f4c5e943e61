import { type Parsed, parsed, refused } from '../problem.js';
import { codePointName } from './header-field.js';
import { toAsciiDomain, toUnicodeDomain } from './idna.js';

/** As text; 255 with the octets of length in a DNS message. RFC 1035 §2.3.4 */
const maxDomainOctets = 253;
const maxLabelOctets = 63;

/**
 * A domain name in A-labels and lower case (IDNA 2008, RFC 5890), checked before and after the conversion. The converter
 * maps some characters to others: `ⅷ.com` to viii.com, an invisible character to nothing. A name that would be converted to
 * another name is rejected, since mail to it would reach somebody else.
 */
export function parseDomain(text: string): Parsed<string> {
  if (text === '') return refused('nothing after the "@"');
  if (text.startsWith('[')) return refused('an address literal, not a domain');
  const strange = /[^\p{L}\p{M}\p{N}.-]/u.exec(text)?.[0];
  if (strange !== undefined) return refused(`${characterName(strange)} in the domain`);
  if (/^\.|\.\.|\.$/.test(text)) return refused('a dot at the edge of the domain, or two together');
  if (/(?:^|\.)(?:\d+|0x[\da-f]*)$/i.test(text)) return refused('the domain ends in a number');
  const ascii = toAsciiDomain(text);
  if (ascii === undefined) return refused('the domain is not a valid international name');
  return checkLabels(text.split('.'), ascii);
}

function checkLabels(written: readonly string[], ascii: string): Parsed<string> {
  const labels = ascii.split('.');
  for (const [index, label] of labels.entries()) {
    const typed = written[index] ?? '';
    if (!isSameLabel(typed, label)) return refused(`"${typed}" in the domain would be read as "${label}"`);
    if (label.length > maxLabelOctets)
      return refused(`more than ${maxLabelOctets} octets in a label of the domain`);
    // Letters, digits and hyphens, no hyphen at the edge. RFC 5890 §2.3.1
    if (!/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/.test(label))
      return refused(`the label "${label}" is not a host name`);
  }
  if (ascii.length > maxDomainOctets) return refused(`more than ${maxDomainOctets} octets in the domain`);
  return parsed(ascii);
}

/** Case and composed accents are spellings of one label (RFC 5891 §4.2.1, RFC 5895 §2); anything else is another one. */
function isSameLabel(typed: string, label: string): boolean {
  if (/^[\x00-\x7f]*$/.test(typed)) return typed.toLowerCase() === label;
  // Letter by letter, as IDNA does: a whole word would get the final form of the sigma.
  const lower = [...typed].map(letter => letter.toLowerCase()).join('');
  return toUnicodeDomain(label) === lower.normalize('NFC');
}

/** A character as a person can recognise it: itself when it has a shape of its own, or else its code point. */
export function characterName(character: string): string {
  if (character === ' ') return 'a space';
  const hasShape = /^[\p{L}\p{N}\p{P}\p{S}]$/u.test(character);
  return hasShape ? JSON.stringify(character) : codePointName(character);
}
