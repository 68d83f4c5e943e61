/** How names of columns are compared: blanks, `_`, `-` and case are one. */
import { isBlank } from '../text-scan.js';

/** Equal for `First Name`, `first_name`, `FirstName` and `FIRST-NAME`. */
export function columnKey(name: string): string {
  return withoutSeparators(name.normalize('NFC').toLowerCase());
}

const hyphen = 0x2d;
const underscore = 0x5f;
/** Hyphens that word processors put in: U+2010, and U+2011 at which no line ends. */
const isTypeset = (code: number) => code === 0x2010 || code === 0x2011;

function withoutSeparators(name: string): string {
  if (!/[\s_\u2010\u2011-]/.test(name)) return name;
  // Units that are moved in place: an expression makes garbage of each separator of a long name.
  const units = Buffer.from(name, 'utf16le');
  let length = 0;
  for (let at = 0; at < name.length; at += 1) {
    const code = name.charCodeAt(at);
    if (code === hyphen || code === underscore || isTypeset(code) || isBlank(code)) continue;
    length = units.writeUInt16LE(code, length);
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
