/**
 * An SMTP server in the process of the test, with habits: `server-habits.ts` holds those of real servers, as they were
 * seen. Where a .dialog file fixes each line of one session, this server takes any number of sessions, decides by rules,
 * and records each message it takes, so that a test can count copies by recipient.
 */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { OctetReader } from './octet-reader.js';

/** Everything a server may do differently. Without a habit it keeps to RFC 5321, RFC 2920 and RFC 3030. */
export interface ServerHabits {
  /** The text behind 220. */
  readonly greeting?: string;
  /** The lines of the EHLO reply; the first is the domain. PIPELINING and CHUNKING decide what the server takes. */
  readonly ehlo?: readonly string[];
  /** What becomes of commands that are there before the reply to the final dot: RFC 2920 §3.1 allows a client to send them. */
  readonly afterDot?: AfterDot;
  /** A group without PIPELINING in EHLO: taken, or answered with 500 and the end of the session. */
  readonly unofferedGroup?: 'take' | 'close';
  /** `msmtpd`: whatever it does not expect, and each refusal, ends the session: a second EHLO, RSET, an unknown address. */
  readonly order?: 'any' | 'msmtpd';
  /** The reply to DATA without a recipient, whole. */
  readonly noRecipient?: string;
  /** How the acceptance of a BDAT begins: Exim says the number of octets in a line of its own. */
  readonly chunkLine?: (octets: number) => string;
  /** Decides instead of the usual reply. 421 ends the session as well. May be slow, as Courier's refusals are. */
  readonly decide?: (moment: Moment) => Decision | undefined | Promise<Decision | undefined>;
}

/**
 * `take`: they are carried out. `silent`: they are lost, without a reply. `close`: the message is taken, and the connection
 * closes without a reply; RSET as the first of them is taken. `503`: the reply to the message is followed by one 503 each.
 */
export type AfterDot = 'take' | 'silent' | 'close' | '503';

/** A reply such as `550 5.1.1 no`; the end of the connection, with the message taken or not; or no reply ever. */
export type Decision = string | 'close' | 'take and close' | 'silence';

export interface Moment {
  readonly stage: 'connect' | 'auth' | 'mail' | 'rcpt' | 'data' | 'message';
  /** Of MAIL or RCPT; for a message its first forward-path. */
  readonly address: string;
  /** Sessions and messages are counted from 1. */
  readonly session: number;
  /** The message of the session that this is about. */
  readonly message: number;
  /** Recipients this session refused so far. */
  readonly refused: number;
  /** Sessions that are open now, this one included. */
  readonly open: number;
}

export interface TakenMessage {
  readonly session: number;
  readonly reversePath: string;
  readonly forwardPaths: readonly string[];
  /** Without the dots that were stuffed. */
  readonly octets: Buffer;
}

export interface ScriptedServer {
  readonly port: number;
  /** In the order they were taken, whether the client learnt of it or not. */
  readonly messages: readonly TakenMessage[];
  /** The commands of each session, in order. */
  readonly sessions: readonly (readonly string[])[];
  /** How often commands were there before the reply to a final dot. */
  readonly triedBehindDot: number;
  /** How many messages each forward-path got. */
  copies(): ReadonlyMap<string, number>;
  close(): Promise<void>;
}

interface State {
  readonly habits: ServerHabits;
  readonly messages: TakenMessage[];
  readonly sessions: string[][];
  triedBehindDot: number;
  open: number;
}

export async function startScriptedServer(habits: ServerHabits = {}): Promise<ScriptedServer> {
  const state: State = { habits, messages: [], sessions: [], triedBehindDot: 0, open: 0 };
  const sockets = new Set<Socket>();
  const playing: Promise<void>[] = [];
  const server = createServer({ noDelay: true }, socket => {
    sockets.add(socket);
    socket.on('error', () => {});
    state.open += 1;
    socket.once('close', () => {
      sockets.delete(socket);
      state.open -= 1;
    });
    playing.push(new ScriptedSession(socket, state).play());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    messages: state.messages,
    sessions: state.sessions,
    get triedBehindDot() {
      return state.triedBehindDot;
    },
    copies: () => countCopies(state.messages),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
      await Promise.all(playing);
    },
  };
}

