/** One whole reply of an SMTP server, of one line or many. RFC 5321 §4.2 */
export interface Reply {
  readonly code: number;
  /** The text of each line without code, separator and line end; never empty, but a line may be ''. */
  readonly lines: readonly string[];
  /** The lines joined with spaces: the server's words as a person reads them. */
  readonly text: string;
  /** `2.1.5`; '' when absent or of another class than the code. RFC 2034 §4 */
  readonly enhancedStatusCode: string;
}

export interface FedReplies {
  /** Replies that the fed octets completed, in order. */
  readonly replies: readonly Reply[];
  /** Why the stream is no SMTP from here on; nothing more is read from it. */
  readonly fault?: string;
}

// RFC 5321 §4.5.3.1.5 grants a line 512 octets; servers say more. The caps only stop one that never ends.
const maxReplyOctets = 64 * 1024;
const maxReplyLines = 100;
const maxQuotedCharacters = 200;
/** Octets of a line that comes in pieces. */
const leastRoom = 128;

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** The octets of a server, split anywhere, to whole replies. Memory is bounded by one reply. */
export class ReplyParser {
  /** The line begun, in memory that grows; its octets are copied, since the caller may use its memory again. */
  #begun: Buffer = Buffer.alloc(0);
  #begunOctets = 0;
  #code = 0;
  #lines: string[] = [];
  #octets = 0;
  #fault: string | undefined;

  /** true between the first octet of a reply and its last. */
  get midReply(): boolean {
    return this.#octets > 0;
  }

  feed(octets: Uint8Array): FedReplies {
    const replies: Reply[] = [];
    const fed = Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
    let start = 0;
    while (this.#fault === undefined && start < fed.length) {
      const found = fed.indexOf(lineFeed, start);
      const end = found === -1 ? fed.length : found + 1;
      this.#octets += end - start;
      if (this.#octets > maxReplyOctets) {
        this.#fault = `a reply of more than ${maxReplyOctets} octets`;
        break;
      }
      const isWhole = this.#begunOctets === 0 && found !== -1;
      if (!isWhole) this.#append(fed, start, end);
      if (found === -1) break;
      const line = isWhole ? decodeLine(fed, start, end) : decodeLine(this.#begun, 0, this.#begunOctets);
      this.#begunOctets = 0;
      const reply = this.#endLine(line);
      if (reply !== undefined) replies.push(reply);
      start = end;
    }
    return this.#fault === undefined ? { replies } : { replies, fault: this.#fault };
  }

  #append(octets: Buffer, start: number, end: number): void {
    const length = this.#begunOctets + end - start;
    if (length > this.#begun.length) {
      const larger = Buffer.alloc(Math.max(leastRoom, 2 * length));
      this.#begun.copy(larger, 0, 0, this.#begunOctets);
      this.#begun = larger;
    }
    octets.copy(this.#begun, this.#begunOctets, start, end);
    this.#begunOctets = length;
  }

  #endLine(line: string): Reply | undefined {
    // `250-text` goes on, `250 text` ends, and so does `250` alone. RFC 5321 §4.2.1
    const match = /^([2-5]\d\d)(?:([ -])(.*))?$/s.exec(line);
    if (match === null) {
      this.#fault = `"${line.slice(0, maxQuotedCharacters)}", which is no reply`;
      return undefined;
    }
    const [, digits, separator, text = ''] = match;
    const code = Number(digits);
    if (this.#lines.length > 0 && code !== this.#code) {
      this.#fault = `one reply with two codes, ${this.#code} and ${code}`;
      return undefined;
    }
    this.#code = code;
    this.#lines.push(text);
    if (this.#lines.length > maxReplyLines) {
      this.#fault = `a reply of more than ${maxReplyLines} lines`;
      return undefined;
    }
    return separator === '-' ? undefined : this.#endReply();
  }

  #endReply(): Reply {
    const lines = this.#lines;
    this.#lines = [];
    this.#octets = 0;
    const text = lines.join(' ');
    return {
      code: this.#code,
      lines,
      text: text.trim(),
      enhancedStatusCode: enhancedStatusCodeIn(text, this.#code),
    };
  }
}

/** Servers say what they have to say in a few lines; expressions that look for words in it take the square of its length. */
const longestJudged = 2_000;

/** As much of a reply's text as decides about the outcome. It is shown and stored whole. */
export function judgedText(text: string): string {
  return text.slice(0, longestJudged);
}

/** A reply as one line, for messages: `550 5.1.1 No such user`. */
export function printReply({ code, text }: Reply): string {
  return text === '' ? String(code) : `${code} ${text}`;
}

/**
 * Without its line end. Some servers end lines with a bare LF; that is read, since nothing can be smuggled to us by it.
 * Text is UTF-8 if it is anything beyond ASCII (RFC 6531 §3.7.4); octets that are not become U+FFFD.
 */
function decodeLine(octets: Buffer, start: number, end: number): string {
  const hasCarriageReturn = end - start > 1 && octets[end - 2] === carriageReturn;
  return octets.toString('utf8', start, end - (hasCarriageReturn ? 2 : 1));
}

function enhancedStatusCodeIn(text: string, code: number): string {
  const found = /^([245])\.\d{1,3}\.\d{1,3}(?= |$)/.exec(text);
  return found !== null && found[1] === String(code)[0] ? found[0] : '';
}
