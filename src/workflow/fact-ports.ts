/** What recording, reading and exchanging facts needs of the store; beside `ports.ts`, which has the rest. */
import type { RecordedMoment } from '../tracking/clock-skew.js';
import type { OfferedCounter, OfferedFetch, OfferedUnsubscribe } from '../tracking/exchanged-facts.js';
import type { Classification, Fetch } from '../tracking/fetch.js';
import type { ClosedPixel, Pixel } from './people-ports.js';

/** A fetch with the verdict of the moment it was recorded. */
export interface RecordedFetch extends Fetch, Classification {}

/** What a report asks of a fetch, or of several that were only counted: those have no user agent any more. */
export interface ReadFetch extends RecordedFetch {
  /** How many it stands for; 1 when not given. */
  readonly times?: number;
}

/** Somebody asked not to be mailed any more, or not to be tracked, with the link in their copy. */
export interface Unsubscription {
  readonly emailNumber: number;
  readonly recipientNumber: number;
  readonly at: Date;
}

/** A fetch with a token that proves nothing. Its `recipientNumber` only stands for the text of that token. */
export type ForgedFetch = Omit<RecordedFetch, 'emailNumber'>;

export interface FetchLog {
  /** @returns the fetches whose pixel is closed: nothing is recorded of them. */
  findClosed<F extends Pixel>(fetches: readonly F[]): Promise<ReadonlySet<F>>;
  /**
   * Resolves when all of them are durable, in one commit; when it rejects, none of them is.
   * @param forged written as the others are and removed again in the same commit: they leave nothing, and take as long. Otherwise
   * the time of an answer would tell a token that verifies from one that does not.
   * @returns how many of `fetches` became a row. The others were only counted: a pixel has at most 1,000 rows, and a disk that is
   * nearly full gets none.
   */
  appendFetches(fetches: readonly RecordedFetch[], forged?: readonly ForgedFetch[]): Promise<number>;
  /**
   * Resolves when all of them are durable, in one commit; when it rejects, none of them is. Asking twice is fine. With nobody in it,
   * it still takes a lock, and rejects when there is none to be had.
   */
  recordUnsubscribes(people: readonly Unsubscription[]): Promise<void>;
  /** As `recordUnsubscribes`, for people who stopped tracking with the link in their copy: nothing more is recorded of it. */
  recordOptOuts(people: readonly Unsubscription[]): Promise<void>;
  /**
   * The numbers behind an article token, or undefined when no such email, format or recipient exists. It takes as long for an
   * address that is not among the recipients of an email as for one that is.
   */
  resolveArticleToken(
    emailId: string,
    emailAddress: string,
  ): Promise<{ emailNumber: number; recipientNumber: number } | undefined>;
}

/** Of the disk of the database. */
export interface DiskRoom {
  /** So that fetches are only counted. */
  readonly isNearlyFull: boolean;
  /** Infinity when the disk does not say. */
  readonly freeBytes: number;
}

/** A fetch as a line of an access log tells of it. */
export interface ReadLine extends RecordedFetch {
  /** false: the log leaves user agents out, so that any may have been there. */
  readonly saysUserAgent: boolean;
}

export interface LoggedFetch extends ReadLine {
  /** 1 for the first of its kind (recipient, method, user agent) in its second of this log, then 2, … */
  readonly occurrence: number;
}

export interface LogIntake {
  /** Unix time in milliseconds; undefined when the database does not have the email. */
  emailCreatedAt(emailNumber: number): number | undefined;
  /** For each line, what is recorded of its pixel, method and user agent within `mostSkew`. Adds nothing. */
  recordedAround(lines: readonly ReadLine[]): Promise<readonly (readonly RecordedMoment[])[]>;
  /**
   * In one transaction. A line of a log belongs to one fetch and a fetch to one line: `known` when an earlier reading of this
   * log had the line, or there is a fetch of about that time, with a row or only counted, that no line belongs to yet; else it
   * is `added`. `beyond`: it is counted, since its pixel has as many rows as it may have.
   */
  storeLogged(fetches: readonly LoggedFetch[]): Promise<readonly ('added' | 'known' | 'beyond')[]>;
}

export interface UserAgentForgetter {
  /**
   * Step by step, each of which is short: fetches from before that time lose their user agents, and what they were judged stays.
   * User agents no fetch has any more are removed; those another process may be using stay until the next time.
   * @returns of how many fetches, in each step. @throws Problem `database`; what was done before stays done.
   */
  forgetUserAgents(before: Date): AsyncIterable<number>;
}

// --- the exchange of facts between databases ---------------------------------------------------------------------

export interface OfferedFacts {
  readonly fetches: readonly OfferedFetch[];
  readonly unsubscribes: readonly OfferedUnsubscribe[];
  /** People who stopped tracking with the link in their copy. */
  readonly optOuts: readonly OfferedUnsubscribe[];
  readonly counters: readonly OfferedCounter[];
  /** Where each type that was wanted goes on. */
  readonly after: Readonly<Record<string, string>>;
  readonly more: boolean;
}

/** The facts of this database, for another. */
export interface FactOffer {
  /** A random name of the database, made once with it. */
  sourceId(): string;
  /**
   * Notes a request by its nonce; durable when it resolves, so that a restart forgets none. Nonces are kept for a day.
   * @returns false when it was taken before.
   */
  takeRequest(nonce: string, at: Date): Promise<boolean>;
  /**
   * In an order that does not change, so that what comes after a place was not there before it. Facts that came here from
   * another database are not among them.
   * @param wanted by type, where to go on: '' is the beginning.
   * @returns undefined when this database never said such a place: it is another one, or an older state of it.
   */
  factsAfter(wanted: ReadonlyMap<string, string>, limit: number): Promise<OfferedFacts | undefined>;
  /** Another database closed them: nothing more is recorded of them, and what was recorded of forgotten people is erased. */
  closePixels(pixels: readonly ClosedPixel[]): Promise<void>;
}

/** What one page of another database brought. */
export interface PulledPage {
  readonly sourceId: string;
  readonly url: string;
  readonly facts: OfferedFacts;
}

export interface PulledCounts {
  readonly fetches: number;
  /** Fetches that were only counted there. */
  readonly counted: number;
  /** There already. */
  readonly known: number;
  readonly unsubscribes: number;
  /** People who pressed the link that stops tracking. */
  readonly optOuts: number;
  /** Of the new fetches, those of emails this database does not have. */
  readonly strange: number;
}

/** Closed pixels to tell another database of. */
export interface Untold {
  readonly pixels: readonly ClosedPixel[];
  /** The last of them; what `noteTold` takes. */
  readonly upTo: number;
}

/** Facts of other databases, taken over. */
export interface FactIntake {
  sourceId(): string;
  /** By type, where the last page of that database ended. */
  placesOf(sourceId: string): ReadonlyMap<string, string>;
  /** All of the page and the places it ends at, in one transaction; a fact that is there is not taken twice. */
  storePage(page: PulledPage, at: Date): Promise<PulledCounts>;
  /** Pixels that were closed here and that database was not told of, in order. */
  untold(sourceId: string, limit: number): Promise<Untold>;
  /** Notes up to where it was told. */
  noteTold(source: Pick<PulledPage, 'sourceId' | 'url'>, upTo: number, at: Date): Promise<void>;
}

/** A way to the exchange of another database. */
export interface ExchangeChannel {
  /** @throws Problem `server-unreachable` when there is no whole answer. */
  post(body: string, authorization: string): Promise<{ readonly status: number; readonly body: string }>;
}
