/** What a client sent, to be read by lines or octets, and to be looked at before it is read. */
import type { Socket } from 'node:net';

export class OctetReader {
  #octets = Buffer.alloc(0);
  #ended = false;
  #wake: (() => void) | undefined;

  constructor(socket: Socket) {
    socket.on('data', (octets: Buffer) => {
      this.#octets = Buffer.concat([this.#octets, octets]);
      this.#wake?.();
    });
    socket.on('close', () => {
      this.#ended = true;
      this.#wake?.();
    });
  }

  /** Octets that are here and not read. */
  get buffered(): number {
    return this.#octets.length;
  }

  startsWith(text: string): boolean {
    return this.#octets.subarray(0, text.length).toString('latin1').toUpperCase() === text;
  }

  /** Throws away what is here. @returns how many whole lines that were. */
  discard(): number {
    const lines = this.#octets.toString('latin1').split('\n').length - 1;
    this.#octets = Buffer.alloc(0);
    return lines;
  }

  /** The next line without its end; undefined when the client has gone. */
  async line(): Promise<string | undefined> {
    const octets = await this.#take(() => this.#endOf('\r\n'));
    return octets?.subarray(0, -2).toString('latin1');
  }

  octets(count: number): Promise<Buffer | undefined> {
    return this.#take(() => (this.#octets.length >= count ? count : undefined));
  }

  /** The lines before a lone dot, unstuffed. RFC 5321 §4.5.2 */
  async dottedLines(): Promise<Buffer | undefined> {
    const octets = await this.#take(() => (this.startsWith('.\r\n') ? 3 : this.#endOf('\r\n.\r\n')));
    const lines = octets?.subarray(0, -3).toString('latin1');
    return lines === undefined ? undefined : Buffer.from(lines.replaceAll(/^\./gm, ''), 'latin1');
  }

  #endOf(mark: string): number | undefined {
    const start = this.#octets.indexOf(mark);
    return start === -1 ? undefined : start + mark.length;
  }

  /** @param find how many octets to take, once they are here. */
  async #take(find: () => number | undefined): Promise<Buffer | undefined> {
    for (;;) {
      const count = find();
      if (count !== undefined) {
        const taken = this.#octets.subarray(0, count);
        this.#octets = this.#octets.subarray(count);
        return taken;
      }
      if (this.#ended) return undefined;
      await new Promise<void>(resolve => {
        this.#wake = resolve;
      });
    }
  }
}
