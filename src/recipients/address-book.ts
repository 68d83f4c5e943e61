import { trimBlanks } from '../message/blanks.js';
import { addrSpecKey, type Mailbox, parseMailbox, splitMailboxList } from '../message/mailbox.js';
import { nearest } from '../nearest.js';
import { type Place, Problem } from '../problem.js';
import { before } from '../text-scan.js';
import { quoteInput } from './quote-input.js';
import type { Fields } from './recipient.js';
import { RowNumbers } from './row-numbers.js';

/** A person of the contacts file. */
export interface Contact {
  /** '' for somebody who is only known by address: their name and fields come with it. */
  readonly alias: string;
  readonly mailbox: Mailbox;
  /** All columns, for merge fields. */
  readonly fields: Fields;
}

/** A row of the contacts file, or the rest of it, that could not be read. */
export interface UnreadableContact {
  readonly problem: Problem;
  /** What is written in the row; undefined where that is not known: anybody may be meant. */
  readonly cells: readonly (string | undefined)[] | undefined;
}

export interface Addressee {
  readonly mailbox: Mailbox;
  readonly fields: Fields;
}

export interface AddressBook {
  /** Called with everything that will be resolved, before it is: a long book is looked up in, and read by nobody who names nobody. */
  prepare?(names: readonly string[]): Promise<void>;
  /**
   * What was typed after `--to` to people: an address, an alias, a group, or with a default domain a bare name. Aliases
   * and groups are named in any case. Somebody who is in several groups comes once.
   * @throws Problem of a row that could not be read and holds what was typed; `address-syntax`; `unknown-recipient` with the nearest name; `config` for a group that is
   * empty or inside itself, or a name that is a group and a person.
   */
  resolve(text: string): readonly Addressee[];
}

/**
 * @param contacts each alias once; of several people with one address the first counts.
 * @param groups `[aliases]` of the configuration: name → addresses, aliases or other groups.
 * @param defaultDomain makes a bare name an address of that domain; without it nothing is guessed.
 * @param unreadable matters only to those who name somebody that may be meant by it.
 */
export function createAddressBook(
  contacts: readonly Contact[],
  groups: ReadonlyMap<string, readonly string[]>,
  defaultDomain?: string,
  unreadable: readonly UnreadableContact[] = [],
): AddressBook {
  const refused = indexOfCells(unreadable);
  const mayHoldAnybody = unreadable.some(({ cells }) => cells?.every(cell => cell !== undefined) !== true);
  const people = new Map(
    contacts.filter(({ alias }) => alias !== '').map(contact => [contact.alias.toLowerCase(), contact]),
  );
  const byAddress = new Map(
    contacts.toReversed().map(contact => [addrSpecKey(contact.mailbox.addrSpec), contact]),
  );
  const named = new Map([...groups].map(([name, members]) => [name.toLowerCase(), members]));

  /**
   * @param found people so far, by address.
   * @param open groups being resolved: one inside itself would never end.
   * @param done groups resolved before: again they add nobody, and groups of groups of groups would take for ever.
   */
  function collect(
    text: string,
    found: Map<string, Addressee>,
    open: readonly string[],
    done: Set<string>,
  ): void {
    const key = text.toLowerCase();
    const members = named.get(key);
    if (members === undefined) {
      const addressee = findPerson(text);
      const person = addrSpecKey(addressee.mailbox.addrSpec);
      if (!found.has(person)) found.set(person, addressee);
      return;
    }
    if (people.has(key))
      throw new Problem('config', `"${text}" is a group in [aliases] and a person in the contacts file`);
    if (open.includes(key)) {
      throw new Problem('config', `the alias "${text}" contains itself: ${[...open, key].join(' → ')}`);
    }
    if (members.length === 0) throw new Problem('config', `the alias "${text}" names nobody`);
    if (done.has(key)) return;
    for (const member of members.flatMap(splitMailboxList)) collect(member, found, [...open, key], done);
    done.add(key);
  }

  function findPerson(text: string): Addressee {
    if (/[@<]/.test(text)) return readMailbox(text);
    const person = people.get(text.toLowerCase());
    if (person !== undefined) return person;
    refuseUnreadable(text);
    // Their address may be another one in a row that could not be read.
    if (defaultDomain !== undefined && !mayHoldAnybody) return readMailbox(`${text}@${defaultDomain}`);
    throw unknown(text);
  }

  /** Somebody typed as an address who is in the book brings their fields, and their name if none was typed. */
  function readMailbox(text: string): Addressee {
    const mailbox = parseMailbox(text);
    if (!mailbox.ok) {
      throw new Problem('address-syntax', `${quoteInput(text)} is not an address: ${mailbox.why}`, {
        fix: 'Write it as name@example.com or "Name" <name@example.com>.',
      });
    }
    const known = byAddress.get(addrSpecKey(mailbox.value.addrSpec));
    if (known === undefined) {
      refuseUnreadable(mailbox.value.addrSpec);
      return { mailbox: mailbox.value, fields: new Map() };
    }
    const name = mailbox.value.name === '' ? known.mailbox.name : mailbox.value.name;
    return { mailbox: { ...mailbox.value, name }, fields: known.fields };
  }

  /** What it says, such as not to be tracked, is not known: it is not passed over. */
  function refuseUnreadable(text: string): void {
    const problem = refused.get(text.toLowerCase());
    if (problem !== undefined) throw problem;
  }

  function unknown(text: string): Problem {
    const close = nearest(text, [...groups.keys(), ...contacts.map(contact => contact.alias)]);
    const what = `${quoteInput(text)} is neither an address nor in the address book`;
    const fix = close === undefined ? fixOfUnknown(text) : `Did you mean ${close}?`;
    if (unreadable.length === 0) return new Problem('unknown-recipient', what, { fix });
    const places = new RowNumbers();
    for (const where of placesOf(unreadable)) places.addPlace(where);
    return new Problem('unknown-recipient', `${what}, of which a part cannot be read: ${places.print()}`, {
      fix: `${fix} \`mailtrack check\` says what is wrong with these rows.`,
    });
  }

  return {
    resolve(text) {
      const found = new Map<string, Addressee>();
      collect(trimBlanks(text), found, [], new Set());
      return [...found.values()];
    },
  };
}

