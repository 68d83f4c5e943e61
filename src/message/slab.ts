/**
 * Memory for messages, taken a quarter of a megabyte at a time: buffers of a few kilobytes each, thousands in a second, keep the
 * garbage collector busier than the sender. A slab is freed when the last message in it is.
 */
const slabBytes = 256 * 1024;
/** What all copies share and is larger is not copied into each. */
const largePiece = 32 * 1024;

export class Slab {
  #memory = Buffer.alloc(0);
  #used = 0;

  /** @returns the same octets in as few pieces as can be: small ones joined, large ones as they are. */
  gather(pieces: readonly Uint8Array[]): readonly Uint8Array[] {
    const gathered: Uint8Array[] = [];
    let small: Uint8Array[] = [];
    for (const piece of pieces) {
      if (piece.length < largePiece) {
        small.push(piece);
        continue;
      }
      if (small.length > 0) gathered.push(this.#concat(small));
      small = [];
      gathered.push(piece);
    }
    if (small.length > 0) gathered.push(this.#concat(small));
    return gathered;
  }

  #concat(pieces: readonly Uint8Array[]): Buffer {
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
    if (length > slabBytes / 4) return Buffer.concat(pieces, length);
    if (this.#used + length > this.#memory.length) {
      this.#memory = Buffer.allocUnsafeSlow(slabBytes);
      this.#used = 0;
    }
    const start = this.#used;
    for (const piece of pieces) {
      this.#memory.set(piece, this.#used);
      this.#used += piece.length;
    }
    return this.#memory.subarray(start, this.#used);
  }
}
