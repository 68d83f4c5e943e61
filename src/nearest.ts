/** Longer words are pasted, not mistyped; comparing them would take long. */
const maxWordLength = 64;

/**
 * The candidate a mistyped word most probably meant, or undefined when none is close: at most one slip in short words,
 * a third of the letters in longer ones. Of equally close ones the first.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const typed = word.toLowerCase();
  if (typed.length > maxWordLength) return undefined;
  // One slip in a single letter would be any other letter.
  const most = Math.min(typed.length - 1, Math.max(1, Math.floor(typed.length / 3)));
  let best: { candidate: string; distance: number } | undefined;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - typed.length) > most) continue;
    const distance = slips(typed, candidate.toLowerCase());
    if (distance <= most && distance < (best?.distance ?? Number.POSITIVE_INFINITY))
      best = { candidate, distance };
  }
  return best?.candidate;
}

/** Insertions, deletions, replacements and swaps of neighbours (restricted Damerau-Levenshtein distance). */
function slips(a: string, b: string): number {
  const width = b.length + 1;
  const table = new Uint16Array((a.length + 1) * width);
  const at = (i: number, j: number) => table[i * width + j] ?? 0;
  for (let i = 0; i <= a.length; i += 1) {
    for (let j = 0; j <= b.length; j += 1) {
      let distance: number;
      if (i === 0 || j === 0) {
        distance = i + j;
      } else {
        const same = a[i - 1] === b[j - 1] ? 0 : 1;
        distance = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + same);
        const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
        if (swapped) distance = Math.min(distance, at(i - 2, j - 2) + 1);
      }
      table[i * width + j] = distance;
    }
  }
  return at(a.length, b.length);
}
