import { sharedNumber } from '../../tracking/token.js';
import type { RecordedFetch } from '../../workflow/fact-ports.js';
import type { EmailCounts } from './pixel-counts.js';

/** Fetches that only differ in when they came. */
export interface CountedFetch {
  readonly fetch: RecordedFetch;
  times: number;
  lastAt: number;
}

/**
 * Which fetches of a batch become rows, and which are only counted since their pixel has `most` rows.
 * @param countsOf the rows of an email so far; fetches that become rows are added to them.
 */
export class Split {
  readonly rows: RecordedFetch[] = [];
  readonly others = new Map<string, CountedFetch>();
  readonly #countsOf: (emailNumber: number) => EmailCounts;
  readonly #most: number;
  readonly #emails = new Map<number, EmailCounts>();

  constructor(countsOf: (emailNumber: number) => EmailCounts, most: number) {
    this.#countsOf = countsOf;
    this.#most = most;
  }

  add(fetch: RecordedFetch): void {
    // A row tells when, from where and with what one person looked.
    if (fetch.recipientNumber === sharedNumber && fetch.emailNumber >= 0) {
      this.#addToOthers(fetch);
      return;
    }
    const email = this.#emails.get(fetch.emailNumber) ?? this.#begin(fetch.emailNumber);
    if (email.rows(fetch.recipientNumber) < this.#most) {
      email.add(fetch.recipientNumber, 1);
      this.rows.push(fetch);
    } else this.#addToOthers(fetch);
  }

  /** @param lastId of the last row that arrived with these. */
  noteArrived(lastId: number): void {
    for (const email of this.#emails.values()) email.lastArrivalId = lastId;
  }

  /** The rows did not come to be. */
  undo(): void {
    for (const { emailNumber, recipientNumber } of this.rows)
      this.#emails.get(emailNumber)?.add(recipientNumber, -1);
  }

  #begin(emailNumber: number) {
    const email = this.#countsOf(emailNumber);
    this.#emails.set(emailNumber, email);
    return email;
  }

  #addToOthers(fetch: RecordedFetch): void {
    const key = `${fetch.emailNumber} ${fetch.recipientNumber} ${fetch.method} ${fetch.rule}`;
    const same = this.others.get(key);
    if (same === undefined) this.others.set(key, { fetch, times: 1, lastAt: fetch.fetchedAt });
    else {
      same.times += 1;
      same.lastAt = fetch.fetchedAt;
    }
  }
}
