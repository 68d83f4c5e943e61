import { type Octets, piecesOf } from '../smtp/octets.js';

/** Octets. Pieces that are smaller are not counted. */
const largePiece = 1_000_000;
/** Octets of large pieces beside which no further copy with files of its own is made. */
const mostBeside = 16_000_000;

/** A copy that is under way. */
export interface HeldCopy {
  readonly octets: Octets;
  /** To be called once, when nobody sends it any more. */
  readonly release: () => void;
}

/**
 * Bounds what the copies of all sessions hold in memory. Every copy may have a large file that no other has: with ten sessions that
 * would be ten files. A piece that several copies have counts once, so that a file for everybody holds up nobody.
 */
export class RoomForCopies {
  /** How many copies that are under way have each piece. */
  readonly #copiesWith = new Map<Uint8Array, number>();
  #bytes = 0;
  readonly #waiting: (() => void)[] = [];
  /** Resolves when no copy with files of its own is being made: how large it will be is known afterwards. */
  #lastMade: Promise<unknown> = Promise.resolve();

  /**
   * @param hasOwnFiles the copy may hold large pieces that no other copy has: it waits until there is room. One copy alone always
   *   has room, whatever its size.
   * @throws what `make` throws.
   */
  async hold(hasOwnFiles: boolean, make: () => Promise<Octets>): Promise<HeldCopy> {
    if (!hasOwnFiles) return { octets: await make(), release: () => undefined };
    const made = this.#lastMade.then(() => this.#makeWithRoom(make));
    const nothing = () => undefined;
    // The next copy is made even if this one cannot be. What was made is not kept.
    this.#lastMade = made.then(nothing, nothing);
    return made;
  }

  async #makeWithRoom(make: () => Promise<Octets>): Promise<HeldCopy> {
    while (this.#bytes > mostBeside) await new Promise<void>(resolve => this.#waiting.push(resolve));
    return this.#make(make);
  }

  async #make(make: () => Promise<Octets>): Promise<HeldCopy> {
    const octets = await make();
    const large = piecesOf(octets).filter(({ length }) => length >= largePiece);
    for (const piece of large) this.#add(piece);
    return { octets, release: () => this.#release(large) };
  }

  #add(piece: Uint8Array): void {
    const copies = this.#copiesWith.get(piece) ?? 0;
    if (copies === 0) this.#bytes += piece.length;
    this.#copiesWith.set(piece, copies + 1);
  }

  #release(pieces: readonly Uint8Array[]): void {
    for (const piece of pieces) {
      const copies = this.#copiesWith.get(piece) ?? 0;
      if (copies > 1) this.#copiesWith.set(piece, copies - 1);
      else if (this.#copiesWith.delete(piece)) this.#bytes -= piece.length;
    }
    for (const wake of this.#waiting.splice(0)) wake();
  }
}
