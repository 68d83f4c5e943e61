/**
 * What the use cases need from the world, in their own words. Touching rooms implement these; tests may too.
 * The store is asynchronous by type, although SQLite is not, so that a database over a network can stand here.
 */
import type { AttachmentRef } from '../merge/composition.js';
import type { Consent } from '../recipients/consent.js';
import type { RecipientState, Role } from '../recipients/recipient.js';
import type { Suppression } from '../recipients/suppression.js';
import type { AttemptCause, DecisionCause, NamedCause } from '../recipients/transitions.js';
import type { RecipientReturn } from '../report/returned-summary.js';
import type { Handover, ReportRecipient, TransactionRecord } from '../report/summary.js';
import type { Octets } from '../smtp/octets.js';
import type { SendOutcome } from '../smtp/outcome.js';
import type { ReadFetch } from './fact-ports.js';

export interface Clock {
  now(): Date;
  /** Milliseconds that never run backwards; only differences mean anything. */
  monotonicMs(): number;
  /** Resolves after `ms`, or at once when `signal` aborts. Never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Resolves once everything that is ready by now has had its turn. */
  nextTurn(): Promise<void>;
}

export interface Random {
  bytes(count: number): Uint8Array;
}

/** Files the user named. Every method throws Problem `input-missing` or `io`, naming the path as it was given. */
export interface Files {
  readText(path: string): Promise<string>;
  readBytes(path: string): Promise<Uint8Array>;
  /** `-` is standard input. May be called again, and gives the same then. */
  stream(path: string): AsyncIterable<Uint8Array>;
  exists(path: string): Promise<boolean>;
  /** Whether a file that exists lies in the folder or in one of it, once symlinks are followed. */
  isInside(path: string, folder: string): Promise<boolean>;
}

// --- the ledger -----------------------------------------------------------------------------------------------

export type Mode = 'group' | 'each';
export type TokenFormat = 'sealed' | 'article';

/** One email as the ledger holds it. */
export interface EmailRecord {
  readonly emailId: string;
  /** 48-bit random number that stands for the email in sealed tokens. */
  readonly emailNumber: number;
  readonly mode: Mode;
  /** As a person reads it; in `each` mode the template of the subject. */
  readonly subject: string;
  readonly from: string;
  /** `<…@…>`; in `each` mode the id the recipients' own ids are derived from. */
  readonly messageId: string;
  readonly createdAt: Date;
  /** When set, nothing more is sent of this email. */
  readonly cancelledAt?: Date | undefined;
  readonly tokenFormat: TokenFormat;
  /** Of what is stored: it has to come out again before the email is resumed. */
  readonly fingerprint: string;
  /**
   * Of what the user wrote: equal for emails of the same template, recipients, subject, values and files, to notice that one
   * is sent twice. Undefined for emails of schema 8 and earlier, which are compared by `fingerprint`.
   */
  readonly sourceFingerprint?: string | undefined;
  /** What the user called it with `--id`: there is one email of that id, ever. */
  readonly sendId?: string | undefined;
  /** Fingerprint of the key that sealed its tokens; undefined when nothing was sealed, or it was not noted yet. */
  readonly keyFingerprint?: string | undefined;
  /** Everything a copy can be made again from, byte for byte (`merge/copy-plan.ts` owns the shape). JSON. */
  readonly composition: string;
}

export interface RecipientRecord {
  /** 0-based order in the email; with the email id, the key of a recipient. */
  readonly position: number;
  /** 48-bit random number that stands for the recipient in sealed tokens, unique within the email. */
  readonly recipientNumber: number;
  readonly emailAddress: string;
  readonly name: string;
  readonly role: Role;
  readonly tracked: boolean;
  /** true: the copy has the pixel that copies without consent share. */
  readonly sharesPixel?: boolean | undefined;
  /** The yes that tracking relies on. Stored when the email is opened, and read on its own (`readConsent`). */
  readonly consent?: Consent | undefined;
  readonly fields: ReadonlyMap<string, string>;
  /** What this recipient alone has attached. */
  readonly attachments: readonly AttachmentRef[];
  readonly state: RecipientState;
  /** Transactions so far, whatever they came to; 0 before the first. */
  readonly attempts: number;
  /** When the state was entered. */
  readonly stateAt: Date;
}

export type StateCounts = Readonly<Record<RecipientState, number>>;

/**
 * The sending side of the store: one row per recipient before the first octet, one row per attempt after. Recipients
 * move as `recipients/transitions.ts` says and in no other way: each move compares, sets, and may find nobody to move.
 */
