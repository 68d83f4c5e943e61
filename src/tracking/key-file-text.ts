/** The text of a key file, changed by a key; comments and the other keys stay as they are. */
import { type Key, parseKeyFile, printKey } from './key.js';

/** A key that seals from now on: the last line. */
export function withKey(text: string, key: Key, madeAt: Date): string {
  const before = text === '' || text.endsWith('\n') ? text : `${text}\n`;
  return `${before}# made ${madeAt.toISOString()}\n${printKey(key)}\n`;
}

/** Without that key and the comment that says when it was made. */
export function withoutKey(text: string, id: number): string {
  const lines = text.split(/(?<=\r\n|\r(?!\n)|\n)/);
  const at = lines.findIndex(line => holdsKey(line, id));
  if (at === -1) return text;
  const from = lines[at - 1]?.trim().startsWith('# made ') ? at - 1 : at;
  return [...lines.slice(0, from), ...lines.slice(at + 1)].join('');
}

/**
 * An id no key of the file has.
 * @param wanted 0 to 255, at random: ids that were dropped are not used again soon, nor by two machines alike.
 */
export function unusedKeyId(ids: ReadonlySet<number>, wanted: number): number | undefined {
  const all = Array.from({ length: 256 }, (_, step) => (wanted + step) % 256);
  return all.find(id => !ids.has(id));
}

function holdsKey(line: string, id: number): boolean {
  const entries = parseKeyFile(line);
  return entries.ok && entries.value[0]?.key.id === id;
}
