/**
 * Cuts of a text that take time in proportion to it. The regular expressions for them (`/_+$/`, `/\?.*$/`) start anew at
 * each character and need the square of it; much of what they see comes from somebody else.
 */

/** The part before the first `mark`; the whole text without one. */
export function before(text: string, mark: string): string {
  const at = text.indexOf(mark);
  return at === -1 ? text : text.slice(0, at);
}

/** @param letter one UTF-16 unit, which is taken away as often as it stands at the end. */
export function withoutTrailing(text: string, letter: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1] === letter) end -= 1;
  return text.slice(0, end);
}

/** The same at both ends. */
export function withoutEdges(text: string, letter: string): string {
  let start = 0;
  while (start < text.length && text[start] === letter) start += 1;
  return withoutTrailing(text.slice(start), letter);
}
