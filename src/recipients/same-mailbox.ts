/**
 * Addresses that differ and still reach one mailbox. Servers keep one of two copies with the same Message-ID and Date
 * (Exchange, Gmail, Cyrus), so the pixel of the other is never fetched. Warnings, since only the sender can know.
 */
import { domainOf } from '../message/mailbox.js';
import type { Recipient } from './recipient.js';

/** Pairs named in one warning before it says how many more there are. */
const maxShown = 5;
/** More people than anybody writes one message to; from there on nobody is compared any more. */
const maxCompared = 5_000;

/** Looks at recipients one at a time. */
export class SameMailboxes {
  readonly #first = new Map<string, string>();
  readonly #pairs: string[] = [];
  #count = 0;

  add({ mailbox: { addrSpec } }: Pick<Recipient, 'mailbox'>): void {
    const key = mailboxKey(addrSpec);
    const other = this.#first.get(key);
    if (other === undefined) {
      if (this.#first.size < maxCompared) this.#first.set(key, addrSpec);
      return;
    }
    this.#count += 1;
    if (this.#pairs.length < maxShown) this.#pairs.push(`${addrSpec} (${other})`);
  }

  warnings(): readonly string[] {
    if (this.#count === 0) return [];
    const more = this.#count > this.#pairs.length ? ` and ${this.#count - this.#pairs.length} more` : '';
    const what =
      this.#count === 1
        ? '1 address may reach a mailbox that is named already'
        : `${this.#count} addresses may reach mailboxes that are named already`;
    return [`${what}: ${this.#pairs.join(', ')}${more}`];
  }
}

/** Equal for spellings that the large providers deliver alike: case, what follows a plus, and at Gmail dots. */
export function mailboxKey(addrSpec: string): string {
  const lower = addrSpec.toLowerCase();
  const domain = domainOf(lower).replace(/^googlemail\.com$/, 'gmail.com');
  const whole = lower.slice(0, lower.lastIndexOf('@'));
  const plus = whole.indexOf('+', 1);
  const localPart = plus === -1 ? whole : whole.slice(0, plus);
  return `${domain === 'gmail.com' ? localPart.replaceAll('.', '') : localPart}@${domain}`;
}
