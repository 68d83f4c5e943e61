/** One person across all emails: who is not tracked any more, who is forgotten, and what is older than it may be. */
import { addrSpecKey, needsSmtpUtf8 } from '../../message/mailbox.js';
import { forgottenAddress } from '../../recipients/forgotten.js';
import type { Forgetting, OptOut, PeopleStore, Pixel, StoredCopy } from '../../workflow/people-ports.js';
import type { ClosedPixels } from './closed-pixels.js';
import { type Database, databaseProblem, explained } from './database.js';
import { emptyLog, erasing } from './erase.js';
import { PixelEraser } from './erase-pixels.js';
import type { GroupCommit } from './group-commit.js';
import { purgeFacts } from './purge.js';
import type { Settling } from './settling.js';
import type { UserAgents } from './user-agents.js';

export function createPeople(
  database: Database,
  commits: GroupCommit,
  closed: ClosedPixels,
  settling: Settling,
  agents: UserAgents,
): PeopleStore {
  let sql: ReturnType<typeof prepare> | undefined;
  const statements = () => (sql ??= prepare(database));

  function copiesOf(addressKey: string): readonly FoundCopy[] {
    if (!needsSmtpUtf8(addressKey)) return statements().copies.all(addressKey) as FoundCopy[];
    // SQLite folds the case of ASCII alone.
    const all = statements().copiesBeyondAscii.all() as FoundCopy[];
    return all.filter(({ emailAddress }) => addrSpecKey(emailAddress) === addressKey);
  }

  /** Within a transaction. @returns how many copies have a pixel. */
  function closeAll(addressKey: string, since: Date): number {
    const tracked = copiesOf(addressKey).filter(copy => copy.tracked === 1);
    const at = since.getTime();
    closed.close(
      tracked.map(copy => ({ ...numbersOf(copy), reason: 'optout', at })),
      true,
    );
    return tracked.length;
  }

  function optOut({ emailAddress, since }: OptOut): { isNew: boolean; copies: number } {
    const addressKey = addrSpecKey(emailAddress);
    const { changes } = statements().optOut.run(addressKey, emailAddress, since.toISOString());
    return { isNew: changes === 1, copies: closeAll(addressKey, since) };
  }

  /** Somebody who pressed the link in one copy opted out of all their copies. */
  function noteLinks(): void {
    for (const { sequence, emailAddress, since } of statements().byLink.all() as LinkRow[]) {
      optOut({ emailAddress, since: new Date(since) });
      statements().noteLink.run(sequence);
    }
  }

  function forget({ addressKey, hash, keyFingerprint, at, emails }: Forgetting): number {
    const { remember, rewrite, removals, blank, blankReplies, ofCopy, addresses } = statements();
    const copies = copiesOf(addressKey);
    const pixels = copies.map(numbersOf);
    settling.settleRest();
    closed.close(
      pixels.map(pixel => ({ ...pixel, reason: 'forget', at: at.getTime() })),
      true,
    );
    new PixelEraser(database).erase(pixels);
    for (const { emailId, position } of copies) {
      for (const remove of ofCopy) remove.run(emailId, position);
      blank.run(forgottenAddress, emailId, position);
      blankReplies.run(emailId, position);
    }
    for (const { emailId, composition, fingerprint } of emails)
      rewrite.run(composition, fingerprint, emailId);
    for (const remove of removals) remove.run(addressKey);
    // Spelled with letters that SQLite does not fold.
    if (needsSmtpUtf8(addressKey))
      for (const { select, remove } of addresses)
        for (const spelled of select.all() as string[])
          if (addrSpecKey(spelled) === addressKey) remove.run(spelled);
    remember.run(hash, keyFingerprint, at.toISOString());
    return copies.length;
  }

  return {
    copiesOf: async addressKey => explained(database, () => copiesOf(addressKey)).map(toCopy),

    optOut: person => commits.run('now', () => optOut(person)),

    endOptOut: addressKey => commits.run('now', () => statements().endOptOut.run(addressKey).changes === 1),

    async findOptOut(addressKey) {
      const row = statements().findOptOut.get(addressKey) as
        | { emailAddress: string; since: string }
        | undefined;
      return row && { emailAddress: row.emailAddress, since: new Date(row.since) };
    },

    async readOptOuts() {
      const isNoted = explained(database, () => statements().isLinkUnnoted.get()) === 0;
      if (!isNoted) await commits.run('now', noteLinks);
      return new Set(statements().optOuts.all() as string[]);
    },

    async forget(forgetting) {
      await settling.settle();
      commits.flush();
      const run = database.transaction(() => forget(forgetting));
      try {
        return erasing(database, () => run.immediate());
      } catch (error) {
        throw databaseProblem(database.name, error);
      } finally {
        agents.forget();
      }
    },

    async findForgotten(hashes) {
      const { isAnyForgotten, forgotten } = statements();
      if (isAnyForgotten.get() === 0) return new Set();
      return new Set(forgotten.all({ hashes: JSON.stringify(hashes) }) as string[]);
    },

    async countForgotten() {
      const rows = explained(database, () => statements().forgottenByKey.all()) as [string, number][];
      return new Map(rows);
    },

    removeForgotten: hashes =>
      commits.run('now', () =>
        hashes.reduce((sum, hash) => sum + statements().removeForgotten.run(hash).changes, 0),
      ),

    purge: before => purgeFacts(database, commits, settling, agents, before),

    async writeAnew() {
      commits.flush();
      try {
        database.exec('VACUUM');
      } catch (error) {
        throw databaseProblem(database.name, error);
      }
    },

    emptyLog: () => emptyLog(database),
  };
}

