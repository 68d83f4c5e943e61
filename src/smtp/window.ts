/**
 * How many whole transactions may be on their way at a time in one session, with PIPELINING and CHUNKING (RFC 2920,
 * RFC 3030). It opens only after clean replies, by one with each: so it doubles with each round trip. Anything else
 * than acceptance closes it again, since servers count errors: Postfix stalls a session after ten in a row.
 */
export interface Window {
  /** Transactions that may be unanswered; 1: no streaming now. */
  readonly width: number;
  accepted(): void;
  /** Any other reply than an acceptance. */
  unexpected(): void;
  /** Nobody streams from now on, in none of the sessions. */
  close(): void;
}

/** What the sessions of a run share: what went wrong in one is not tried again in another. */
export interface WindowLimit {
  /** Transactions that may be unanswered in a session; 1: message by message. */
  widest: number;
}

/** Messages a session has to have taken one by one before the first are streamed, and after each refusal again. */
const cleanBeforeStreaming = 2;

export function createWindow(limit: WindowLimit): Window {
  let clean = 0;
  return {
    get width() {
      return clean < cleanBeforeStreaming ? 1 : Math.min(limit.widest, clean);
    },
    accepted() {
      clean += 1;
    },
    unexpected() {
      clean = 0;
    },
    close() {
      limit.widest = 1;
    },
  };
}

/** What `auto` opens the window to. Wider gains nothing at 50 ms, and only makes more recipients uncertain. */
export const autoWindow = 64;
export const widestWindow = 1_000;
