import { type Mailbox, parseMailbox } from '../message/mailbox.js';
import { nearest } from '../nearest.js';
import { Problem } from '../problem.js';
import type { Fields } from './recipient.js';

/** A person of the contacts file. */
export interface Contact {
  readonly alias: string;
  readonly mailbox: Mailbox;
  /** The other columns: merge fields. */
  readonly fields: Fields;
}

export interface Addressee {
  readonly mailbox: Mailbox;
  readonly fields: Fields;
}

export interface AddressBook {
  /**
   * What was typed after `--to` to people: an address, an alias, a group, or with a default domain a bare name.
   * @throws Problem `address-syntax`, `unknown-recipient` with the nearest name.
   */
  resolve(text: string): readonly Addressee[];
}

/**
 * @param groups `[aliases]` of the configuration: name → addresses, aliases or other groups.
 * @param defaultDomain makes a bare name an address of that domain; without it nothing is guessed.
 */
export function createAddressBook(
  contacts: readonly Contact[],
  groups: ReadonlyMap<string, readonly string[]>,
  defaultDomain?: string,
): AddressBook {
  const people = new Map(contacts.map(contact => [contact.alias.toLowerCase(), contact]));
  const byAddress = new Map(contacts.map(contact => [contact.mailbox.addrSpec.toLowerCase(), contact]));
  const named = new Map([...groups].map(([name, members]) => [name.toLowerCase(), members]));

  /** @param path groups being resolved: one inside itself would never end. */
  function resolve(text: string, path: readonly string[]): readonly Addressee[] {
    if (text.includes('@') || text.includes('<')) return [addressed(text)];
    const key = text.toLowerCase();
    const members = named.get(key);
    if (members !== undefined) {
      if (path.includes(key)) {
        throw new Problem('config', `the alias "${text}" contains itself: ${[...path, key].join(' → ')}`);
      }
      return members.flatMap(member => resolve(member.trim(), [...path, key]));
    }
    const person = people.get(key);
    if (person !== undefined) return [person];
    if (defaultDomain !== undefined) return [addressed(`${text}@${defaultDomain}`)];
    throw unknown(text);
  }

  /** Somebody typed as an address who is in the book brings their fields, and their name if none was typed. */
  function addressed(text: string): Addressee {
    const mailbox = parseMailbox(text);
    if (!mailbox.ok) {
      throw new Problem('address-syntax', `${JSON.stringify(text)} is not an address: ${mailbox.why}`, {
        fix: 'Write it as name@example.com or "Name" <name@example.com>.',
      });
    }
    const known = byAddress.get(mailbox.value.addrSpec.toLowerCase());
    if (known === undefined) return { mailbox: mailbox.value, fields: new Map() };
    const name = mailbox.value.name === '' ? known.mailbox.name : mailbox.value.name;
    return { mailbox: { ...mailbox.value, name }, fields: known.fields };
  }

  function unknown(text: string): Problem {
    const close = nearest(text, [...groups.keys(), ...contacts.map(contact => contact.alias)]);
    return new Problem(
      'unknown-recipient',
      `${JSON.stringify(text)} is neither an address nor in the address book`,
      {
        fix:
          close === undefined
            ? 'Write the whole address, add it to the contacts file, or to [aliases] in mailtrack.toml.'
            : `Did you mean ${close}?`,
      },
    );
  }

  return { resolve: text => resolve(text, []) };
}
