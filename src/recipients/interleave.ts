/**
 * Spreads each domain's recipients over the whole of a run, so that no receiving server gets its thousands in one piece.
 * What is kept of each recipient is two numbers.
 */
export class Interleaver {
  readonly #positions: number[] = [];
  /** Of the same recipient as in `#positions`: the number of its domain. */
  readonly #domains: number[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #counts: number[] = [];

  /** @param domain of the forward-path, in lower case. */
  add(position: number, domain: string): void {
    const number = this.#numbers.get(domain) ?? this.#numbers.size;
    this.#numbers.set(domain, number);
    this.#counts[number] = (this.#counts[number] ?? 0) + 1;
    this.#positions.push(position);
    this.#domains.push(number);
  }

  /**
   * All positions. The recipients of one domain are as far from one another as their number allows, and among themselves in
   * the order they were added: the k-th of n belongs at (k + ½) / n of the way.
   */
  order(): readonly number[] {
    const seen = new Float64Array(this.#counts.length);
    const places = Float64Array.from(this.#domains, domain => {
      const place = ((seen[domain] ?? 0) + 0.5) / (this.#counts[domain] ?? 1);
      seen[domain] = (seen[domain] ?? 0) + 1;
      return place;
    });
    const indexes = Uint32Array.from(places.keys());
    // Of equals the one that was added first.
    indexes.sort((a, b) => (places[a] ?? 0) - (places[b] ?? 0) || a - b);
    return Array.from(indexes, index => this.#positions[index] ?? 0);
  }
}
