/** How far a check is: one line of a terminal, written over itself and erased in the end. */
export interface CheckProgress {
  /** @param rows of lists, or people named by hand, that were read. */
  read(rows: number): void;
  /** @param looked copies of `total` that were looked at. */
  looked(looked: number, total: number): void;
  /** Erases the line. Nothing else may be written before. */
  clear(): void;
}

/** Often enough to look alive. */
const leastMs = 100;
/** A list that is through before is not spoken of. */
const patienceMs = 500;

/** @param nowMs of a clock that never runs backwards. */
export function startCheckProgress(
  stream: { write(text: string): unknown; readonly columns?: number | undefined },
  nowMs: () => number,
): CheckProgress {
  const startedMs = nowMs();
  let shownMs = Number.NEGATIVE_INFINITY;
  let isShown = false;
  const show = (text: string) => {
    const now = nowMs();
    if (now - startedMs < patienceMs || now - shownMs < leastMs) return;
    shownMs = now;
    isShown = true;
    stream.write(`\r\x1b[2K${text.slice(0, (stream.columns || 80) - 1)}`);
  };
  return {
    read: rows => show(`Reading: ${count(rows)} rows`),
    looked: (looked, total) => {
      const percent = total > 0 ? Math.floor((100 * looked) / total) : 100;
      show(`Checking: ${count(looked)} of ${count(total)} copies (${percent} %)`);
    },
    clear() {
      if (isShown) stream.write('\r\x1b[2K');
      isShown = false;
    },
  };
}

function count(number: number): string {
  return number.toLocaleString('en');
}