function countCopies(messages: readonly TakenMessage[]): ReadonlyMap<string, number> {
  const copies = new Map<string, number>();
  for (const path of messages.flatMap(({ forwardPaths }) => forwardPaths))
    copies.set(path, (copies.get(path) ?? 0) + 1);
  return copies;
}

class ScriptedSession {
  readonly #socket: Socket;
  readonly #state: State;
  readonly #reader: OctetReader;
  readonly #commands: string[] = [];
  readonly #number: number;
  #reversePath: string | undefined;
  #forwardPaths: string[] = [];
  #chunks: Buffer[] = [];
  #messages = 0;
  #refused = 0;
  #greeted = false;

  constructor(socket: Socket, state: State) {
    this.#socket = socket;
    this.#state = state;
    this.#reader = new OctetReader(socket);
    state.sessions.push(this.#commands);
    this.#number = state.sessions.length;
  }

  get #habits(): ServerHabits {
    return this.#state.habits;
  }

  async play(): Promise<void> {
    await this.#reply('connect', '', `220 ${this.#habits.greeting ?? 'mail.example.org ESMTP'}`);
    for (;;) {
      const line = await this.#reader.line();
      // Nothing is read behind 421, or behind any other end of the session.
      if (line === undefined || this.#socket.destroyed || this.#socket.writableEnded) return;
      this.#commands.push(line);
      if (this.#isUnofferedGroup(line)) {
        this.#socket.end('500 5.5.1 Invalid command: Pipelining not supported\r\n');
        return;
      }
      await this.#command(line);
    }
  }

  #offers(keyword: string): boolean {
    return ehloLines(this.#habits).some(line => line.toUpperCase() === keyword);
  }

  get #endsAtRefusal(): boolean {
    return this.#habits.order === 'msmtpd';
  }

