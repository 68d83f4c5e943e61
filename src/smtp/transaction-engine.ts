/**
 * One SMTP session that carries mail transactions, without the socket: octets and decisions in, effects out.
 *
 * Replies come one for each command and in their order (RFC 5321 §4.2, RFC 2920 §3.2), so a queue of owed replies tells
 * what each one answers. Whatever does not fit the queue ends the session, and every recipient gets the outcome that
 * is true at that moment: `uncertain` if the last octets of the message may have left, else `not-sent`.
 */
import type { Capabilities } from './capabilities.js';
import { encodeData } from './dot-stuff.js';
import { type MailTransaction, mailCommand, rcptCommand, refuseLocally } from './envelope.js';
import { isClosing, judgeReply, type TransactionStage } from './judge.js';
import type { OutcomeKind, SendOutcome } from './outcome.js';
import { printReply, type Reply, ReplyParser } from './reply.js';

export type EngineEffect =
  /** Octets for the socket, in this order; `flushed` is to be called when the system has taken them. */
  | { readonly kind: 'write'; readonly chunks: readonly Uint8Array[] }
  /** The last octets are about to leave: answer with `intentDurable` or `withdraw`. */
  | { readonly kind: 'needs-intent'; readonly position: number }
  /** Comes exactly once for every transaction offered. */
  | { readonly kind: 'settled'; readonly position: number; readonly outcome: SendOutcome }
  /** The session is to be closed; comes once, after everybody is settled. */
  | { readonly kind: 'over'; readonly why: string };

/** What the session waits for; each has a timeout of its own. `body`: for the system to take octets of a message. */
export type Awaited = 'reset' | TransactionStage | 'body';

type EnvelopeStep = 'reset' | 'mail' | 'rcpt' | 'data';

/** What a reply can be owed for. */
type Step = EnvelopeStep | 'end-of-data' | 'lone-dot';

/** One transaction that has begun. */
interface Underway {
  readonly transaction: MailTransaction;
  /** Steps of the envelope not yet written. */
  readonly unwritten: EnvelopeStep[];
  recipientAccepted: boolean;
  /** Encoded message not yet written; undefined before the server asked for it. */
  body: Uint8Array | undefined;
  intent: 'not-asked' | 'asked' | 'durable';
  outcome: OutcomeKind | undefined;
}

/** A message goes out in blocks of this many octets, so that it is known whether its last ones have left. */
const blockOctets = 64 * 1024;
/** CRLF.CRLF leaves as one, or a lenient server could take a part of it for the whole. RFC 5321 §4.1.1.4 */
const terminatorOctets = 5;

export class TransactionEngine {
  readonly #server: Capabilities;
  readonly #parser = new ReplyParser();
  readonly #waiting: MailTransaction[] = [];
  /** In order; with PIPELINING up to two: one whose message was handed over, and the envelope behind it. */
  readonly #underway: Underway[] = [];
  readonly #owed: { readonly step: Step; readonly underway: Underway }[] = [];
  /** A transaction failed, and the server may still hold parts of its envelope. RFC 5321 §4.1.1.5 */
  #needsReset = false;
  #begun = 0;
  #over = false;
  #effects: EngineEffect[] = [];

  constructor(server: Capabilities) {
    this.#server = server;
  }

  /** How many transactions are worth offering at a time: one, or also the one that follows in the same group. */
  get depth(): number {
    return this.#server.pipelining ? 2 : 1;
  }

  /** Whether another transaction may be offered. */
  get usable(): boolean {
    const { mailMax = Number.POSITIVE_INFINITY } = this.#server;
    return !this.#over && this.#begun + this.#waiting.length < mailMax;
  }

