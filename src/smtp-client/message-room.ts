import type { Readable } from 'node:stream';

export interface RoomLimits {
  /** Of one message. */
  readonly messageBytes: number;
  /** Of all messages that are arriving. */
  readonly totalBytes: number;
}

/** Why a message is not taken, as the reply to its end says it. RFC 5321 §4.2 */
export class MessageRefused extends Error {
  readonly responseCode: 452 | 552;

  constructor(responseCode: 452 | 552, message: string) {
    super(message);
    this.responseCode = responseCode;
  }
}

/** Memory for messages that are arriving, in bounds: of a message that is beyond one nothing is kept, though it is read to its end. */
export class MessageRoom {
  readonly #limits: RoomLimits;
  #total = 0;

  constructor(limits: RoomLimits) {
    this.#limits = limits;
  }

  /** Octets of messages that are arriving. */
  get heldBytes(): number {
    return this.#total;
  }

  /** @throws MessageRefused at the end of the message: 552 when it is too large, 452 when too many arrive at once. */
  async read(stream: Readable): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let length = 0;
    let refused: MessageRefused | undefined;
    const drop = () => {
      this.#total -= length;
      chunks.length = 0;
      length = 0;
    };
    try {
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        refused ??= this.#refusal(length + chunk.length, chunk.length);
        if (refused !== undefined) {
          drop();
          continue;
        }
        chunks.push(chunk);
        length += chunk.length;
        this.#total += chunk.length;
      }
      if (refused !== undefined) throw refused;
      return Buffer.concat(chunks);
    } finally {
      drop();
    }
  }

  #refusal(messageBytes: number, moreBytes: number): MessageRefused | undefined {
    const { messageBytes: most, totalBytes } = this.#limits;
    // RFC 1870 §6.3
    if (messageBytes > most) return new MessageRefused(552, `more than ${most} octets`);
    if (this.#total + moreBytes > totalBytes)
      return new MessageRefused(452, 'too many messages are arriving at once, try again');
    return undefined;
  }
}
