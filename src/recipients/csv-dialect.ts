/** What separates the cells of a CSV file: said by its first line, or found in its first records. */

/** Named so that its cells are separated by tabs, and quotes in them are text. */
export function isTabbed(file: string): boolean {
  return /\.(?:tsv|tab)$/i.test(file);
}

/** Those that are found without being said; of equally good ones the first. */
const candidates = [',', ';', '\t'] as const;

/** Excel's own first line, which names the delimiter and is no row. */
const sepLine = /^"?sep=([^\r\n])"?[ \t,;]*(?:\r\n|\r|\n)/i;

/** @returns the delimiter that the first line says, and the length of that line with its end. */
export function readSepLine(
  head: string,
): { readonly delimiter: string; readonly length: number } | undefined {
  const found = sepLine.exec(head);
  const delimiter = found?.[1];
  return found === null || delimiter === undefined ? undefined : { delimiter, length: found[0].length };
}

/**
 * Whichever makes most records as wide as the header, and of those the one that makes more columns. Quotes are respected:
 * a header may be questions with commas and line ends in them.
 * @param head the begin of the file from the header on.
 * @param isWhole true: nothing follows, so the last record is a whole one.
 */
export function findDelimiter(head: string, isWhole: boolean): string {
  let best: { readonly delimiter: string; readonly fitting: number; readonly columns: number } | undefined;
  for (const delimiter of candidates) {
    const widths = widthsOf(head, delimiter);
    if (!isWhole && widths.length > 1) widths.pop();
    const [columns = 0] = widths;
    const fitting = columns > 1 ? widths.filter(width => width === columns).length : 0;
    const isBetter =
      best === undefined || fitting > best.fitting || (fitting === best.fitting && columns > best.columns);
    if (isBetter) best = { delimiter, fitting, columns };
  }
  return best?.delimiter ?? ',';
}

/** How many cells each record has that is not blank. */
function widthsOf(text: string, delimiter: string): number[] {
  const widths: number[] = [];
  let cells = 1;
  let isBlank = true;
  let isQuoted = false;
  /** Nothing but blanks since the delimiter or the line end. */
  let isBegin = true;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] as string;
    if (isQuoted) {
      if (character === '"') isQuoted = false;
      continue;
    }
    if (character === '"' && (isBegin || text[at - 1] === '"')) {
      isQuoted = true;
      isBegin = false;
      isBlank = false;
    } else if (character === '\n' || character === '\r') {
      if (!isBlank || cells > 1) widths.push(cells);
      cells = 1;
      isBlank = true;
      isBegin = true;
    } else if (character === delimiter) {
      cells += 1;
      isBegin = true;
    } else if (character !== ' ' && character !== '\t') {
      isBegin = false;
      isBlank = false;
    }
  }
  if (!isBlank || cells > 1) widths.push(cells);
  return widths;
}
