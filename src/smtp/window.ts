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
}

/** Messages a session has to have taken one by one before the first are streamed, and after each refusal again. */
const cleanBeforeStreaming = 2;

/** @param widest 1: never more than one. */
export function createWindow(widest: number): Window {
  let clean = 0;
  return {
    get width() {
      return clean < cleanBeforeStreaming ? 1 : Math.min(widest, clean);
    },
    accepted() {
      clean += 1;
    },
    unexpected() {
      clean = 0;
    },
  };
}

/** What `auto` opens the window to. Wider gains nothing at 50 ms, and only makes more recipients uncertain. */
export const autoWindow = 64;
export const widestWindow = 1_000;