/**
 * What a row of the contacts file holds, in lower case, when it matters to somebody who names these people.
 * @param names as for `resolve`.
 * @param groups as for `createAddressBook`.
 */
export function wordsOf(
  names: readonly string[],
  groups: ReadonlyMap<string, readonly string[]>,
): readonly string[] {
  const named = new Map([...groups].map(([name, members]) => [name.toLowerCase(), members]));
  const words = new Set<string>();
  const done = new Set<string>();
  const open = [...names];
  for (let text = open.pop(); text !== undefined; text = open.pop()) {
    const key = trimBlanks(text).toLowerCase();
    if (done.has(key)) continue;
    done.add(key);
    const members = named.get(key);
    if (members !== undefined) open.push(...members.flatMap(splitMailboxList));
    if (!/[@<]/.test(key)) {
      words.add(key);
      continue;
    }
    const mailbox = parseMailbox(trimBlanks(text));
    // The domain may be written in two ways.
    if (mailbox.ok) words.add(`${before(addrSpecKey(mailbox.value.addrSpec), '@')}@`);
  }
  words.delete('');
  return [...words];
}

/** By each cell, as names and addresses are compared. Of several rows the first counts. */
function indexOfCells(unreadable: readonly UnreadableContact[]): ReadonlyMap<string, Problem> {
  const index = new Map<string, Problem>();
  for (const { problem, cells = [] } of unreadable) {
    for (const cell of cells) {
      const key = trimBlanks(cell ?? '').toLowerCase();
      if (key !== '' && !index.has(key)) index.set(key, problem);
    }
  }
  return index;
}

/** A row may have several problems. */
function placesOf(unreadable: readonly UnreadableContact[]): readonly Place[] {
  const places = unreadable.flatMap(({ problem }) => problem.where ?? []);
  return places.filter(({ line }, index) => places.findIndex(other => other.line === line) === index);
}

/** Lists in CSV are often named .txt, which a name of somebody may end in as well. */
function fixOfUnknown(text: string): string {
  const rest = 'the whole address, add it to the contacts file, or to [aliases] in mailtrack.toml.';
  return /\.[a-z]{2,4}$/i.test(text)
    ? `If it is a list of people, put @ before its name. Otherwise write ${rest}`
    : `Write ${rest}`;
}
