import { parseMailbox } from '../message/mailbox.js';
import type { Problem } from '../problem.js';
import { arrivedAt } from '../returned/arrival.js';
import { cluesOf } from '../returned/clues.js';
import { type BounceHistory, consequenceOf } from '../returned/consequence.js';
import { matchReturned, type Person, type Sent, type Told } from '../returned/match.js';
import { messageKey } from '../returned/message-key.js';
import { type Returned, readReturned } from '../returned/read-returned.js';
import { type ReturnedFact, returnedFact } from '../returned/returned-fact.js';
import type { KeyRing } from '../tracking/key.js';
import { openToken } from '../tracking/token.js';
import type { MailItem, MatchedFact, ReturnLog, SentCopies } from './inbox-ports.js';
import type { Clock } from './ports.js';

export interface InboxPorts {
  readonly copies: SentCopies;
  readonly log: ReturnLog;
  /** undefined: there is no key, and no token verifies. */
  readonly ring: KeyRing | undefined;
  readonly clock: Pick<Clock, 'now'>;
}

export interface InboxOptions {
  /** Only what is about this email. */
  readonly emailId?: string | undefined;
  /** Messages that came before are left out; one without a date is read. */
  readonly since?: Date | undefined;
  /** false: nothing is recorded. */
  readonly keep: boolean;
}

/** What one message says about a recipient. */
export interface TakenFact {
  readonly person: Person;
  readonly fact: ReturnedFact;
  /** Why the address is suppressed from now on. */
  readonly suppressed?: string;
}

/** What one message says about an address that is no recipient of the email, or of no email that is known. Never acted on. */
export interface UnmatchedFact {
  readonly emailId?: string;
  readonly fact: ReturnedFact;
}

export interface InboxReading {
  readonly messages: number;
  /** Recorded by this, in the order they were read. */
  readonly taken: readonly TakenFact[];
  /** Facts that an earlier reading recorded. */
  readonly known: number;
  readonly unmatched: readonly UnmatchedFact[];
  /** Messages that are about no email of this database, or not about the one that was asked for. */
  readonly others: number;
  /** Messages that came before `since`. */
  readonly earlier: number;
  readonly unreadable: readonly Problem[];
}

/** In one transaction. */
const batchFacts = 500;
/** Of those that are shown. Mailboxes are full of reports about other mail. */
const maxUnmatched = 10_000;

/** Reads what came back, and records what it says about recipients. The same messages again change nothing. */
export async function readInbox(
  items: AsyncIterable<MailItem>,
  { copies, log, ring, clock }: InboxPorts,
  { emailId, since, keep }: InboxOptions,
): Promise<InboxReading> {
  const sent = sentOf(copies, ring);
  const counts = { messages: 0, known: 0, others: 0, earlier: 0 };
  const taken: TakenFact[] = [];
  const unmatched: UnmatchedFact[] = [];
  const unreadable: Problem[] = [];
  let batch: MatchedFact[] = [];

  async function store(): Promise<void> {
    const outcomes = await log.storeReturned(batch, keep);
    for (const [index, { person, fact }] of batch.entries()) {
      const { isNew = false, suppressed } = outcomes[index] ?? {};
      if (isNew) taken.push({ person, fact, ...(suppressed !== undefined && { suppressed }) });
      else counts.known += 1;
    }
    batch = [];
  }

  for await (const item of items) {
    if (item.kind === 'unreadable') {
      unreadable.push(item.problem);
      continue;
    }
    counts.messages += 1;
    const returned = await readReturned(item.octets);
    const arrived = arrivedAt(returned.parts.header);
    if (since !== undefined && arrived !== undefined && arrived < since) {
      counts.earlier += 1;
      continue;
    }
    const tolds = (await tellOf(returned, sent, copies)).filter(
      told => emailId === undefined || told.emailId === emailId,
    );
    let isOurs = false;
    for (const told of tolds) {
      const fact = returnedFact(returned, told, momentOf(told, arrived, copies, clock.now()));
      if (fact === undefined || !isShown(returned, told)) continue;
      isOurs = true;
      if (told.matched === undefined) {
        if (unmatched.length < maxUnmatched) unmatched.push(toUnmatched(told, fact));
        continue;
      }
      batch.push({
        messageKey: messageKey(item.octets, returned.parts.header.first('message-id')),
        person: told.matched.person,
        fact,
        decide: (history: BounceHistory) => consequenceOf(returned, told, history),
      });
    }
    if (!isOurs) counts.others += 1;
    if (batch.length >= batchFacts) await store();
  }
  if (batch.length > 0) await store();
  return { ...counts, taken, unmatched, unreadable };
}

/** Tokens prove whose copy it is, whatever they are good for; those of rehearsals are of no copy that was sent. */
function sentOf(copies: SentCopies, ring: KeyRing | undefined): Sent {
  const personOfToken = (token: string): Person | undefined => {
    const opened = ring === undefined ? undefined : openToken(ring, token);
    if (opened === undefined || opened.purpose === 'rehearsal') return undefined;
    return copies.personOfNumbers(opened.emailNumber, opened.recipientNumber);
  };
  return {
    personOfToken,
    personOfEnvelopeId: personOfToken,
    emailOfMessageId: id => copies.emailOfMessageId(id),
    personOfAddress: (emailId, address) => copies.personOfAddress(emailId, address),
  };
}

async function tellOf(returned: Returned, sent: Sent, copies: SentCopies): Promise<readonly Told[]> {
  if (returned.kind === 'other') return [];
  const tolds = matchReturned(returned, await cluesOf(returned), sent);
  const isAnswer = returned.kind === 'reply' || returned.kind === 'automatic-reply';
  return isAnswer ? tolds.filter(told => !isBySender(told, returned.from, copies)) : tolds;
}

/** One's own answer in the thread, or the copy of it in Sent. */
function isBySender({ emailId }: Told, from: string, copies: SentCopies): boolean {
  const email = emailId === undefined ? undefined : copies.emailOf(emailId);
  const sender = email === undefined ? undefined : parseMailbox(email.from);
  return sender?.ok === true && sender.value.addrSpec.toLowerCase() === from.toLowerCase();
}

/** A report that names no email may still be about one: it is shown. An answer that names none is other people's mail. */
function isShown(returned: Returned, { emailId, matched, address }: Told): boolean {
  if (matched !== undefined) return true;
  if (returned.kind === 'disposition' || address === '') return false;
  return emailId !== undefined || returned.kind === 'delivery-status' || returned.kind === 'complaint';
}

function toUnmatched({ emailId }: Told, fact: ReturnedFact): UnmatchedFact {
  return { ...(emailId !== undefined && { emailId }), fact };
}

/** Clocks of others are wrong at times: nothing comes back before it was sent, or tomorrow. */
function momentOf({ emailId }: Told, arrived: Date | undefined, copies: SentCopies, now: Date): Date {
  if (arrived === undefined || arrived > now) return now;
  const createdAt = emailId === undefined ? undefined : copies.emailOf(emailId)?.createdAt;
  return createdAt !== undefined && arrived < createdAt ? createdAt : arrived;
}