export interface Ledger {
  /** Opens the email with all its recipients in one transaction: all of them are there, or none. */
  openEmail(email: EmailRecord, recipients: SomeRecipients): Promise<void>;
  /**
   * Opens the email as `openEmail` does, unless it is there already, and takes its lock before anybody else can see it: whoever
   * finds it afterwards finds it locked, until this process ends its run or dies. Of two equal commands one wins.
   * @param unlessSentSince an email of this time or later is the same when its fingerprint is (`findSent`); undefined: only one
   * with the same `sendId` is.
   * @returns the lock, or the email that is there already: then nothing was written.
   */
  beginEmail(
    email: EmailRecord,
    recipients: SomeRecipients,
    unlessSentSince?: Date,
  ): Promise<EmailLock | { readonly earlier: EmailRecord }>;
  /**
   * Takes the email for this process until `release`, or until the process dies.
   * @returns the lock, or who holds it.
   */
  lockEmail(emailId: string): Promise<EmailLock | LockHolder>;
  /** Who sends the email at the moment; undefined: nobody does. */
  findHolder(emailId: string): Promise<LockHolder['heldBy'] | undefined>;
  /** Recipients left `sending` by a run that died become `uncertain`. @returns how many. Call with the lock held. */
  markAbandonedUncertain(emailId: string, at: Date): Promise<number>;
  /** Recipients in one of `states`, in order of position, in batches. */
  readRecipients(
    emailId: string,
    states?: readonly RecipientState[],
  ): AsyncIterable<readonly RecipientRecord[]>;
  /** The recipients at these positions, in the order of the positions. */
  readRecipientsAt(emailId: string, positions: readonly number[]): Promise<readonly RecipientRecord[]>;
  /**
   * Moves a recipient to `sending`. Resolves when it is durable, before which the last octets of a
   * message must not be written. @returns false when somebody else moved first: nothing may be written then.
   */
  recordIntent(emailId: string, position: number, at: Date): Promise<boolean>;
  /**
   * Moves a recipient as what the attempt came to moves them, and logs the attempt. May ride with the next commit.
   * @returns the number of the attempt, from 1; undefined when the recipient was no longer ours to move.
   */
  recordTransaction(
    emailId: string,
    position: number,
    cause: AttemptCause,
    transaction: Omit<TransactionRecord, 'state'>,
  ): Promise<number | undefined>;
  /** Moves every recipient whom that decision moves. @returns how many moved. */
  moveRecipients(emailId: string, decision: DecisionCause, at: Date): Promise<number>;
  /** Moves those of the named recipients whom that cause moves. @returns how many moved. */
  moveThese(emailId: string, cause: NamedCause, positions: readonly number[], at: Date): Promise<number>;
  countStates(emailId: string): Promise<StateCounts>;
  cancelEmail(emailId: string, at: Date): Promise<void>;
  /**
   * Uncertain recipients of whose own copy the pixel was fetched become `accepted`: only somebody who got the copy
   * knows its sealed token. @returns how many.
   */
  acceptOpened(emailId: string, at: Date): Promise<number>;
  /** The database was copied or restored since it was made: it may not know what was sent since. */
  isCopy(): Promise<boolean>;
  /** The user says that the original is gone. */
  adoptCopy(): Promise<void>;
  /**
   * Which of these addresses are never to be mailed, suppressed or unsubscribed.
   * @param keys by `addrSpecKey`.
   */
  findSuppressed(keys: readonly string[]): Promise<ReadonlySet<string>>;
  /** Positions of the email's pending and deferred recipients who are. */
  findSuppressedRecipients(emailId: string): Promise<readonly number[]>;
}

export type SomeRecipients = AsyncIterable<RecipientRecord> | Iterable<RecipientRecord>;

export interface EmailLock {
  release(): Promise<void>;
}
export interface LockHolder {
  readonly heldBy: { readonly pid: number; readonly host: string; readonly since: Date } | 'unknown';
}

// --- reading --------------------------------------------------------------------------------------------------

export interface EmailSummary extends EmailRecord {
  readonly states: StateCounts;
  /** Recipients whose copy failed, and those who answered in person. */
  readonly cameBack: { readonly failed: number; readonly replied: number };
}

/** A yes, and when it was recorded here. */
export interface RecordedConsent extends Consent {
  readonly recordedAt: Date;
}

/** Somebody who is never mailed. */
export interface SuppressedPerson extends Suppression {
  readonly emailAddress: string;
}

/** The list of those who are never mailed, as the user keeps it. */
export interface SuppressionList {
  /** Adds all of them, or none. Who is on it already stays there as they are. @returns how many are new. */
  add(people: readonly Omit<SuppressedPerson, 'kind'>[]): Promise<number>;
  /** Takes them off, and forgets that they unsubscribed. @param keys by `addrSpecKey`. @returns how many were on it. */
  remove(keys: readonly string[]): Promise<number>;
}