interface LinkRow {
  readonly sequence: number;
  readonly emailAddress: string;
  readonly since: string;
}

interface FoundCopy {
  readonly emailId: string;
  readonly position: number;
  readonly emailNumber: number;
  readonly recipientNumber: number;
  readonly emailAddress: string;
  readonly tracked: number;
}

function numbersOf({ emailNumber, recipientNumber }: FoundCopy): Pixel {
  return { emailNumber, recipientNumber };
}

function toCopy({ emailId, position, emailNumber, recipientNumber }: FoundCopy): StoredCopy {
  return { emailId, position, emailNumber, recipientNumber };
}

const copies = `
  SELECT recipients.email_id AS emailId, position, email_number AS emailNumber, recipient_number AS recipientNumber,
         email_address AS emailAddress, tracked
    FROM recipients JOIN emails USING (email_id)`;
const inOrder = 'ORDER BY emails.created_at, recipients.email_id, position';

/** Closed by the link in a copy of an email that is here. */
const unnotedLinks = `
    FROM closed_pixels INDEXED BY closed_pixels_unnoted
   CROSS JOIN emails USING (email_number)
   CROSS JOIN recipients ON recipients.email_id = emails.email_id
                        AND recipients.recipient_number = closed_pixels.recipient_number
   WHERE closed_pixels.is_noted = 0`;

function prepare(database: Database) {
  const deleteBy = (table: string, column = 'email_address') =>
    database.prepare(`DELETE FROM ${table} WHERE ${column} = ? COLLATE NOCASE`);
  return {
    copies: database.prepare(`${copies} WHERE email_address = ? COLLATE NOCASE ${inOrder}`),
    copiesBeyondAscii: database.prepare(`${copies} WHERE email_address GLOB '*[^ -~]*' ${inOrder}`),
    optOut: database.prepare('INSERT OR IGNORE INTO optouts VALUES (?, ?, ?)'),
    endOptOut: database.prepare('DELETE FROM optouts WHERE address_key = ?'),
    findOptOut: database.prepare(
      'SELECT email_address AS emailAddress, opted_out_at AS since FROM optouts WHERE address_key = ?',
    ),
    optOuts: database.prepare('SELECT address_key FROM optouts').pluck(),
    isLinkUnnoted: database.prepare(`SELECT EXISTS (SELECT 1 ${unnotedLinks})`).pluck(),
    byLink: database.prepare(
      `SELECT sequence, email_address AS emailAddress, closed_at AS since ${unnotedLinks}`,
    ),
    noteLink: database.prepare('UPDATE closed_pixels SET is_noted = 1 WHERE sequence = ?'),
    isAnyForgotten: database.prepare('SELECT EXISTS (SELECT 1 FROM forgotten)').pluck(),
    forgotten: database
      .prepare(`
        SELECT address_hash FROM json_each(@hashes) AS asked CROSS JOIN forgotten ON address_hash = asked.value`)
      .pluck(),
    forgottenByKey: database
      .prepare('SELECT key_fingerprint, count(*) FROM forgotten GROUP BY key_fingerprint')
      .raw(),
    removeForgotten: database.prepare('DELETE FROM forgotten WHERE address_hash = ?'),
    remember: database.prepare('INSERT OR IGNORE INTO forgotten VALUES (?, ?, ?)'),
    rewrite: database.prepare(
      'UPDATE emails SET composition = ?, fingerprint = ?, source_fingerprint = NULL WHERE email_id = ?',
    ),
    blank: database.prepare(`
      UPDATE recipients SET email_address = ?, name = '', fields = '[]', field_set_id = NULL, attachments = '[]',
                            by_address = NULL, tracked = 0, shares_pixel = 0
       WHERE email_id = ? AND position = ?`),
    // Servers name the recipient in their replies.
    blankReplies: database.prepare(
      "UPDATE transactions SET reply_text = '' WHERE email_id = ? AND position = ?",
    ),
    ofCopy: ['consents', 'returned_messages'].map(table =>
      database.prepare(`DELETE FROM ${table} WHERE email_id = ? AND position = ?`),
    ),
    removals: [
      deleteBy('suppressions'),
      deleteBy('unsubscribed'),
      database.prepare('DELETE FROM optouts WHERE address_key = ?'),
      deleteBy('returned_messages'),
      deleteBy('returned_messages', 'named_address'),
    ],
    addresses: ['suppressions', 'unsubscribed', 'returned_messages'].map(table => ({
      select: database
        .prepare(`SELECT email_address FROM ${table} WHERE email_address GLOB '*[^ -~]*'`)
        .pluck(),
      remove: database.prepare(`DELETE FROM ${table} WHERE email_address = ?`),
    })),
  };
}
