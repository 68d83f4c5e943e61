/** Pixels of which nothing is recorded any more. Asked for each batch of fetches: as long as there is none, that costs a look. */
import type { ClosedPixel, Pixel } from '../../workflow/people-ports.js';
import type { Database } from './database.js';

interface ClosedRow {
  readonly sequence: number;
  readonly email_number: number;
  readonly recipient_number: number;
  readonly reason: ClosedPixel['reason'];
  readonly closed_at: string;
}

interface KnownPixel {
  readonly reason: ClosedPixel['reason'];
  readonly is_own: number;
  readonly is_noted: number;
}

export class ClosedPixels {
  readonly #database: Database;
  #prepared: ReturnType<typeof prepare> | undefined;

  constructor(database: Database) {
    this.#database = database;
  }

  get #sql(): ReturnType<typeof prepare> {
    this.#prepared ??= prepare(this.#database);
    return this.#prepared;
  }

  /** @returns those of them that are closed. */
  find<P extends Pixel>(pixels: readonly P[]): ReadonlySet<P> {
    const found = new Set<P>();
    if (this.#sql.isAny.get() === 0) return found;
    for (const pixel of pixels) if (this.has(pixel)) found.add(pixel);
    return found;
  }

  has({ emailNumber, recipientNumber }: Pixel): boolean {
    return this.#sql.find.get(emailNumber, recipientNumber) !== undefined;
  }

  /** Whether what was recorded of it was erased. */
  isForgotten({ emailNumber, recipientNumber }: Pixel): boolean {
    return this.#find(emailNumber, recipientNumber)?.reason === 'forget';
  }

  /**
   * Within a transaction. A pixel that was closed by an opt-out and is forgotten now comes last in the order, so that it is told again.
   * @param isOwn decided here, and not told by another database.
   */
  close(pixels: readonly ClosedPixel[], isOwn: boolean): void {
    for (const pixel of pixels) {
      const known = this.#find(pixel.emailNumber, pixel.recipientNumber);
      if (known === undefined || (known.reason === 'optout' && pixel.reason === 'forget'))
        this.#put(pixel, isOwn || known?.is_own === 1, known?.is_noted !== 0);
    }
  }

  /** Within a transaction. Somebody pressed the link in their copy; each time is told, since they may have agreed again in between. */
  closeByLink(pixels: readonly Omit<ClosedPixel, 'reason'>[], isOwn: boolean): void {
    for (const pixel of pixels) {
      const known = this.#find(pixel.emailNumber, pixel.recipientNumber);
      if (known?.reason === 'forget') continue;
      this.#put({ ...pixel, reason: 'optout' }, isOwn || known?.is_own === 1, false);
    }
  }

  #find(emailNumber: number, recipientNumber: number): KnownPixel | undefined {
    return this.#sql.find.get(emailNumber, recipientNumber) as KnownPixel | undefined;
  }

  #put({ emailNumber, recipientNumber, reason, at }: ClosedPixel, isOwn: boolean, isNoted: boolean): void {
    this.#sql.remove.run(emailNumber, recipientNumber);
    const closedAt = new Date(at).toISOString();
    this.#sql.add.run(emailNumber, recipientNumber, reason, closedAt, isOwn ? 1 : 0, isNoted ? 1 : 0);
  }

  /**
   * In the order in which they were closed.
   * @param which `all`, or those that somebody closed in this database by opting out.
   */
  after(
    sequence: number,
    limit: number,
    which: 'all' | 'own-optouts',
  ): readonly (ClosedPixel & { readonly sequence: number })[] {
    const rows = this.#sql[which === 'all' ? 'after' : 'ownAfter'].all(sequence, limit) as ClosedRow[];
    return rows.map(row => ({
      sequence: row.sequence,
      emailNumber: row.email_number,
      recipientNumber: row.recipient_number,
      reason: row.reason,
      at: Date.parse(row.closed_at),
    }));
  }

  /** The last that was ever given. */
  get lastSequence(): number {
    return this.#sql.lastSequence.get() as number;
  }
}

function prepare(database: Database) {
  return {
    isAny: database.prepare('SELECT EXISTS (SELECT 1 FROM closed_pixels)').pluck(),
    find: database.prepare(
      'SELECT reason, is_own, is_noted FROM closed_pixels WHERE email_number = ? AND recipient_number = ?',
    ),
    remove: database.prepare('DELETE FROM closed_pixels WHERE email_number = ? AND recipient_number = ?'),
    add: database.prepare(`
      INSERT INTO closed_pixels (email_number, recipient_number, reason, closed_at, is_own, is_noted)
      VALUES (?, ?, ?, ?, ?, ?)`),
    after: database.prepare('SELECT * FROM closed_pixels WHERE sequence > ? ORDER BY sequence LIMIT ?'),
    ownAfter: database.prepare(`
      SELECT * FROM closed_pixels WHERE sequence > ? AND is_own = 1 AND reason = 'optout' ORDER BY sequence LIMIT ?`),
    lastSequence: database
      .prepare(`SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'closed_pixels'), 0)`)
      .pluck(),
  };
}