  /** undefined: for nothing but ourselves. */
  get awaits(): Awaited | undefined {
    const step = this.#owed[0]?.step;
    if (step !== undefined) return step === 'lone-dot' ? 'end-of-data' : step;
    return this.#underway.some(isWritingBody) ? 'body' : undefined;
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

  /** The caller gives the transaction up. DATA cannot be taken back, only left: the session ends. RFC 5321 §4.1.1.4 */
  withdraw(position: number): readonly EngineEffect[] {
    return this.#step(() => {
      const underway = this.#awaitingIntent(position);
      if (underway === undefined) return;
      const why = 'withdrawn before the last octets of the message';
      this.#settle(underway, unanswered('withdrawn', 'data', why));
      this.#end(why);
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
      const disorder = fault === undefined ? this.#findUnasked(replies) : `the server sent ${fault}`;
      // Who says more than was asked has lost its place: none of it is believed, or a recipient gets another's reply.
      if (disorder !== undefined) this.#end(disorder);
      for (const reply of replies) this.#answer(reply);
    });
  }

  /** The connection is gone, or no reply came in time. */
  lost(why: string): readonly EngineEffect[] {
    return this.#step(() => this.#end(why));
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
    const last = this.#underway.at(-1);
    // A message may be followed by the next envelope in one group; the next message waits for its 354, and so for the
    // reply to this one: never more than one recipient is uncertain. RFC 2920 §3.1
    const free = last === undefined || (this.#server.pipelining && last.intent === 'durable');
    const transaction = free ? this.#waiting.shift() : undefined;
    if (transaction === undefined) return;
    const underway: Underway = {
      transaction,
      unwritten: this.#needsReset ? ['reset', 'mail', 'rcpt', 'data'] : ['mail', 'rcpt', 'data'],
      recipientAccepted: false,
      body: undefined,
      intent: 'not-asked',
      outcome: undefined,
    };
    this.#needsReset = false;
    this.#begun += 1;
    this.#underway.push(underway);
    this.#writeEnvelope(underway);
  }

  /** The next command; with PIPELINING all of them, DATA being the last its group may have. RFC 2920 §3.1 */
  #writeEnvelope(underway: Underway): void {
    const { unwritten, transaction } = underway;
    for (const step of unwritten.splice(0, this.#server.pipelining ? unwritten.length : 1)) {
      this.#write(Buffer.from(`${commandOf(step, transaction, this.#server)}\r\n`));
      this.#owed.push({ step, underway });
    }
  }

  #answer(reply: Reply): void {
    if (this.#over) return;
    const owed = this.#owed.shift();
    if (owed === undefined) this.#closedBy(reply);
    else if (owed.step === 'reset') this.#answerReset(owed.underway, reply);
    else if (owed.step === 'lone-dot') this.#answerLoneDot(owed.underway, reply);
    else this.#answerStage(owed.underway, owed.step, reply);
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
    const verdict = judgeReply(stage, reply);
    if (verdict === 'out-of-protocol') {
      const why = `the server answered ${stageName[stage]} with "${printReply(reply)}"`;
      this.#settle(underway, unanswered(lostOutcome(underway), stage, why));
      this.#end(why);
      return;
    }
    if (verdict !== 'proceed') this.#settle(underway, { kind: verdict, stage, ...factsOf(reply) });
    if (stage === 'rcpt') underway.recipientAccepted = verdict === 'proceed';

    if (isClosing(reply)) this.#closedBy(reply);
    else if (stage === 'mail' || stage === 'rcpt') this.#continueEnvelope(underway);
    else if (stage === 'data' && verdict === 'proceed') this.#goAhead(underway);
    else this.#finish(underway);
  }

  /** In a group everything is written already, and the replies to it are waited for even if one refuses. */
  #continueEnvelope(underway: Underway): void {
    if (underway.unwritten.length === 0) return;
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
    const { body = new Uint8Array(), transaction } = underway;
    if (body.length > blockOctets) {
      const end = Math.min(blockOctets, body.length - terminatorOctets);
      underway.body = body.subarray(end);
      this.#write(body.subarray(0, end));
      return;
    }
    underway.intent = 'asked';
    this.#effects.push({ kind: 'needs-intent', position: transaction.position });
  }

  #awaitingIntent(position: number): Underway | undefined {
    return this.#underway.find(
      ({ intent, transaction }) => intent === 'asked' && transaction.position === position,
    );
  }

  #handOver(underway: Underway): void {
    underway.intent = 'durable';
    this.#write(underway.body ?? new Uint8Array());
    underway.body = undefined;
    this.#owed.push({ step: 'end-of-data', underway });
    this.#beginNext();
  }

  #finish(underway: Underway): void {
    this.#underway.splice(this.#underway.indexOf(underway), 1);
    // If the next MAIL is on its way behind the message, the end of data has cleared the buffers. RFC 5321 §4.1.1.4
    if (underway.outcome !== 'accepted' && this.#underway.length === 0) this.#needsReset = true;
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

  #closedBy(reply: Reply): void {
    this.#end(`the server closed the session: ${printReply(reply)}`);
  }

  #end(why: string): void {
    if (this.#over) return;
    this.#over = true;
    for (const underway of this.#underway.splice(0)) {
      this.#settle(underway, unanswered(lostOutcome(underway), this.#stageOf(underway), why));
    }
    for (const transaction of this.#waiting.splice(0)) {
      this.#emitSettled(transaction, unanswered('not-sent', 'mail', why));
    }
    this.#owed.length = 0;
    this.#effects.push({ kind: 'over', why });
  }

  #stageOf(underway: Underway): TransactionStage {
    const step = this.#owed.find(owed => owed.underway === underway)?.step ?? 'data';
    if (step === 'reset') return 'mail';
    return step === 'lone-dot' ? 'data' : step;
  }

  /** Joined with what was written before in the same step, so that a group leaves in one segment. */
  #write(octets: Uint8Array): void {
    const last = this.#effects.at(-1);
    if (last?.kind === 'write')
      this.#effects[this.#effects.length - 1] = { kind: 'write', chunks: [...last.chunks, octets] };
    else this.#effects.push({ kind: 'write', chunks: [octets] });
  }
}

function commandOf(step: EnvelopeStep, transaction: MailTransaction, server: Capabilities): string {
  switch (step) {
    case 'reset':
      return 'RSET';
    case 'mail':
      return mailCommand(transaction, server);
    case 'rcpt':
      return rcptCommand(transaction);
    case 'data':
      return 'DATA';
  }
}

const stageName = {
  mail: 'MAIL',
  rcpt: 'RCPT',
  data: 'DATA',
  'end-of-data': 'the end of the message',
} as const;

function isWritingBody({ body, intent }: Underway): boolean {
  return body !== undefined && intent === 'not-asked';
}

/** What is true of a transaction whose session ends without another reply. */
function lostOutcome({ intent }: Underway): 'uncertain' | 'not-sent' {
  return intent === 'durable' ? 'uncertain' : 'not-sent';
}

/** An outcome that no reply decided. */
function unanswered(kind: OutcomeKind, stage: TransactionStage, why: string): SendOutcome {
  return { kind, stage, replyCode: 0, enhancedStatusCode: '', replyText: why };
}

function factsOf(reply: Reply): Pick<SendOutcome, 'replyCode' | 'enhancedStatusCode' | 'replyText'> {
  return { replyCode: reply.code, enhancedStatusCode: reply.enhancedStatusCode, replyText: reply.text };
}
