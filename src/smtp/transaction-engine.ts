/**
 * The transactions of one session, as a state machine without a socket: deliveries, octets and events go in, octets to
 * write and outcomes come out. RFC 5321 §3.3; with PIPELINING offered, RFC 2920: MAIL, RCPT and DATA travel together,
 * and with them the end of the message before.
 *
 * Two rules carry the guarantee of the ledger. The octets of a message, whose last ones make the server its owner, are
 * written only after `handOver`. And a reply that no command asked for ends the session, since from then on nobody
 * knows which reply belongs to which recipient.
 */
import type { Capabilities } from './capabilities.js';
import { judgeRefusal, type TransactionStage } from './judge.js';
import { findBareLineEnd, toMessageData } from './message-data.js';
import type { OutcomeKind, SendOutcome, SmtpStage } from './outcome.js';
import { type Reply, ReplyFault, ReplyReader } from './reply.js';

/** One copy on its way. */
export interface EngineDelivery {
  /** The caller's handle. */
  readonly id: number;
  /** addr-spec, or '' for the null reverse-path. */
  readonly reversePath: string;
  readonly forwardPath: string;
  readonly message: Uint8Array;
}

export type Effect =
  | { readonly kind: 'write'; readonly octets: Buffer }
  /** The server waits for the message: answer with `handOver` once the intent is durable, or with `withdraw`. */
  | { readonly kind: 'ready-for-message'; readonly id: number }
  | { readonly kind: 'settled'; readonly id: number; readonly outcome: SendOutcome }
  /** The session carries nothing more; close it. */
  | { readonly kind: 'over'; readonly why: string };

type Command = 'rset' | TransactionStage;

interface Transaction {
  readonly delivery: EngineDelivery;
  /** The first refusal; what follows it in the same group is only read. */
  refused: { stage: TransactionStage; reply: Reply } | undefined;
  /** The last octets may have left. */
  handedOver: boolean;
  rcptAccepted: boolean;
}

export class TransactionEngine {
  readonly #capabilities: Capabilities;
  readonly #reader = new ReplyReader();
  /** Commands without their reply, in order: replies come in the same. */
  readonly #expected: { command: Command; transaction: Transaction | undefined }[] = [];
  readonly #waiting: Transaction[] = [];
  /** The transaction whose commands or message are under way. */
  #current: Transaction | undefined;
  /** Begun in the same group as the end of the current one. */
  #following: Transaction | undefined;
  #needsReset = false;
  #over = false;
  #effects: Effect[] = [];

  constructor(capabilities: Capabilities) {
    this.#capabilities = capabilities;
  }

  /** How many deliveries may be offered at a time: one under way, and one to travel in its last group. */
  get depth(): number {
    return this.#capabilities.pipelining ? 2 : 1;
  }

  get over(): boolean {
    return this.#over;
  }

  get idle(): boolean {
    return this.#current === undefined && this.#waiting.length === 0;
  }

  /** What the next reply answers, for the caller's timeouts; undefined when none is expected. */
  get awaiting(): Command | undefined {
    return this.#expected[0]?.command;
  }

