/** A part of a text that is replaced; nothing is inserted where `offset` and `end` are one. */
export interface Edit {
  readonly offset: number;
  readonly end: number;
  readonly text: string;
}

/** @param edits none of which reaches into another. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const { offset, end, text: put } of edits.toSorted((a, b) => a.offset - b.offset)) {
    parts.push(text.slice(at, offset), put);
    at = end;
  }
  return parts.join('') + text.slice(at);
}
