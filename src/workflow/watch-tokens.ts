import type { RecorderCounts } from './record-fetch.js';

export interface UnverifiableMany {
  readonly unverifiable: number;
  readonly verified: number;
  readonly sinceMs: number;
}

/** Fewer are somebody's curiosity, or one old mail. */
const leastUnverifiable = 10;
/** Of all tokens; a scanner that guesses beside real readers stays below it. */
const leastShare = 0.25;
const quietMs = 10 * 60_000;

/**
 * Notices when many tokens do not verify compared with those that do: the usual sign of a server with another key than the
 * sender's. Says so once in ten minutes at most.
 */
export class TokenWatch {
  #unverifiable = 0;
  #verified = 0;
  #sinceMs: number;
  #quietUntilMs = Number.NEGATIVE_INFINITY;

  constructor(nowMs: number) {
    this.#sinceMs = nowMs;
  }

  /** @param counts since the start of the recorder. */
  look(
    counts: Pick<RecorderCounts, 'recorded' | 'counted' | 'rehearsals' | 'unverifiable'>,
    nowMs: number,
  ): UnverifiableMany | undefined {
    const allVerified = counts.recorded + counts.counted + counts.rehearsals;
    const verified = allVerified - this.#verified;
    const unverifiable = counts.unverifiable - this.#unverifiable;
    const sinceMs = nowMs - this.#sinceMs;
    const isMany =
      unverifiable >= leastUnverifiable && unverifiable >= leastShare * (unverifiable + verified);
    const isDue = nowMs >= this.#quietUntilMs;
    if (!(isMany && isDue) && sinceMs < quietMs) return undefined;
    this.#unverifiable = counts.unverifiable;
    this.#verified = allVerified;
    this.#sinceMs = nowMs;
    if (!isMany || !isDue) return undefined;
    this.#quietUntilMs = nowMs + quietMs;
    return { unverifiable, verified, sinceMs };
  }
}
