/**
 * The octets of a message: in one piece, or in pieces that follow one another, of which other messages may have some too. Nobody joins
 * or copies large ones: an attachment is in memory once, whatever is under way.
 */
export type Octets = Uint8Array | readonly Uint8Array[];

export function piecesOf(octets: Octets): readonly Uint8Array[] {
  return octets instanceof Uint8Array ? [octets] : octets;
}

export function lengthOf(octets: Octets): number {
  if (octets instanceof Uint8Array) return octets.length;
  let length = 0;
  for (const piece of octets) length += piece.length;
  return length;
}

/** @returns one piece; the same one if there is only one. */
export function joined(octets: Octets): Uint8Array {
  if (octets instanceof Uint8Array) return octets;
  const [first] = octets;
  return first !== undefined && octets.length === 1 ? first : Buffer.concat(octets);
}

/**
 * Cuts octets in two without copying them.
 * @param at octets in the first part; all of them when there are fewer.
 */
export function cutOctets(
  octets: readonly Uint8Array[],
  at: number,
): readonly [readonly Uint8Array[], readonly Uint8Array[]] {
  const before: Uint8Array[] = [];
  let left = at;
  for (const [index, piece] of octets.entries()) {
    if (piece.length > left) {
      if (left > 0) before.push(piece.subarray(0, left));
      return [before, [piece.subarray(left), ...octets.slice(index + 1)]];
    }
    before.push(piece);
    left -= piece.length;
  }
  return [before, []];
}
