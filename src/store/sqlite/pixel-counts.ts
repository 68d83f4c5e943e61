import { slotOf } from '../../number-set.js';
import type { Database } from './database.js';

/** 12 MB and a little; an email that is forgotten is read again when asked for. */
const rememberedSlots = 1_000_000;
/** So many new emails later what is remembered is looked through. */
const lookEvery = 100;
const firstSlots = 16;
/** Nobody asks how many more there are: as many rows as a pixel may have. */
const mostCounted = 1_000;

/**
 * How many rows each pixel has: read from the index when a pixel is first asked for, counted along from then on. Serve and ingest
 * share it.
 */
export class PixelCounts {
  readonly #database: Database;
  #prepared: ReturnType<typeof prepare> | undefined;
  readonly #emails = new Map<number, EmailCounts>();
  readonly #mostSlots: number;
  #knowsUnsettled = false;
  #newEmails = 0;

  /** @param mostSlots of 12 bytes each, for all emails together. */
  constructor(database: Database, mostSlots = rememberedSlots) {
    this.#mostSlots = mostSlots;
    this.#database = database;
  }

  /** Most commands count nothing. */
  get #sql(): ReturnType<typeof prepare> {
    this.#prepared ??= prepare(this.#database);
    return this.#prepared;
  }

  /** Whoever adds rows adds them to it, too. */
  of(emailNumber: number): EmailCounts {
    this.#readUnsettled();
    return this.#email(emailNumber);
  }

  /** For an email that nobody has: what is asked of it costs as much as what is asked of others. */
  unremembered(emailNumber: number): EmailCounts {
    return new EmailCounts(recipient => this.#sql.settled.get(emailNumber, recipient) as number);
  }

  get remembered(): number {
    return this.#emails.size;
  }

  /**
   * Forgets the emails remembered longest while there are too many: a Map keeps the order in which they came. An email with rows
   * that are not settled stays, since the index does not have them. Call between batches.
   */
  forgetSome(): void {
    if (this.#newEmails < lookEvery) return;
    this.#newEmails = 0;
    let total = 0;
    for (const { slots } of this.#emails.values()) total += slots;
    if (total <= this.#mostSlots) return;
    const settledUntil = this.#sql.settledUntil.get() as number;
    for (const [emailNumber, { slots, lastArrivalId }] of this.#emails) {
      if (total <= this.#mostSlots) return;
      if (lastArrivalId > settledUntil) continue;
      this.#emails.delete(emailNumber);
      total -= slots;
    }
  }

  #email(emailNumber: number): EmailCounts {
    let email = this.#emails.get(emailNumber);
    if (email === undefined) {
      this.#newEmails += 1;
      email = this.unremembered(emailNumber);
      this.#emails.set(emailNumber, email);
    }
    return email;
  }

  /** What a process that was killed left unsettled. */
  #readUnsettled(): void {
    if (this.#knowsUnsettled) return;
    this.#knowsUnsettled = true;
    for (const row of this.#sql.unsettled.all()) {
      const [emailNumber, recipientNumber, count, lastArrivalId] = row as [number, number, number, number];
      const email = this.#email(emailNumber);
      email.add(recipientNumber, count);
      email.lastArrivalId = Math.max(email.lastArrivalId, lastArrivalId);
    }
  }
}

export class EmailCounts {
  /** Of the last of its rows that this process added; 0 when it added none. */
  lastArrivalId = 0;
  readonly #read: (recipientNumber: number) => number;
  #size = 0;
  /** A slot holds the recipient's number + 1, so that 0 is an empty one. */
  #slots = new Float64Array(firstSlots);
  #counts = new Int32Array(firstSlots);

  /** @param read the rows of a pixel that was not asked for before. */
  constructor(read: (recipientNumber: number) => number) {
    this.#read = read;
  }

  get slots(): number {
    return this.#slots.length;
  }

  rows(recipientNumber: number): number {
    return this.#counts[this.#slotOf(recipientNumber)] ?? 0;
  }

  add(recipientNumber: number, count: number): void {
    const slot = this.#slotOf(recipientNumber);
    this.#counts[slot] = (this.#counts[slot] ?? 0) + count;
  }

  #slotOf(recipientNumber: number): number {
    const slot = slotOf(this.#slots, recipientNumber + 1);
    if (this.#slots[slot] !== 0) return slot;
    this.#slots[slot] = recipientNumber + 1;
    this.#counts[slot] = this.#read(recipientNumber);
    this.#size += 1;
    if (this.#size * 2 <= this.#slots.length) return slot;
    this.#grow();
    return slotOf(this.#slots, recipientNumber + 1);
  }

  #grow(): void {
    const [slots, counts] = [this.#slots, this.#counts];
    this.#slots = new Float64Array(slots.length * 2);
    this.#counts = new Int32Array(slots.length * 2);
    for (let index = 0; index < slots.length; index += 1) {
      const entry = slots[index] ?? 0;
      if (entry === 0) continue;
      const slot = slotOf(this.#slots, entry);
      this.#slots[slot] = entry;
      this.#counts[slot] = counts[index] ?? 0;
    }
  }
}

function prepare(database: Database) {
  return {
    settled: database
      .prepare(`
        SELECT count(*) FROM (
          SELECT 1 FROM settled_fetches INDEXED BY fetches_by_pixel
           WHERE email_number = ? AND recipient_number = ? LIMIT ${mostCounted})`)
      .pluck(),
    settledUntil: database.prepare('SELECT after_id FROM settling').pluck(),
    unsettled: database
      .prepare(
        'SELECT email_number, recipient_number, count(*), max(arrival_id) FROM unsettled_fetches GROUP BY 1, 2',
      )
      .raw(),
  };
}
