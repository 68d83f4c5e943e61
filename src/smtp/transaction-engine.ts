/**
 * One SMTP session that carries mail transactions, without the socket: octets and decisions in, effects out.
 *
 * Replies come one for each command and in their order (RFC 5321 §4.2, RFC 2920 §3.2), so a queue of owed replies tells
 * what each one answers. Whatever does not fit the queue ends the session, and every recipient gets the outcome that
 * is true at that moment: `uncertain` if the last octets of the message may have left, else `not-sent`.
 *
 * Ways to speak, by what the server offers and is known to take: one command at a time; MAIL, RCPT and DATA in one group and
 * the end of the message alone; that group behind the end of the message before it (`pipelining.ts`); or, with a window, whole
 * transactions behind one another (`window.ts`).
 */
import { type BeginOptions, BeginRule, blockOctets } from './begin-rule.js';
import type { Capabilities } from './capabilities.js';
import { encodeData } from './dot-stuff.js';
import { commandOf, type EnvelopeStep, type MailTransaction, refuseLocally } from './envelope.js';
import { isClosing, isUnknownCommand, judgeReply, stageName, type TransactionStage } from './judge.js';
import { cutOctets, lengthOf, piecesOf } from './octets.js';
import { factsOf, type OutcomeKind, type SendOutcome, unanswered } from './outcome.js';
import { printReply, type Reply, ReplyParser } from './reply.js';
import { ReplySigns } from './reply-signs.js';
import { isWritingBody, lostOutcome, mayLeaveEnvelope, type Underway } from './underway.js';

export type EngineEffect =
  /** Octets for the socket, in this order; `flushed` is to be called when the system has taken them. */
  | { readonly kind: 'write'; readonly chunks: Uint8Array[] }
  /** The last octets are about to leave: answer with `intentDurable` or `withdraw`. */
  | { readonly kind: 'needs-intent'; readonly position: number }
  /** Comes exactly once for every transaction offered. */
  | { readonly kind: 'settled'; readonly position: number; readonly outcome: SendOutcome }
  /** The session is to be closed; comes once, after everybody is settled. */
  | { readonly kind: 'over'; readonly why: string };

/**
 * What the session waits for; each has a timeout of its own. `body`: for the system to take octets of a message. `group`: for
 * the replies to the first commands that were written together. `trial`: for those to the first envelope behind a final dot.
 */
export type Awaited = 'reset' | TransactionStage | 'body' | 'group' | 'trial';

/** What a reply can be owed for. */
type Step = EnvelopeStep | 'end-of-data' | 'lone-dot' | 'chunk';

/** Bad sequence of commands. RFC 5321 §4.2.2 */
const outOfSequence = 503;
/** CRLF.CRLF leaves as one, or a lenient server could take a part of it for the whole. RFC 5321 §4.1.1.4 */
const terminatorOctets = 5;
export class TransactionEngine {
  readonly #server: Capabilities;
  readonly #parser = new ReplyParser();
  readonly #signs = new ReplySigns();
  readonly #rule: BeginRule;
  readonly #waiting: MailTransaction[] = [];
  /** In order; step by step up to two: one whose message was handed over, and the envelope behind it. */
  readonly #underway: Underway[] = [];
  readonly #owed: { readonly step: Step; readonly underway: Underway }[] = [];
  /** The one begun last: by what it leaves at the server, the next has to begin with RSET. */
  #last: Underway | undefined;
  #begun = 0;
  #answered = 0;
  #over = false;
  #effects: EngineEffect[] = [];

  constructor(server: Capabilities, options: BeginOptions = {}) {
    this.#server = server;
    this.#rule = new BeginRule(server, this.#signs, options);
  }

  /** How many transactions are worth offering at a time. It changes with the replies of the server. */
  get depth(): number {
    return this.#rule.depth;
  }

