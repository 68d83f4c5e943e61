/**
 * Replies of a server, read octet by octet. RFC 5321 §4.2. Knows no socket: octets in, replies out, in bounded memory
 * whatever the server sends.
 */

/** One whole reply. */
export interface Reply {
  readonly code: number;
  /** `2.1.5`; '' when absent or when its class is not the code's. RFC 2034 §4 */
  readonly enhancedStatusCode: string;
  /** The texts of all lines, without codes, joined by a line feed. */
  readonly text: string;
}

/** The server does not keep to the protocol: nothing it says can be believed any more. */
export class ReplyFault extends Error {}

const maxReplyOctets = 65_536;
const maxReplyLines = 200;
const lineFeed = 0x0a;

export class ReplyReader {
  #rest: Buffer = Buffer.alloc(0);
  #lines: string[] = [];
  #code: number | undefined;
  #octets = 0;

  /** @throws ReplyFault when a line is no reply line, codes differ within a reply, or it does not end. */
  read(chunk: Uint8Array): readonly Reply[] {
    const replies: Reply[] = [];
    let data = this.#rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#rest, chunk]);
    for (let end = data.indexOf(lineFeed); end !== -1; end = data.indexOf(lineFeed)) {
      this.#count(end + 1);
      const reply = this.#takeLine(data.subarray(0, end).toString('utf8').replace(/\r$/, ''));
      if (reply !== undefined) replies.push(reply);
      data = data.subarray(end + 1);
    }
    if (this.#octets + data.length > maxReplyOctets) throw new ReplyFault('a reply that does not end');
    this.#rest = data;
    return replies;
  }

  /** true when nothing is held of a reply that has not ended. */
  get idle(): boolean {
    return this.#rest.length === 0 && this.#lines.length === 0;
  }

  #count(octets: number): void {
    this.#octets += octets;
    if (this.#octets > maxReplyOctets) throw new ReplyFault('a reply that does not end');
  }

  #takeLine(line: string): Reply | undefined {
    const match = /^([2-5]\d\d)(?:([ -])([\s\S]*))?$/.exec(line);
    if (match === null) throw new ReplyFault(`not a reply: ${JSON.stringify(line.slice(0, 80))}`);
    const code = Number(match[1]);
    if (this.#code !== undefined && this.#code !== code)
      throw new ReplyFault(`one reply with ${this.#code} and ${code}`);
    this.#code = code;
    this.#lines.push(match[3] ?? '');
    if (this.#lines.length > maxReplyLines) throw new ReplyFault('a reply of too many lines');
    if (match[2] === '-') return undefined;
    const reply = toReply(code, this.#lines);
    this.#lines = [];
    this.#code = undefined;
    this.#octets = 0;
    return reply;
  }
}

function toReply(code: number, lines: readonly string[]): Reply {
  const match = /^([245]\.\d{1,3}\.\d{1,3})(?:\s|$)/.exec(lines[0] ?? '');
  const enhancedStatusCode = match?.[1] ?? '';
  const sameClass = enhancedStatusCode[0] === String(code)[0];
  return { code, enhancedStatusCode: sameClass ? enhancedStatusCode : '', text: lines.join('\n') };
}
