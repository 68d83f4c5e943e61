/**
 * A server that keeps to the protocol, whatever it decides: it reads octets in any portions, answers in order, and notes
 * what it takes at the moment it takes it. Like Exim it keeps MAIL open when it refused the recipient.
 */
export class ModelServer {
  /** Forward-paths of messages taken, in order. */
  readonly accepted: string[] = [];
  /** Octets for the client, not fetched yet. */
  output = '';
  closed = false;
  #input = '';
  #mail = false;
  #recipient: string | undefined;
  #state: 'commands' | 'data' = 'commands';
  #chunk = 0;
  /** Commands still to be answered with 503. */
  #refusing = 0;
  readonly #decide: (stage: Stage) => Decision;
  readonly #behindDot: BehindDot;

  /**
   * @param decide asked at each stage of each transaction.
   * @param behindDot what it does with an envelope that came with the final dot of a message.
   */
  constructor(decide: (stage: Stage) => Decision, behindDot: BehindDot = 'take') {
    this.#decide = decide;
    this.#behindDot = behindDot;
  }

  hear(octets: string): void {
    this.#input += octets;
    while (!this.closed && this.#step());
  }

  #step(): boolean {
    if (this.#chunk > 0) return this.#takeChunk();
    if (this.#state === 'data') return this.#takeData();
    const end = this.#input.indexOf('\r\n');
    if (end === -1) return false;
    const line = this.#input.slice(0, end);
    this.#input = this.#input.slice(end + 2);
    this.#command(line);
    return true;
  }

  #command(line: string): void {
    if (this.#refusing > 0) {
      this.#refusing -= 1;
      this.#say('503 5.5.1 pipelined after end of DATA');
      return;
    }
    const [, address = ''] = /<(.*)>/.exec(line) ?? [];
    if (line === 'RSET') {
      this.#forget();
      this.#answer('reset', '250 ok');
    } else if (line.startsWith('MAIL')) {
      if (this.#mail) throw new Error('MAIL again, and the one before is still open');
      this.#mail = this.#answer('mail', '250 ok');
    } else if (line.startsWith('RCPT')) {
      if (!this.#mail) this.#say('503 5.5.1 MAIL first');
      else if (this.#answer('rcpt', '250 known')) this.#recipient = address;
    } else if (line === 'DATA') {
      if (this.#recipient === undefined) this.#say('503 5.5.1 RCPT first');
      else if (this.#answer('data', '354 go on')) this.#state = 'data';
    } else if (!line.startsWith('BDAT') && this.#behindDot === 'ignore') {
      // The rest of a group whose beginning it dropped.
      this.#say('500 5.5.1 what?');
    } else {
      this.#chunk = Number(/^BDAT (\d+) LAST$/.exec(line)?.[1]);
      if (!(this.#chunk > 0)) throw new Error(`what is "${line}"?`);
    }
  }

  #takeData(): boolean {
    const end = this.#input.indexOf('\r\n.\r\n');
    if (end === -1) return false;
    this.#input = this.#input.slice(end + 5);
    this.#state = 'commands';
    if (this.#input !== '' && this.#behindDot === 'close') {
      // Taken, and the reply is lost with the connection.
      this.#decide('message');
      this.accepted.push(this.#recipient ?? '');
      this.closed = true;
      return false;
    }
    this.#take();
    if (this.#input !== '' && this.#behindDot === 'ignore') this.#input = '';
    if (this.#input !== '' && this.#behindDot === 'refuse')
      this.#refusing = this.#input.match(/\r\n/g)?.length ?? 0;
    return true;
  }

  #takeChunk(): boolean {
    if (this.#input.length < this.#chunk) return false;
    this.#input = this.#input.slice(this.#chunk);
    this.#chunk = 0;
    if (this.#recipient === undefined) this.#say('503 5.5.1 no recipient');
    else this.#take();
    return true;
  }

  #take(): void {
    const recipient = this.#recipient ?? '';
    const decision = this.#decide('message');
    this.#forget();
    if (decision === 'ok' || decision === 'take and drop') this.accepted.push(recipient);
    this.#carryOut(decision, '250 2.0.0 taken');
  }

  #forget(): void {
    this.#mail = false;
    this.#recipient = undefined;
  }

  #answer(stage: Stage, usual: string): boolean {
    const decision = this.#decide(stage);
    this.#carryOut(decision, usual);
    return decision === 'ok';
  }

  #carryOut(decision: Decision, usual: string): void {
    if (decision === 'ok') this.#say(usual);
    else if (decision === 'drop' || decision === 'take and drop') this.closed = true;
    else this.#say(decision);
    if (decision.startsWith('421')) this.closed = true;
  }

  #say(line: string): void {
    this.output += `${line}\r\n`;
  }
}

/** As Postfix, as Courier, as Haraka, and as Dovecot's submission service do. */
export type BehindDot = 'take' | 'ignore' | 'refuse' | 'close';

export type Stage = 'reset' | 'mail' | 'rcpt' | 'data' | 'message';
/** `ok`, a reply that refuses, or the end of the connection without one. */
export type Decision = 'ok' | 'drop' | 'take and drop' | '421 4.3.2 bye' | '450 4.2.0 later' | '550 5.1.1 no';
