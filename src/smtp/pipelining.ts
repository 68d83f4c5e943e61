/**
 * What may be written before a reply has come, in the sessions of a run that meet the same server: they share one of these, and
 * what went wrong in one is not tried in another.
 *
 * Groups: MAIL, RCPT and DATA together. Every server that offers PIPELINING has to take them, and a few do not answer.
 *
 * Overlap: whether the next envelope may travel behind the final dot of a message. RFC 2920 §3.1 allows it and it saves a round trip for
 * each message, but some servers that offer PIPELINING do not take it: Courier and chasquid read none of it, Haraka answers 503, Dovecot's
 * submission service closes the connection. So it is done only with servers that are known to take it, or that took it once.
 */

/** What is known of a server; `untried` when nothing is. */
export type OverlapStanding = 'taken' | 'not-taken' | 'untried';

/** How much a trial would gain: it risks one uncertain recipient, once in the life of a server. */
export interface TrialGain {
  /** Messages that this session is expected to carry. */
  readonly messages: number;
  /** Milliseconds between a command and its reply, at best; 0 when not measured. */
  readonly roundTripMs: number;
}

/** A trial has to save this much in its session, over at least so many messages. */
const leastSavedMs = 250;
const leastMessages = 200;

export function isWorthTrying({ messages, roundTripMs }: TrialGain): boolean {
  return messages >= leastMessages && messages * roundTripMs >= leastSavedMs;
}

export class Pipelining {
  #groups: 'unknown' | 'answered' | 'not-answered' = 'unknown';
  #standing: OverlapStanding | 'on-trial';
  readonly #onLearnt: (standing: 'taken' | 'not-taken') => void;

  /** @param onLearnt what to remember for later runs; the last call counts. */
  constructor(
    standing: OverlapStanding,
    onLearnt: (standing: 'taken' | 'not-taken') => void = () => undefined,
  ) {
    this.#standing = standing;
    this.#onLearnt = onLearnt;
  }

  /** false once a group got no answer: then it is one command at a time. */
  get groups(): boolean {
    return this.#groups !== 'not-answered';
  }

  /** Whether the server has ever answered a group. */
  get isProven(): boolean {
    return this.#groups === 'answered';
  }

  groupAnswered(): void {
    if (this.#groups === 'unknown') this.#groups = 'answered';
  }

  /** Silence, or a connection that broke. It counts only before any group was answered: later there are other reasons. */
  groupLost(): void {
    if (this.#groups === 'unknown') this.#groups = 'not-answered';
  }

  get overlaps(): boolean {
    return this.groups && this.#standing === 'taken';
  }

  get isUntried(): boolean {
    return this.#standing === 'untried';
  }

  get isOnTrial(): boolean {
    return this.#standing === 'on-trial';
  }

  /** An envelope is about to be written behind a dot for the first time. */
  try(): void {
    if (this.#standing !== 'untried') return;
    this.#standing = 'on-trial';
    // Remembered before anything can go wrong: a run that dies here must not cost the next one a recipient, too.
    this.#onLearnt('not-taken');
  }

  /** The replies to an envelope behind a dot came as they should. */
  worked(): void {
    if (this.#standing !== 'on-trial') return;
    this.#standing = 'taken';
    this.#onLearnt('taken');
  }

  /**
   * A broken connection, silence or 503 where those replies should be: no session does it again in this run.
   * @param isRefusal 503 says so; a connection may break for other reasons, so that is not remembered of a server that took it.
   */
  broke(isRefusal: boolean): void {
    this.#standing = 'not-taken';
    if (isRefusal) this.#onLearnt('not-taken');
  }
}
