import { domainToASCII } from 'node:url';
import { type Parsed, parsed, refused } from '../problem.js';

const maxDomainOctets = 255;
const maxLabelOctets = 63;

/**
 * A domain name in A-labels and lower case (IDNA 2008, RFC 5890), checked before and after the conversion: the
 * converter also reads URLs, and would make `1` an address and `example.com/evil` another host.
 */
export function parseDomain(text: string): Parsed<string> {
  if (text === '') return refused('nothing after the "@"');
  if (text.startsWith('[')) return refused('an address literal, not a domain');
  const strange = /[^\p{L}\p{M}\p{N}.-]/u.exec(text)?.[0];
  if (strange !== undefined) return refused(`${JSON.stringify(strange)} in the domain`);
  const ascii = domainToASCII(text.normalize('NFC'));
  if (ascii === '') return refused('the domain is not a valid international name');
  if (/^[\x00-\x7f]*$/.test(text) && ascii !== text.toLowerCase()) return refused('the domain is a number');
  return checkLabels(ascii);
}

function checkLabels(domain: string): Parsed<string> {
  if (domain.length > maxDomainOctets) return refused(`the domain has more than ${maxDomainOctets} octets`);
  for (const label of domain.split('.')) {
    if (label === '') return refused('an empty label in the domain');
    if (label.length > maxLabelOctets)
      return refused(`a label of the domain has more than ${maxLabelOctets} octets`);
    if (!/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/.test(label))
      return refused(`the label "${label}" is not a host name`);
  }
  if (/(?:^|\.)\d+$/.test(domain)) return refused('the domain ends in a number');
  return parsed(domain);
}
