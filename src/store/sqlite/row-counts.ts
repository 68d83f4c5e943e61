import { slotOf } from '../../number-set.js';
import type { Database } from './database.js';

/** 12 MB and a little; an email that is forgotten is read again when asked for. */
const rememberedSlots = 1_000_000;
/** So many new emails later what is remembered is looked through. */
const lookEvery = 100;
const firstSlots = 16;
/** Rows that are read at a time, some milliseconds: an email may have millions, and the event loop waits. */
const stepRows = 10_000;

/**
 * How many rows each pixel has, without an index that every insert would have to keep: what was there when an email was first
 * asked for is read, step by step, and what comes after is counted along.
 */
export class RowCounts {
  readonly #sql;
  readonly #emails = new Map<number, CountedEmail>();
  readonly #mostSlots: number;
  #newEmails = 0;

  constructor(database: Database, mostSlots = rememberedSlots) {
    this.#mostSlots = mostSlots;
    this.#sql = {
      last: database.prepare('SELECT max(fetch_number) FROM fetches WHERE email_number = ?').pluck(),
      page: database
        .prepare(
          `SELECT fetch_number, recipient_number FROM fetches
            WHERE email_number = ? AND fetch_number > ? AND fetch_number <= ? ORDER BY fetch_number LIMIT ${stepRows}`,
        )
        .raw(),
    };
  }

  /** Call before rows are added, once for each batch: the counts of a large email are complete after some batches. */
  of(emailNumber: number): CountedEmail {
    let email = this.#emails.get(emailNumber);
    if (email === undefined) {
      if (++this.#newEmails % lookEvery === 0) this.#forgetSome();
      email = new CountedEmail((this.#sql.last.get(emailNumber) as number | null) ?? 0);
      this.#emails.set(emailNumber, email);
    }
    if (!email.isRead) this.#read(emailNumber, email);
    return email;
  }

  get remembered(): number {
    return this.#emails.size;
  }

  #read(emailNumber: number, email: CountedEmail): void {
    const rows = this.#sql.page.all(emailNumber, email.readUntil, email.lastBefore) as [number, number][];
    for (const [, recipientNumber] of rows) email.add(recipientNumber, 1);
    email.readUntil = rows.length < stepRows ? email.lastBefore : (rows.at(-1)?.[0] ?? email.lastBefore);
  }

  /** Those remembered longest go first: a Map keeps the order in which they came. */
  #forgetSome(): void {
    let total = 0;
    for (const { slots } of this.#emails.values()) total += slots;
    for (const [emailNumber, { slots }] of this.#emails) {
      if (total <= this.#mostSlots) return;
      this.#emails.delete(emailNumber);
      total -= slots;
    }
  }
}

export class CountedEmail {
  /** The last row there was when it was first asked for, and up to which rows were read. */
  readonly lastBefore: number;
  readUntil = 0;
  #size = 0;
  /** A slot holds the recipient's number + 1, so that 0 is an empty one. */
  #slots = new Float64Array(firstSlots);
  #counts = new Int32Array(firstSlots);

  constructor(lastBefore: number) {
    this.lastBefore = lastBefore;
  }

  get isRead(): boolean {
    return this.readUntil >= this.lastBefore;
  }

  get slots(): number {
    return this.#slots.length;
  }

  rows(recipientNumber: number): number {
    return this.#counts[slotOf(this.#slots, recipientNumber + 1)] ?? 0;
  }

  add(recipientNumber: number, count: number): void {
    const slot = slotOf(this.#slots, recipientNumber + 1);
    if (this.#slots[slot] === 0) {
      this.#slots[slot] = recipientNumber + 1;
      this.#size += 1;
    }
    this.#counts[slot] = (this.#counts[slot] ?? 0) + count;
    if (this.#size * 2 > this.#slots.length) this.#grow();
  }

  #grow(): void {
    const [slots, counts] = [this.#slots, this.#counts];
    this.#slots = new Float64Array(slots.length * 2);
    this.#counts = new Int32Array(slots.length * 2);
    for (const [index, entry] of slots.entries()) {
      if (entry === 0) continue;
      const slot = slotOf(this.#slots, entry);
      this.#slots[slot] = entry;
      this.#counts[slot] = counts[index] ?? 0;
    }
  }
}
