/** Forms write whole questions into the header of a list, with line ends in them. */
import { isBlank } from '../text-scan.js';

const space = 0x20;

/** The lines of a cell, each trimmed, with one space between them; empty ones are left out. A tab ends a line, too. */
export function onOneLine(cell: string): string {
  if (!/[\r\n\t]/.test(cell)) return cell.trim();
  // Units that are moved in place: half a million lines as texts of their own take ten times as long.
  const units = Buffer.from(cell, 'utf16le');
  let length = 0;
  /** Behind the last unit that is no blank. */
  let solid = 0;
  let isLineStart = true;
  for (let at = 0; at < cell.length; at += 1) {
    const code = cell.charCodeAt(at);
    if (code === 0x0d || code === 0x0a || code === 0x09) {
      length = solid;
      isLineStart = true;
      continue;
    }
    const blank = isBlank(code);
    if (blank && isLineStart) continue;
    if (isLineStart && solid > 0) length = units.writeUInt16LE(space, length);
    isLineStart = false;
    length = units.writeUInt16LE(code, length);
    if (!blank) solid = length;
  }
  return units.toString('utf16le', 0, solid);
}
