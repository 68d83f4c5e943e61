/** Addresses that are right by every rule and probably not meant. Warnings, since only the sender can know. */
import { toUnicodeDomain } from '../message/idna.js';
import { domainOf } from '../message/mailbox.js';
import type { Recipient } from './recipient.js';

/** Large providers whose names are long enough that one slip hardly ever makes another name of somebody's. */
const providers = [
  'gmail.com',
  'googlemail.com',
  'yahoo.com',
  'hotmail.com',
  'outlook.com',
  'icloud.com',
  'protonmail.com',
  'fastmail.com',
  'comcast.net',
  'verizon.net',
  'sbcglobal.net',
  'yahoo.co.uk',
  'hotmail.co.uk',
  'btinternet.com',
  't-online.de',
  'wanadoo.fr',
  'laposte.net',
  'seznam.cz',
];
/** One slip from one of those, and real. */
const others = ['ymail.com', 'mail.com', 'email.com', 'cloud.com'];
const known: ReadonlySet<string> = new Set([...providers, ...others]);
/** Addresses named in one warning before it says how many more there are. */
const maxShown = 5;
const mostRemembered = 10_000;

/** Looks at recipients one at a time, and keeps the first few of each kind. */
export class DomainDoubts {
  readonly #mistyped = { count: 0, first: [] as string[] };
  readonly #mixed = { count: 0, first: [] as string[] };
  /** Domains without a doubt: a list has many people of one. */
  readonly #plain = new Set<string>();

  add({ mailbox: { addrSpec }, source }: Recipient): void {
    const domain = domainOf(addrSpec);
    if (this.#plain.has(domain)) return;
    const meant = meantProvider(domain);
    if (meant === undefined && !mixesScripts(domain)) {
      if (this.#plain.size < mostRemembered) this.#plain.add(domain);
      return;
    }
    const place = 'file' in source ? `${source.file}:${source.line ?? '?'}` : source.flag;
    if (meant !== undefined) note(this.#mistyped, `${addrSpec} (${meant}?) ${place}`);
    if (mixesScripts(domain)) note(this.#mixed, `${addrSpec} (${toUnicodeDomain(domain)}) ${place}`);
  }

  warnings(): readonly string[] {
    return [
      ...describe(this.#mistyped, 'may be mistyped', 'may be mistyped'),
      ...describe(
        this.#mixed,
        'has a domain of Latin and other letters that look like them',
        'have domains of Latin and other letters that look like them',
      ),
    ];
  }
}

interface Noted {
  count: number;
  readonly first: string[];
}

function note(noted: Noted, text: string): void {
  noted.count += 1;
  if (noted.first.length < maxShown) noted.first.push(text);
}

function describe({ count, first }: Noted, is: string, are: string): readonly string[] {
  if (count === 0) return [];
  const more = count > first.length ? ` and ${count - first.length} more` : '';
  return [`${count === 1 ? `1 address ${is}` : `${count} addresses ${are}`}: ${first.join(', ')}${more}`];
}

/** @param domain in A-labels and lower case. @returns the provider that is one slip away. */
export function meantProvider(domain: string): string | undefined {
  return known.has(domain) ? undefined : providers.find(provider => isOneSlip(domain, provider));
}

/** One letter too many, too few or another, or two neighbours swapped. Everybody is asked, so without a table. */
function isOneSlip(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start += 1;
  const rest = (text: string, from: number) => text.slice(start + from);
  if (a.length !== b.length)
    return a.length > b.length ? rest(a, 1) === rest(b, 0) : rest(a, 0) === rest(b, 1);
  if (start === a.length) return false;
  const isSwapped = a[start] === b[start + 1] && a[start + 1] === b[start];
  return rest(a, 1) === rest(b, 1) || (isSwapped && rest(a, 2) === rest(b, 2));
}

/** A label in which one alphabet borrows letters of another: `аpple.com` with a Cyrillic а is another domain. */
export function mixesScripts(domain: string): boolean {
  if (!domain.includes('xn--')) return false;
  return toUnicodeDomain(domain)
    .split('.')
    .some(label => /\p{Script=Latin}/u.test(label) && /[\p{Script=Cyrillic}\p{Script=Greek}]/u.test(label));
}
