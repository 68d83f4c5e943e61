/** What was sent, for messages that come back: which email a Message-ID is of, and whom an address or a token means in it. */
import { addrSpecKey } from '../../message/mailbox.js';
import { deriveMessageId } from '../../message/message-id.js';
import type { Person } from '../../returned/match.js';
import type { SentCopies } from '../../workflow/inbox-ports.js';
import type { Database } from './database.js';

/** Recipients of the emails whose addresses are kept in memory. */
const rememberedRecipients = 300_000;

interface AddressRow {
  readonly position: number;
  readonly email_address: string;
}

interface CopyRow extends AddressRow {
  readonly recipient_number: number;
}

type FoundEmail = { readonly emailId: string; readonly person?: Person } | undefined;

export function createSentCopies(database: Database): SentCopies {
  let sql: ReturnType<typeof prepare> | undefined;
  const statements = () => (sql ??= prepare(database));
  const emails = new Map<string, { readonly from: string; readonly createdAt: Date } | undefined>();
  const people = new Map<string, ReadonlyMap<string, AddressRow>>();
  let derived: DerivedIds | undefined;
  let remembered = 0;

  function peopleOf(emailId: string): ReadonlyMap<string, AddressRow> {
    const known = people.get(emailId);
    if (known !== undefined) return known;
    const found = new Map<string, AddressRow>();
    for (const row of statements().addresses.iterate(emailId) as Iterable<AddressRow>) {
      const key = addrSpecKey(row.email_address);
      if (!found.has(key)) found.set(key, row);
    }
    if (remembered + found.size > rememberedRecipients) {
      people.clear();
      remembered = 0;
    }
    people.set(emailId, found);
    remembered += found.size;
    return found;
  }

  return {
    personOfNumbers(emailNumber, recipientNumber) {
      const row = statements().byNumbers.get({ emailNumber, recipientNumber }) as
        | (AddressRow & { email_id: string })
        | undefined;
      return row === undefined ? undefined : toPerson(row.email_id, row);
    },

    emailOfMessageId(messageId): FoundEmail {
      const group = statements().byMessageId.get(messageId) as { email_id: string } | undefined;
      if (group !== undefined) return { emailId: group.email_id };
      if (!isDerived.test(messageId)) return undefined;
      derived ??= new DerivedIds(statements().each.all() as EachRow[], emailId =>
        statements().numbers.iterate(emailId),
      );
      const copy = derived.find(messageId);
      if (copy === undefined) return undefined;
      const { email_id: emailId, message_id } = copy.email;
      const row = statements().copy.get(emailId, copy.position) as CopyRow;
      if (deriveMessageId(message_id, row.recipient_number) !== messageId) return undefined;
      return { emailId, person: toPerson(emailId, row) };
    },

    personOfAddress(emailId, address) {
      const row = peopleOf(emailId).get(addrSpecKey(address));
      return row === undefined ? undefined : toPerson(emailId, row);
    },

    emailOf(emailId) {
      if (!emails.has(emailId)) {
        const row = statements().email.get(emailId) as
          | { from_mailbox: string; created_at: string }
          | undefined;
        emails.set(
          emailId,
          row === undefined ? undefined : { from: row.from_mailbox, createdAt: new Date(row.created_at) },
        );
      }
      return emails.get(emailId);
    },
  };
}

function toPerson(emailId: string, { position, email_address: address }: AddressRow): Person {
  return { emailId, position, address };
}

interface EachRow {
  readonly email_id: string;
  readonly message_id: string;
}

/** The form of an id that follows from another one (`message/message-id.ts`): other mail has hardly any. */
const isDerived = /^<[a-z2-7]{32}@[^<>\s]{1,255}>$/;

/**
 * The ids of all messages that somebody got alone. They follow from the email and are stored nowhere; computing one takes a microsecond,
 * and is done when a message names an id of their form. 45 bits of each are kept: whoever finds one computes the whole id again.
 */
class DerivedIds {
  readonly #places = new Map<number, number>();
  readonly #emails: readonly EachRow[];

  /** @param numbersOf position and recipient number of each recipient of an email. */
  constructor(emails: readonly EachRow[], numbersOf: (emailId: string) => Iterable<unknown>) {
    this.#emails = emails;
    for (const [index, { email_id, message_id }] of emails.entries()) {
      for (const [position, number] of numbersOf(email_id) as Iterable<[number, number]>)
        this.#places.set(prefixOf(deriveMessageId(message_id, number)), index * mostRecipients + position);
    }
  }

  find(messageId: string): { readonly email: EachRow; readonly position: number } | undefined {
    const place = this.#places.get(prefixOf(messageId));
    const email = place === undefined ? undefined : this.#emails[Math.floor(place / mostRecipients)];
    return place === undefined || email === undefined
      ? undefined
      : { email, position: place % mostRecipients };
  }
}

/** More than any email has, and few enough that a place stays a whole number. */
const mostRecipients = 100_000_000;

/** Nine letters of base32 are 45 bits. */
function prefixOf(messageId: string): number {
  return Number.parseInt(messageId.slice(1, 10).replaceAll(/[a-z2-7]/g, digitOf), 32);
}

function digitOf(letter: string): string {
  return 'abcdefghijklmnopqrstuvwxyz234567'.indexOf(letter).toString(32);
}

function prepare(database: Database) {
  return {
    byNumbers: database.prepare(`
      SELECT emails.email_id, position, email_address
        FROM emails JOIN recipients ON recipients.email_id = emails.email_id AND recipient_number = @recipientNumber
       WHERE email_number = @emailNumber`),
    byMessageId: database.prepare(`SELECT email_id FROM emails WHERE message_id = ? AND mode = 'group'`),
    each: database.prepare(`SELECT email_id, message_id FROM emails WHERE mode = 'each'`),
    numbers: database.prepare('SELECT position, recipient_number FROM recipients WHERE email_id = ?').raw(),
    copy: database.prepare(
      'SELECT position, recipient_number, email_address FROM recipients WHERE email_id = ? AND position = ?',
    ),
    addresses: database.prepare(
      'SELECT position, email_address FROM recipients WHERE email_id = ? ORDER BY position',
    ),
    email: database.prepare('SELECT from_mailbox, created_at FROM emails WHERE email_id = ?'),
  };
}