  offer(delivery: EngineDelivery): readonly Effect[] {
    return this.#run(() => {
      const transaction = { delivery, refused: undefined, handedOver: false, rcptAccepted: false };
      const local = this.#localRefusal(delivery);
      if (this.#over) this.#settle(transaction, notSent('mail', 'the session is over'));
      else if (local !== undefined) this.#settle(transaction, local);
      else this.#waiting.push(transaction);
      this.#begin();
    });
  }

  /** The intent is durable: the message goes out with its last octets. */
  handOver(id: number): readonly Effect[] {
    return this.#run(() => {
      const transaction = this.#current;
      if (this.#over || transaction?.delivery.id !== id) return;
      transaction.handedOver = true;
      const group: Buffer[] = [toMessageData(transaction.delivery.message)];
      this.#expected.push({ command: 'end-of-data', transaction });
      const next = this.#capabilities.pipelining ? this.#waiting.shift() : undefined;
      if (next !== undefined) {
        this.#following = next;
        group.push(...this.#envelopeGroup(next));
      }
      this.#write(Buffer.concat(group));
    });
  }

  /** The message is not to be sent after all. Inside DATA there is no way back but to close without the final dot. */
  withdraw(id: number): readonly Effect[] {
    return this.#run(() => {
      const transaction = this.#current;
      if (this.#over || transaction?.delivery.id !== id) return;
      this.#current = undefined;
      this.#settle(transaction, { ...notSent('data', ''), kind: 'withdrawn' });
      this.#end('a transaction was given up');
    });
  }

  received(chunk: Uint8Array): readonly Effect[] {
    return this.#run(() => {
      if (this.#over) return;
      try {
        for (const reply of this.#reader.read(chunk)) {
          if (this.#over) return;
          this.#answer(reply);
        }
      } catch (error) {
        if (!(error instanceof ReplyFault)) throw error;
        this.#end(`the server does not speak SMTP: ${error.message}`);
      }
    });
  }

  /** The connection is gone or takes too long, or the user wants it to end. */
  lost(why: string): readonly Effect[] {
    return this.#run(() => this.#end(why));
  }

  #run(step: () => void): readonly Effect[] {
    this.#effects = [];
    step();
    return this.#effects;
  }

  #write(octets: Buffer): void {
    this.#effects.push({ kind: 'write', octets });
  }

  /** Starts the next waiting delivery when the line is free. */
  #begin(): void {
    if (this.#over || this.#current !== undefined) return;
    const next = this.#waiting.shift();
    if (next === undefined) return;
    this.#current = next;
    if (this.#capabilities.pipelining) this.#write(Buffer.concat(this.#envelopeGroup(next)));
    else if (this.#needsReset) this.#command('rset', undefined, 'RSET');
    else this.#command('mail', next, this.#mail(next.delivery));
  }

  /** DATA has to be the last of its group. RFC 2920 §3.1 */
  #envelopeGroup(transaction: Transaction): readonly Buffer[] {
    const lines: string[] = [];
    const push = (command: Command, line: string) => {
      this.#expected.push({ command, transaction: command === 'rset' ? undefined : transaction });
      lines.push(`${line}\r\n`);
    };
    if (this.#needsReset) push('rset', 'RSET');
    this.#needsReset = false;
    push('mail', this.#mail(transaction.delivery));
    push('rcpt', `RCPT TO:<${transaction.delivery.forwardPath}>`);
    push('data', 'DATA');
    return lines.map(line => Buffer.from(line));
  }

  #command(command: Command, transaction: Transaction | undefined, line: string): void {
    this.#expected.push({ command, transaction });
    this.#write(Buffer.from(`${line}\r\n`));
  }

  #mail(delivery: EngineDelivery): string {
    const size = this.#capabilities.size ? ` SIZE=${delivery.message.byteLength}` : '';
    const utf8 = needsSmtpUtf8(delivery) ? ' SMTPUTF8' : '';
    return `MAIL FROM:<${delivery.reversePath}>${size}${utf8}`;
  }

  #answer(reply: Reply): void {
    const expected = this.#expected.shift();
    if (expected === undefined) {
      // 421 may come unasked, before a shutdown. RFC 5321 §3.8
      this.#end(
        reply.code === 421 ? `421 ${reply.text}` : `a reply nobody asked for: ${reply.code} ${reply.text}`,
      );
      return;
    }
    const { command, transaction } = expected;
    if (transaction === undefined) this.#answerReset(reply);
    else if (command === 'data') this.#answerData(transaction, reply);
    else if (command === 'end-of-data') this.#answerEndOfData(transaction, reply);
    else if (command !== 'rset') this.#answerEnvelope(command, transaction, reply);
  }

  #answerReset(reply: Reply): void {
    if (!isPositive(reply)) {
      this.#end(`RSET was answered ${reply.code} ${reply.text}`);
      return;
    }
    this.#needsReset = false;
    if (!this.#capabilities.pipelining && this.#current !== undefined) {
      this.#command('mail', this.#current, this.#mail(this.#current.delivery));
    }
  }

  #answerEnvelope(stage: 'mail' | 'rcpt', transaction: Transaction, reply: Reply): void {
    if (isPositive(reply)) {
      if (stage === 'rcpt') transaction.rcptAccepted = transaction.refused === undefined;
      if (this.#capabilities.pipelining || transaction.refused !== undefined) return;
      if (stage === 'mail')
        this.#command('rcpt', transaction, `RCPT TO:<${transaction.delivery.forwardPath}>`);
      else this.#command('data', transaction, 'DATA');
      return;
    }
    if (reply.code < 400) {
      this.#end(`${stage.toUpperCase()} was answered ${reply.code} ${reply.text}`);
      return;
    }
    transaction.refused ??= { stage, reply };
    // The rest of the group is answered as well; the transaction ends with the reply to DATA.
    if (this.#capabilities.pipelining && reply.code !== 421) return;
    this.#settleRefused(transaction);
  }

  #answerData(transaction: Transaction, reply: Reply): void {
    if (reply.code === 354 && transaction.refused === undefined && transaction.rcptAccepted) {
      this.#effects.push({ kind: 'ready-for-message', id: transaction.delivery.id });
      return;
    }
    if (reply.code === 354) {
      // The server wants a message although it refused the recipient: give it an empty one, and believe no answer.
      this.#expected.push({ command: 'end-of-data', transaction });
      this.#write(Buffer.from('.\r\n'));
      return;
    }
    if (reply.code < 400) {
      this.#end(`DATA was answered ${reply.code} ${reply.text}`);
      return;
    }
    transaction.refused ??= { stage: 'data', reply };
    this.#settleRefused(transaction);
  }

  #answerEndOfData(transaction: Transaction, reply: Reply): void {
    if (transaction.refused !== undefined) {
      this.#settleRefused(transaction);
      return;
    }
    if (isPositive(reply)) {
      this.#settle(transaction, outcomeOf('accepted', 'end-of-data', reply));
      this.#advance();
      return;
    }
    if (reply.code < 400) {
      this.#end(`the message was answered ${reply.code} ${reply.text}`);
      return;
    }
    transaction.refused = { stage: 'end-of-data', reply };
    this.#settleRefused(transaction);
  }

  #settleRefused(transaction: Transaction): void {
    const { stage, reply } = transaction.refused as NonNullable<Transaction['refused']>;
    this.#settle(transaction, outcomeOf(judgeRefusal(stage, reply), stage, reply));
    // After the end of data the server's buffers are clear, refused or not. RFC 5321 §4.1.1.4
    if (stage !== 'end-of-data' && !transaction.handedOver) this.#needsReset = true;
    if (reply.code !== 421) {
      this.#advance();
      return;
    }
    this.#current = this.#following;
    this.#following = undefined;
    this.#end(`421 ${reply.text}`);
  }

  #advance(): void {
    this.#current = this.#following;
    this.#following = undefined;
    this.#begin();
  }

  #settle(transaction: Transaction, outcome: SendOutcome): void {
    this.#effects.push({ kind: 'settled', id: transaction.delivery.id, outcome });
  }

  /** Everybody who was handed over and not answered is uncertain; everybody else is as before. RFC 1047 */
  #end(why: string): void {
    if (this.#over) return;
    this.#over = true;
    for (const transaction of [this.#current, this.#following, ...this.#waiting]) {
      if (transaction === undefined) continue;
      if (transaction.refused !== undefined && !transaction.handedOver) {
        const { stage, reply } = transaction.refused;
        this.#settle(transaction, outcomeOf(judgeRefusal(stage, reply), stage, reply));
      } else if (transaction.handedOver) {
        this.#settle(transaction, { ...notSent('end-of-data', why), kind: 'uncertain' });
      } else {
        this.#settle(transaction, notSent('mail', why));
      }
    }
    this.#current = undefined;
    this.#following = undefined;
    this.#waiting.length = 0;
    this.#expected.length = 0;
    this.#effects.push({ kind: 'over', why });
  }

  /** What this server cannot take is known before it is asked. */
  #localRefusal(delivery: EngineDelivery): SendOutcome | undefined {
    const { maxMessageBytes, smtpUtf8 } = this.#capabilities;
    if (maxMessageBytes !== undefined && delivery.message.byteLength > maxMessageBytes) {
      const text = `the message has ${delivery.message.byteLength} octets, the server takes ${maxMessageBytes}`;
      return { ...notSent('mail', text), kind: 'rejected', enhancedStatusCode: '5.3.4' };
    }
    if (needsSmtpUtf8(delivery) && !smtpUtf8) {
      return {
        ...notSent('mail', 'the server does not offer SMTPUTF8'),
        kind: 'rejected',
        enhancedStatusCode: '5.6.7',
      };
    }
    const bare = findBareLineEnd(delivery.message);
    if (bare !== undefined) {
      return {
        ...notSent('mail', `a bare line end at octet ${bare} of the message`),
        kind: 'rejected',
        enhancedStatusCode: '5.6.0',
      };
    }
    return undefined;
  }
}

function isPositive(reply: Reply): boolean {
  return reply.code >= 200 && reply.code < 300;
}

/** RFC 6531 §3.3: only what cannot be written in ASCII needs the extension. */
function needsSmtpUtf8({ reversePath, forwardPath }: EngineDelivery): boolean {
  return /[^\x00-\x7f]/.test(reversePath + forwardPath);
}

function outcomeOf(kind: OutcomeKind, stage: SmtpStage, reply: Reply): SendOutcome {
  return {
    kind,
    stage,
    replyCode: reply.code,
    enhancedStatusCode: reply.enhancedStatusCode,
    replyText: reply.text,
  };
}

function notSent(stage: SmtpStage, replyText: string): SendOutcome {
  return { kind: 'not-sent', stage, replyCode: 0, enhancedStatusCode: '', replyText };
}
