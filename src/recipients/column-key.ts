/** How names of columns are compared: blanks, `_`, `-` and case are one. */
import { isBlank } from '../text-scan.js';

/** Equal for `First Name`, `first_name`, `FirstName` and `FIRST-NAME`. */
export function columnKey(name: string): string {
  return withoutSeparators(name.normalize('NFC').toLowerCase());
}

const hyphen = 0x2d;
const underscore = 0x5f;

function withoutSeparators(name: string): string {
  if (!/[\s_-]/.test(name)) return name;
  // Units that are moved in place: an expression makes garbage of each separator of a long name.
  const units = Buffer.from(name, 'utf16le');
  let length = 0;
  for (let at = 0; at < name.length; at += 1) {
    const code = name.charCodeAt(at);
    if (code !== hyphen && code !== underscore && !isBlank(code)) length = units.writeUInt16LE(code, length);
  }
  return units.toString('utf16le', 0, length);
}

/**
 * The column somebody means: the one written exactly like that, then in any case, then by its key.
 * @returns undefined when there is none, and `several` when the key fits more than one.
 */
export function findColumn(names: readonly string[], wanted: string): number | 'several' | undefined {
  const trimmed = wanted.trim();
  const exact = names.indexOf(trimmed);
  if (exact !== -1) return exact;
  for (const same of [(name: string) => name.toLowerCase(), columnKey]) {
    const found = names.flatMap((name, index) => (same(name) === same(trimmed) ? [index] : []));
    if (found.length === 1) return found[0];
    if (found.length > 1) return 'several';
  }
  return undefined;
}