  #refuseOrder(): void {
    this.#socket.end('500 Expected MAIL FROM:<addr> or QUIT\r\n');
  }

  #isUnofferedGroup(line: string): boolean {
    if (this.#habits.unofferedGroup !== 'close' || this.#offers('PIPELINING')) return false;
    return this.#reader.buffered > 0 && !/^BDAT /i.test(line);
  }

  async #command(line: string): Promise<void> {
    const verb = line.split(/[ :]/, 1)[0]?.toUpperCase() ?? '';
    const address = /<(.*)>/.exec(line)?.[1] ?? '';
    if (verb === 'EHLO') this.#ehlo();
    else if (verb === 'HELO') this.#say('250 mail.example.org');
    else if (verb === 'AUTH') await this.#authenticate(line);
    else if (verb === 'MAIL') await this.#mail(address);
    else if (verb === 'RCPT') await this.#rcpt(address);
    else if (verb === 'DATA') await this.#data();
    else if (verb === 'BDAT' && this.#offers('CHUNKING')) await this.#chunk(line);
    else if (this.#endsAtRefusal && verb !== 'QUIT') this.#refuseOrder();
    else if (verb === 'RSET' || verb === 'NOOP') {
      if (verb === 'RSET') this.#forget();
      this.#say('250 2.0.0 Ok');
    } else if (verb === 'QUIT') this.#socket.end('221 2.0.0 Bye\r\n');
    else this.#say('500 5.5.2 Unknown command');
  }

  #ehlo(): void {
    if (this.#greeted && this.#endsAtRefusal) {
      this.#refuseOrder();
      return;
    }
    this.#greeted = true;
    this.#forget();
    const lines = ehloLines(this.#habits);
    const reply = lines.map((text, index) => `250${index < lines.length - 1 ? '-' : ' '}${text}`);
    this.#say(reply.join('\r\n'));
  }

  /** Any credentials do. RFC 4954 §4 */
  async #authenticate(line: string): Promise<void> {
    if (/^AUTH PLAIN$/i.test(line)) {
      this.#say('334 ');
      await this.#reader.line();
    } else if (/^AUTH LOGIN/i.test(line)) {
      this.#say('334 VXNlcm5hbWU6');
      await this.#reader.line();
      this.#say('334 UGFzc3dvcmQ6');
      await this.#reader.line();
    }
    await this.#reply('auth', '', '235 2.7.0 Logged in');
  }

  async #mail(address: string): Promise<void> {
    if (this.#reversePath !== undefined) this.#say('503 5.5.1 nested MAIL command');
    else if (await this.#reply('mail', address, '250 2.1.0 Ok')) this.#reversePath = address;
  }

  async #rcpt(address: string): Promise<void> {
    if (this.#reversePath === undefined) this.#say('503 5.5.1 need MAIL command');
    else if (await this.#reply('rcpt', address, '250 2.1.5 Ok')) this.#forwardPaths.push(address);
    else this.#refused += 1;
  }

  async #data(): Promise<void> {
    if (this.#forwardPaths.length === 0)
      this.#say(this.#habits.noRecipient ?? '554 5.5.1 no valid recipients');
    else if (await this.#reply('data', '', '354 End data with <CR><LF>.<CR><LF>')) {
      const octets = await this.#reader.dottedLines();
      if (octets !== undefined) await this.#endOfMessage(octets, '');
    }
  }

  async #chunk(line: string): Promise<void> {
    const [, size = '', last] = /^BDAT (\d+)( LAST)?$/i.exec(line) ?? [];
    const octets = await this.#reader.octets(Number(size));
    if (octets === undefined) return;
    if (this.#forwardPaths.length === 0) {
      this.#say('554 5.5.1 no valid recipients');
      return;
    }
    this.#chunks.push(octets);
    const countLine = this.#habits.chunkLine?.(octets.length);
    const firstLine = countLine === undefined ? '' : `250-${countLine}\r\n`;
    if (last === undefined) this.#say(`250 2.0.0 ${octets.length} octets`);
    else await this.#endOfMessage(Buffer.concat(this.#chunks), firstLine);
  }

  async #endOfMessage(octets: Buffer, firstLine: string): Promise<void> {
    // Octets that left with the dot may be read a turn later.
    await new Promise(resolve => setImmediate(resolve));
    const forwardPaths = this.#forwardPaths;
    const reversePath = this.#reversePath ?? '';
    const message: TakenMessage = { session: this.#number, reversePath, forwardPaths, octets };
    const behind = this.#reader.buffered;
    if (behind > 0) this.#state.triedBehindDot += 1;
    const afterDot = behind > 0 ? (this.#habits.afterDot ?? 'take') : 'take';
    this.#messages += 1;
    this.#forget();
    const decision = await this.#decide('message', forwardPaths[0] ?? '');
    if (decision === undefined || decision === 'take and close' || decision.startsWith('2'))
      this.#state.messages.push(message);
    if (afterDot === 'close' && !this.#reader.startsWith('RSET')) {
      this.#socket.end();
      return;
    }
    const refused = afterDot === '503' ? this.#reader.discard() : 0;
    if (afterDot === 'silent') this.#reader.discard();
    this.#carryOut(decision, `${firstLine}250 2.0.0 Ok: queued`);
    if (decision === undefined || !this.#socket.writableEnded)
      for (let count = 0; count < refused; count += 1)
        this.#say('503 Bad sequence of commands - pipelined after end of DATA');
  }

  #forget(): void {
    this.#reversePath = undefined;
    this.#forwardPaths = [];
    this.#chunks = [];
  }

  /** @returns whether the server went on as usual. */
  async #reply(stage: Moment['stage'], address: string, usual: string): Promise<boolean> {
    const decision = await this.#decide(stage, address);
    this.#carryOut(decision, usual);
    return decision === undefined || /^[23]/.test(decision);
  }

  async #decide(stage: Moment['stage'], address: string): Promise<Decision | undefined> {
    return this.#habits.decide?.({
      stage,
      address,
      session: this.#number,
      message: stage === 'message' ? this.#messages : this.#messages + 1,
      refused: this.#refused,
      open: this.#state.open,
    });
  }

  #carryOut(decision: Decision | undefined, usual: string): void {
    if (decision === 'silence') return;
    if (decision === 'close' || decision === 'take and close') this.#socket.destroy();
    else if (decision?.startsWith('421') || (this.#endsAtRefusal && /^[45]/.test(decision ?? '')))
      this.#socket.end(`${decision}\r\n`);
    else this.#say(decision ?? usual);
  }

  #say(line: string): void {
    if (!this.#socket.writableEnded) this.#socket.write(`${line}\r\n`);
  }
}

function ehloLines(habits: ServerHabits): readonly string[] {
  return habits.ehlo ?? ['mail.example.org', 'PIPELINING', '8BITMIME', 'SIZE 10240000', 'CHUNKING'];
}