  /** Whether a message was handed over and not answered yet: a session that ends now leaves somebody uncertain. */
  get holdsMessage(): boolean {
    return this.#underway.some(
      ({ intent, acceptance, outcome }) =>
        intent === 'durable' && acceptance === undefined && outcome === undefined,
    );
  }

  /** @param roundTripMs between a command and its reply. */
  measured(roundTripMs: number): void {
    this.#rule.measured(roundTripMs);
  }

  /** Whether another transaction may be offered. */
  get usable(): boolean {
    const { mailMax = Number.POSITIVE_INFINITY } = this.#server;
    return !this.#over && this.#begun + this.#waiting.length < mailMax;
  }

  /** undefined: no reply is outstanding; the next move is ours. */
  get awaits(): Awaited | undefined {
    const [owed] = this.#owed;
    const step = owed?.step;
    if (owed?.underway.overlapped === true && this.#rule.pipelining.isOnTrial && step !== 'end-of-data')
      return 'trial';
    if (this.#isUnprovenGroup) return 'group';
    // Before it there may be a message that the server still works on.
    if (owed?.underway.streamed === true) return 'end-of-data';
    if (step !== undefined) return step === 'lone-dot' || step === 'chunk' ? 'end-of-data' : step;
    return this.#underway.some(isWritingBody) ? 'body' : undefined;
  }

  /** Several replies are owed to commands that were written together, and no such group was ever answered. */
  get #isUnprovenGroup(): boolean {
    const [, second] = this.#owed;
    return second !== undefined && !second.underway.streamed && !this.#rule.pipelining.isProven;
  }

  /** Replies that were owed and came: when it grows, the wait for the next one begins. */
  get answered(): number {
    return this.#answered;
  }

  /** Takes a transaction; it begins when the ones before allow. */
  offer(transaction: MailTransaction): readonly EngineEffect[] {
    return this.#step(() => {
      const refusal = this.usable
        ? refuseLocally(transaction, this.#server)
        : unanswered('not-sent', 'mail', 'the session takes no more messages');
      if (refusal !== undefined) {
        this.#emitSettled(transaction, refusal);
        return;
      }
      this.#waiting.push(transaction);
      this.#beginNext();
    });
  }

  /** The caller has recorded that the message may be delivered from now on. */
  intentDurable(position: number): readonly EngineEffect[] {
    return this.#step(() => {
      const underway = this.#awaitingIntent(position);
      if (underway !== undefined) this.#handOver(underway);
    });
  }

  /**
   * The caller gives the transaction up. DATA cannot be taken back, only left, so the session ends (RFC 5321 §4.1.1.4);
   * of a streamed transaction nothing was written yet.
   */
  withdraw(position: number): readonly EngineEffect[] {
    return this.#step(() => {
      const underway = this.#awaitingIntent(position);
      if (underway === undefined) return;
      const why = 'withdrawn before the last octets of the message';
      this.#settle(underway, unanswered('withdrawn', 'data', why));
      if (underway.streamed) this.#finish(underway);
      else this.#end(why);
    });
  }

  /** The system has taken what was written last. */
  flushed(): readonly EngineEffect[] {
    return this.#step(() => {
      const underway = this.#underway.find(isWritingBody);
      if (underway !== undefined) this.#writeBody(underway);
    });
  }

  /** Octets of the server, split anywhere. */
  received(octets: Uint8Array): readonly EngineEffect[] {
    return this.#step(() => {
      const { replies, fault } = this.#parser.feed(octets);
      const refused = replies.findIndex(
        (reply, index) => this.#owed[index]?.step === 'chunk' && isUnknownCommand(reply),
      );
      if (refused !== -1) {
        // What comes behind is about the lines of a message.
        for (const reply of replies.slice(0, refused + 1)) this.#answer(reply);
        return;
      }
      const disorder = fault === undefined ? this.#findUnasked(replies) : `the server sent ${fault}`;
      // Who says more than was asked has lost its place: none of it is believed, or a recipient gets another's reply.
      if (disorder !== undefined) this.#end(disorder);
      for (const reply of replies) this.#answer(reply);
    });
  }

  /** The connection is gone. What was answered in its place holds. */
  lost(why: string): readonly EngineEffect[] {
    return this.#step(() => {
      this.#confirm();
      this.#end(why);
    });
  }

  /** No reply came in time; so one may have been missing before. Silence is what a trial may end in: then none is missing. */
  timedOut(why: string): readonly EngineEffect[] {
    return this.#step(() => {
      if (this.awaits === 'trial') this.#confirm();
      this.#end(why);
    });
  }

  #step(act: () => void): readonly EngineEffect[] {
    this.#effects = [];
    act();
    return this.#effects;
  }

  /** What came in one piece was sent before the server saw anything we write because of it. */
  #findUnasked(replies: readonly Reply[]): string | undefined {
    const asked = this.#owed.length;
    // 421 alone may come at any time. RFC 5321 §3.8
    const unasked = replies.slice(asked).find(reply => !isClosing(reply));
    if (unasked !== undefined) return `the server sent "${printReply(unasked)}" unasked`;
    return replies.length >= asked && this.#parser.midReply ? 'the server began a reply unasked' : undefined;
  }

  #beginNext(): void {
    for (let next = this.#waiting[0]; next !== undefined && !this.#over; next = this.#waiting[0]) {
      const beginning = this.#rule.next(next, this.#underway);
      if (beginning === 'wait') return;
      this.#waiting.shift();
      this.#begin(next, beginning === 'streamed');
    }
  }

  #begin(transaction: MailTransaction, streamed: boolean): void {
    const reset = streamed || (this.#last !== undefined && mayLeaveEnvelope(this.#last));
    const overlapped = this.#underway.length > 0;
    if (overlapped) this.#rule.pipelining.try();
    const underway: Underway = {
      transaction,
      streamed,
      overlapped,
      displaced: false,
      unwritten: reset ? ['reset', 'mail', 'rcpt', 'data'] : ['mail', 'rcpt', 'data'],
      recipientAccepted: false,
      body: undefined,
      intent: 'not-asked',
      refusal: undefined,
      acceptance: undefined,
      outcome: undefined,
    };
    this.#last = underway;
    this.#begun += 1;
    this.#underway.push(underway);
    if (streamed) this.#askIntent(underway);
    else this.#writeEnvelope(underway);
  }

  /** The next command; with PIPELINING all of them, DATA being the last its group may have. RFC 2920 §3.1 */
  #writeEnvelope(underway: Underway): void {
    const { unwritten } = underway;
    const steps = unwritten.splice(0, this.#rule.groups ? unwritten.length : 1);
    this.#write(Buffer.from(steps.map(step => this.#command(step, underway)).join('')));
  }

  /** The whole transaction at once. Each begins with RSET, so that none depends on how the one before ended. RFC 3030 §2 */
  #writeTransaction(underway: Underway): void {
    const { transaction } = underway;
    const envelope = (['reset', 'mail', 'rcpt'] as const).map(step => this.#command(step, underway)).join('');
    this.#write(Buffer.from(`${envelope}BDAT ${lengthOf(transaction.message)} LAST\r\n`));
    this.#owed.push({ step: 'chunk', underway });
    // Counted octets: nothing in them is stuffed.
    for (const piece of piecesOf(transaction.message)) this.#write(piece);
  }

  /** The line of a command, whose reply is owed from now on. */
  #command(step: EnvelopeStep, underway: Underway): string {
    this.#owed.push({ step, underway });
    return `${commandOf(step, underway.transaction, this.#server)}\r\n`;
  }

  #answer(reply: Reply): void {
    if (this.#over) return;
    const owed = this.#owed.shift();
    this.#answered += 1;
    if (owed === undefined) this.#closedBy(reply);
    else if (owed.step === 'reset') this.#answerReset(owed.underway, reply);
    else if (owed.step === 'lone-dot') this.#answerLoneDot(owed.underway, reply);
    else if (owed.step === 'chunk') this.#answerChunk(owed.underway, reply);
    else if (owed.underway.streamed && (owed.step === 'mail' || owed.step === 'rcpt'))
      this.#answerStreamed(owed.underway, owed.step, reply);
    else this.#answerStage(owed.underway, owed.step, reply);
    if (this.#owed.length === 0) this.#confirm();
  }

  #answerReset(underway: Underway, reply: Reply): void {
    if (isClosing(reply)) this.#closedBy(reply);
    else if (reply.code === 250) this.#continueEnvelope(underway);
    // Never refused (RFC 5321 §4.1.1.5); if it is, nobody knows what the server still holds.
    else this.#end(`the server answered RSET with "${printReply(reply)}"`);
  }

  /** Whatever the server says to a message without recipient, nobody got one. RFC 2920 §3.1 */
  #answerLoneDot(underway: Underway, reply: Reply): void {
    if (isClosing(reply)) this.#closedBy(reply);
    else this.#finish(underway);
  }

  #answerStage(underway: Underway, stage: TransactionStage, reply: Reply): void {
    if (this.#isAboutOverlap(underway, stage, reply)) {
      this.#answerDisplaced(underway, stage, reply);
      return;
    }
    const verdict = underway.displaced && !isClosing(reply) ? 'out-of-protocol' : judgeReply(stage, reply);
    if (verdict === 'out-of-protocol') {
      this.#outOfProtocol(underway, stage, reply);
      return;
    }
    if (verdict === 'accepted') {
      underway.acceptance = { kind: verdict, stage, ...factsOf(reply) };
      return;
    }
    if (verdict !== 'proceed') this.#settle(underway, { kind: verdict, stage, ...factsOf(reply) });
    else if (stage === 'mail' || stage === 'rcpt') this.#signs.learn(stage, reply);
    if (stage === 'rcpt') underway.recipientAccepted = verdict === 'proceed';
    if (stage === 'data') {
      this.#rule.pipelining.groupAnswered();
      // 354 has one place, and so has the last of as many replies as were owed.
      this.#confirm();
      if (underway.overlapped && !isClosing(reply)) this.#rule.pipelining.worked();
    }

    if (isClosing(reply)) this.#closedBy(reply);
    else if (stage === 'mail' || stage === 'rcpt') this.#continueEnvelope(underway);
    else if (stage === 'data' && verdict === 'proceed') this.#goAhead(underway);
    else this.#finish(underway);
  }

  /** Refusals of an envelope behind a dot that are not about sender, recipient or message, but about the place. */
  #isAboutOverlap(underway: Underway, stage: TransactionStage, { code }: Reply): boolean {
    if (underway.displaced) return code >= 500;
    if (stage === 'end-of-data') {
      const isFollowed = this.#underway.some(({ overlapped, streamed }) => overlapped && !streamed);
      return code === outOfSequence && isFollowed;
    }
    if (stage !== 'mail' || !underway.overlapped) return false;
    // In a trial the server may have lost a part of the group, and read the rest as another command.
    return code === outOfSequence || (this.#rule.pipelining.isOnTrial && code >= 500);
  }

  /** Haraka takes the message, and answers each command behind its dot with 503: those are said again, on their own. */
  #answerDisplaced(underway: Underway, stage: TransactionStage, reply: Reply): void {
    if (stage === 'end-of-data') {
      // Which of the replies is the one to the message, nobody can say.
      this.#outOfProtocol(underway, stage, reply);
      return;
    }
    underway.displaced = true;
    if (stage !== 'data') return;
    this.#rule.pipelining.broke(true);
    this.#waiting.unshift(underway.transaction);
    this.#begun -= 1;
    this.#underway.splice(this.#underway.indexOf(underway), 1);
    this.#confirm();
    this.#beginNext();
  }

  /** The message is on its way already: a refusal counts once the reply to the message agrees with it. */
  #answerStreamed(underway: Underway, stage: 'mail' | 'rcpt', reply: Reply): void {
    const verdict = judgeReply(stage, reply);
    if (isClosing(reply)) {
      this.#settle(underway, { kind: 'not-sent', stage, ...factsOf(reply) });
      this.#closedBy(reply);
      return;
    }
    const isMisplaced = verdict === 'proceed' && this.#signs.isOfAnother(stage, reply);
    if (verdict === 'out-of-protocol' || isMisplaced) this.#outOfProtocol(underway, stage, reply);
    else if (verdict !== 'proceed') underway.refusal ??= { kind: verdict, stage, ...factsOf(reply) };
    else if (stage === 'rcpt') this.#confirm();
  }

  #answerChunk(underway: Underway, reply: Reply): void {
    const stage = 'end-of-data';
    const { refusal } = underway;
    if (isUnknownCommand(reply)) {
      if (refusal !== undefined) this.#settle(underway, refusal);
      this.#withoutChunks(reply);
      return;
    }
    const verdict = judgeReply(stage, reply);
    const isMisplaced = verdict === 'accepted' && (refusal !== undefined || this.#signs.isToRecipient(reply));
    if (verdict === 'out-of-protocol' || isMisplaced) {
      // Taken, although sender or recipient was refused, or in RCPT's words: for whom, nobody can say.
      this.#outOfProtocol(underway, stage, reply);
      return;
    }
    if (verdict === 'accepted') {
      underway.acceptance = { kind: verdict, stage, ...factsOf(reply) };
      return;
    }
    this.#settle(underway, refusal ?? { kind: verdict as OutcomeKind, stage, ...factsOf(reply) });
    if (isClosing(reply)) this.#closedBy(reply);
    else this.#finish(underway);
  }

  /** Of a server that does not know BDAT after all: it took no message that way, and reads them as commands. RFC 3030 §2 */
  #withoutChunks(reply: Reply): void {
    const why = `the server offers CHUNKING, and answers BDAT with "${printReply(reply)}"`;
    this.#rule.closeWindow();
    for (const underway of this.#underway)
      if (underway.streamed) this.#settle(underway, unanswered('not-sent', 'end-of-data', why));
    this.#end(why);
  }

  /** What was accepted is: nothing that came behind it was out of place. */
  #confirm(): void {
    for (const underway of this.#underway.filter(({ acceptance }) => acceptance !== undefined)) {
      if (underway.acceptance !== undefined) this.#settle(underway, underway.acceptance);
      this.#finish(underway);
    }
  }

  #outOfProtocol(underway: Underway, stage: TransactionStage, reply: Reply): void {
    const why = `the server answered ${stageName[stage]} with "${printReply(reply)}"`;
    this.#settle(underway, unanswered(lostOutcome(underway), stage, why));
    this.#end(why);
  }

  /** In a group everything is written already, and the replies to it are waited for even if one refuses. */
  #continueEnvelope(underway: Underway): void {
    if (underway.streamed || underway.unwritten.length === 0) return;
    if (underway.outcome === undefined) this.#writeEnvelope(underway);
    else this.#finish(underway);
  }

  #goAhead(underway: Underway): void {
    if (underway.outcome === undefined) {
      underway.body = encodeData(underway.transaction.message);
      this.#writeBody(underway);
    } else if (underway.recipientAccepted) {
      // MAIL was refused, and yet there is a recipient: any message, even an empty one, could be delivered.
      this.#end('the server asked for the message of a sender it refused');
    } else {
      // The server wants a message though it refused the only recipient: an empty one ends it. RFC 2920 §3.1
      this.#write(Buffer.from('.\r\n'));
      this.#owed.push({ step: 'lone-dot', underway });
    }
  }

  #writeBody(underway: Underway): void {
    const body = underway.body ?? [];
    const left = lengthOf(body);
    if (left > blockOctets) {
      const [block, rest] = cutOctets(body, Math.min(blockOctets, left - terminatorOctets));
      underway.body = rest;
      for (const piece of block) this.#write(piece);
      return;
    }
    this.#askIntent(underway);
  }

  #askIntent(underway: Underway): void {
    underway.intent = 'asked';
    this.#effects.push({ kind: 'needs-intent', position: underway.transaction.position });
  }

  #awaitingIntent(position: number): Underway | undefined {
    return this.#underway.find(
      ({ intent, transaction }) => intent === 'asked' && transaction.position === position,
    );
  }

  #handOver(underway: Underway): void {
    underway.intent = 'durable';
    if (underway.streamed) this.#writeTransaction(underway);
    else {
      for (const piece of underway.body ?? []) this.#write(piece);
      underway.body = undefined;
      this.#owed.push({ step: 'end-of-data', underway });
    }
    this.#beginNext();
  }

  #finish(underway: Underway): void {
    this.#underway.splice(this.#underway.indexOf(underway), 1);
    if (underway.outcome === 'accepted') this.#rule.accepted();
    else this.#rule.unexpected();
    this.#beginNext();
  }

  /** The first reply that decides is the outcome; what follows from it, such as 503 to DATA, is none. */
  #settle(underway: Underway, outcome: SendOutcome): void {
    if (underway.outcome !== undefined) return;
    underway.outcome = outcome.kind;
    this.#emitSettled(underway.transaction, outcome);
  }

  #emitSettled({ position }: MailTransaction, outcome: SendOutcome): void {
    this.#effects.push({ kind: 'settled', position, outcome });
  }

  /** Replies come in order: what is behind the one that closed was not taken, even if it was handed over. RFC 5321 §3.8 */
  #closedBy(reply: Reply): void {
    const why = `the server closed the session: ${printReply(reply)}`;
    this.#confirm();
    for (const underway of this.#underway) {
      this.#settle(underway, unanswered('not-sent', this.#stageOf(underway), why));
    }
    this.#end(why, true);
  }

  /** @param isExplained the server said why (421): its silence means nothing. */
  #end(why: string, isExplained = false): void {
    if (this.#over) return;
    this.#over = true;
    if (!isExplained && this.#isUnprovenGroup) this.#rule.pipelining.groupLost();
    // An envelope behind a dot without its replies. 421, which says why the session ends, has settled it before.
    const isUnanswered = ({ overlapped, outcome }: Underway) =>
      overlapped && (outcome === undefined || this.#rule.pipelining.isOnTrial);
    if (this.#underway.some(isUnanswered)) this.#rule.pipelining.broke(false);
    for (const underway of this.#underway.splice(0)) {
      // A refused recipient stays refused. A refused sender says nothing of a message that is already on its way.
      const refusal = underway.refusal?.stage === 'rcpt' ? underway.refusal : undefined;
      this.#settle(underway, refusal ?? unanswered(lostOutcome(underway), this.#stageOf(underway), why));
      // Where connections break, fewer are to be uncertain the next time.
      if (underway.streamed && underway.outcome === 'uncertain') this.#rule.closeWindow();
    }
    for (const transaction of this.#waiting.splice(0)) {
      this.#emitSettled(transaction, unanswered('not-sent', 'mail', why));
    }
    this.#owed.length = 0;
    this.#effects.push({ kind: 'over', why });
  }

  #stageOf(underway: Underway): TransactionStage {
    // Of a message that was handed over whole, the last reply is the one that is missing.
    if (underway.streamed && underway.intent === 'durable') return 'end-of-data';
    const step = this.#owed.find(owed => owed.underway === underway)?.step ?? 'data';
    if (step === 'reset') return 'mail';
    return step === 'lone-dot' || step === 'chunk' ? 'data' : step;
  }

  /** Joined with what was written before in the same step, so that a group leaves in one segment. */
  #write(octets: Uint8Array): void {
    const last = this.#effects.at(-1);
    if (last?.kind === 'write') last.chunks.push(octets);
    else this.#effects.push({ kind: 'write', chunks: [octets] });
  }
}