export interface EmailReader {
  /** Newest first. */
  listEmails(limit: number): Promise<readonly EmailSummary[]>;
  /**
   * By `latest`, the text given with `--id`, a whole id, or a prefix with or without `em_`; all that match, at most 5. Only one
   * has a given `--id`, and it comes before prefixes: those are random, and a script that names its own email must not be.
   */
  findEmails(idOrPrefix: string): Promise<readonly EmailRecord[]>;
  /** The email that was sent with `--id <sendId>`. */
  findBySendId(sendId: string): Promise<EmailRecord | undefined>;
  /**
   * The newest email with these fingerprints, created at `since` or later, of which a copy may have left, or may yet: only one
   * that was cancelled before its first message does not count.
   */
  findSent(
    email: Pick<EmailRecord, 'fingerprint' | 'sourceFingerprint'>,
    since: Date,
  ): Promise<EmailRecord | undefined>;
  /** The newest email that still has pending, deferred, sending or uncertain recipients and is not cancelled. */
  findUnfinished(): Promise<EmailRecord | undefined>;
  readRecipients: Ledger['readRecipients'];
  readRecipientsAt: Ledger['readRecipientsAt'];
  countStates: Ledger['countStates'];
  /** How many emails each key sealed, by its fingerprint; '' are those that do not say. */
  countEmailsByKey(): Promise<ReadonlyMap<string, number>>;
  /** In batches: in the order recorded, and then the first and the last of those that were only counted. */
  readFetches(emailId: string): AsyncIterable<readonly ReadFetch[]>;
  /** Those of one recipient, in the same order. */
  readFetchesOf(emailId: string, recipientNumber: number): Promise<readonly ReadFetch[]>;
  /** In batches, in order of position: without merge fields and attachments, which take most of the time. */
  readReportRecipients(
    emailId: string,
  ): AsyncIterable<readonly (ReportRecipient & { readonly position: number })[]>;
  /**
   * By position, of recipients with whom a transaction ended without a reply: all that may have brought them a copy, in order of
   * time. Of everybody else the one that did is in their state.
   */
  readHandovers(emailId: string): Promise<ReadonlyMap<number, readonly Handover[]>>;
  /** What came back by mail about recipients of the email, in order of time. */
  readReturned(emailId: string): Promise<readonly RecipientReturn[]>;
  /** Why each of these addresses is never to be mailed, as far as it is. By `addrSpecKey`. */
  readSuppressions(keys: ReadonlySet<string>): Promise<ReadonlyMap<string, Suppression>>;
  /** Everybody who is never mailed, in batches: by address, or the newest first. */
  readAllSuppressions(order: 'address' | 'newest'): AsyncIterable<readonly SuppressedPerson[]>;
  /** The yes that a recipient's copy relies on; undefined when the list said none. */
  readConsent(emailId: string, position: number): Promise<RecordedConsent | undefined>;
  /** In order of attempt, from 1. */
  readTransactions(emailId: string, position: number): Promise<readonly TransactionRecord[]>;
}

// --- SMTP -----------------------------------------------------------------------------------------------------

/** One copy on its way: everything a transaction needs and nothing else. */
export interface Delivery {
  /** Our own handle, given back with the outcome. */
  readonly position: number;
  /** addr-spec, or '' for the null reverse-path. */
  readonly reversePath: string;
  readonly forwardPath: string;
  /** The whole message, CRLF line ends, not dot-stuffed. */
  readonly message: Octets;
}

/** Sessions with one server. Opening the first proves host, TLS and login. */
export interface Transport {
  /** Sessions begin with a login: the first one shows whether it is right before others try. */
  readonly logsIn?: boolean;
  /**
   * @param giveUp aborted: it is not opened any more, and rejects at once.
   * @param messages how many it is expected to carry, about: by that a session tells what is worth trying.
   * @throws Problem `server-unreachable`, `auth-refused`, `server-protocol`.
   */
  openSession(giveUp?: AbortSignal, messages?: number): Promise<Session>;
}

/** What was learnt about servers, for later runs. */
export interface ServerNotes {
  /**
   * Whether the server takes an envelope behind the final dot of a message.
   * @param server host and port.
   * @param greeting the text of its greeting, without what changes from session to session.
   * @returns undefined when that was never tried.
   */
  readOverlap(server: string, greeting: string): Promise<'taken' | 'not-taken' | undefined>;
  /** May ride with the next commit. Never rejects: without it the next run only tries again. */
  recordOverlap(server: string, greeting: string, overlap: 'taken' | 'not-taken', at: Date): Promise<void>;
}

export interface Session {
  /** Largest message the server takes, in octets; undefined when it does not say. RFC 1870 */
  readonly maxMessageBytes: number | undefined;
  /**
   * How many `send` calls are worth having under way now: the next one's commands may ride with a message.
   * It changes with the replies of the server.
   */
  readonly depth: number;
  /** A message was handed over and not answered yet: closing the session now leaves its recipient uncertain. */
  readonly holdsMessage: boolean;
  /**
   * One mail transaction: MAIL, RCPT, DATA (RFC 5321 §3.3), exactly one forward-path.
   * @param beforeHandover awaited once, before the last octets are written; false gives the transaction up.
   * @returns the outcome; a refusal by the server is an outcome, not an exception.
   */
  send(delivery: Delivery, beforeHandover: () => Promise<boolean>): Promise<SendOutcome>;
  /** false once the session cannot carry another transaction. */
  readonly usable: boolean;
  /** QUIT, waited for briefly. Never rejects. */
  quit(): Promise<void>;
  /** Closes at once, without QUIT. */
  abort(): void;
}
