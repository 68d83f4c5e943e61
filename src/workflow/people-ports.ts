/** What the store offers about one person across all emails: who is not tracked any more, who is forgotten, what is held about them. */

/** One copy, by the numbers of its token. */
export interface Pixel {
  readonly emailNumber: number;
  readonly recipientNumber: number;
}

/** Nothing of this pixel is recorded any more; with `forget` what was recorded is erased, too. */
export interface ClosedPixel extends Pixel {
  readonly reason: 'optout' | 'forget';
  /** Unix time in milliseconds. */
  readonly at: number;
}

/** One copy that a person was sent, or was to be. */
export interface StoredCopy extends Pixel {
  readonly emailId: string;
  readonly position: number;
}

export interface OptOut {
  readonly emailAddress: string;
  readonly since: Date;
}

/** What takes the place of the stored email when somebody in it is forgotten. */
export interface RewrittenEmail {
  readonly emailId: string;
  readonly composition: string;
  readonly fingerprint: string;
}

export interface Forgetting {
  /** By `addrSpecKey`. */
  readonly addressKey: string;
  /** The keyed hash that stays. */
  readonly hash: string;
  readonly keyFingerprint: string;
  readonly at: Date;
  readonly emails: readonly RewrittenEmail[];
}

/** All of it by `addrSpecKey` of the address. */
export interface PeopleStore {
  /** In the order in which they were sent. Looks through all recipients. */
  copiesOf(addressKey: string): Promise<readonly StoredCopy[]>;
  /**
   * Nothing is recorded of the person's pixels from now on, and later copies have none.
   * @returns how many copies with a pixel they have.
   */
  optOut(person: OptOut): Promise<{ readonly isNew: boolean; readonly copies: number }>;
  /** Later copies may have a pixel again; those that were sent stay closed. @returns whether they had opted out. */
  endOptOut(addressKey: string): Promise<boolean>;
  findOptOut(addressKey: string): Promise<OptOut | undefined>;
  /** Everybody who opted out, also with the link in a copy. */
  readOptOuts(): Promise<ReadonlySet<string>>;
  /**
   * Erases the person in one transaction: from recipients, transactions, fetches, consents, and what came back. What is left says
   * that there was a copy. @returns how many copies there were.
   */
  forget(forgetting: Forgetting): Promise<number>;
  /** Which of these hashes are of forgotten people. */
  findForgotten(hashes: readonly string[]): Promise<ReadonlySet<string>>;
  /** How many people each key knows as forgotten, by its fingerprint. */
  countForgotten(): Promise<ReadonlyMap<string, number>>;
  /** They may be mailed again. @returns how many hashes were there. */
  removeForgotten(hashes: readonly string[]): Promise<number>;
  /** Removes fetches, counters and returned messages of before that time, step by step. @returns of how many in each step. */
  purge(before: Date): AsyncIterable<number>;
  /** Writes the whole file anew, without what was deleted. @throws Problem `database`. */
  writeAnew(): Promise<void>;
  /** Empties the write-ahead log. @returns false while another program uses it. */
  emptyLog(): boolean;
}
