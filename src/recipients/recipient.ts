import type { Mailbox } from '../message/mailbox.js';
import type { Place } from '../problem.js';

/** Where a recipient stands in the message's header: `bcc` stands nowhere. */
export type Role = 'to' | 'cc' | 'bcc';

/** The seven states of the sending ledger; one recipient is in exactly one of them (docs/database.md). */
export type RecipientState =
  | 'pending'
  | 'sending'
  | 'accepted'
  | 'deferred'
  | 'rejected'
  | 'uncertain'
  | 'skipped';

/** Merge fields by column name. A Map, so that a column named `constructor` or `__proto__` is only data. */
export type Fields = ReadonlyMap<string, string>;

/** One person in one email, before the email is opened in the store. */
export interface Recipient {
  readonly mailbox: Mailbox;
  readonly role: Role;
  /** false: has not agreed to be tracked; the copy carries no pixel. */
  readonly tracked: boolean;
  /** true: the list says yes in its column `track`, or the address book does. */
  readonly agreed?: boolean | undefined;
  /** true: asked not to be tracked, whatever a list says. */
  readonly optedOut?: boolean | undefined;
  readonly fields: Fields;
  /** Names of the fields that say who gets a copy and how, and are no merge fields of the person's own. */
  readonly addressing?: ReadonlySet<string>;
  /** The row of the list, or the flag the recipient was typed in. */
  readonly source: Place | { readonly flag: string };
}
