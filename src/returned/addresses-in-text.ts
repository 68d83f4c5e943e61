/** An address where it stands in a line. */
export interface FoundAddress {
  readonly address: string;
  /** Where the address begins in the line, and where it ends. */
  readonly start: number;
  readonly end: number;
}

// RFC 5321 §4.5.3.1, and some more: returned addresses hold the tokens of others.
const maxLocalPart = 128;
const maxDomain = 255;
const maxPerLine = 200;

const localPartLetter = /[\p{L}\p{N}!#$%&'*+/=?^_`{|}~.-]/u;
const domainLetter = /[\p{L}\p{N}.-]/u;

/**
 * Every `local-part@domain` of a line, in time in proportion to it. Taken as it stands: nothing is decoded or repaired, so that an
 * address that was altered on its way is nobody's.
 */
export function addressesIn(line: string): readonly FoundAddress[] {
  const found: FoundAddress[] = [];
  for (let at = line.indexOf('@'); at !== -1 && found.length < maxPerLine; at = line.indexOf('@', at + 1)) {
    const start = startOfLocalPart(line, at);
    const end = endOfDomain(line, at);
    if (start === at || end <= at + 1) continue;
    found.push({ address: line.slice(start, end), start, end });
  }
  return found;
}

function startOfLocalPart(line: string, at: number): number {
  if (line[at - 1] === '"') {
    const opening = line.lastIndexOf('"', at - 2);
    return opening === -1 || at - opening > maxLocalPart || at - opening < 3 ? at : opening;
  }
  let start = at;
  while (start > 0 && at - start < maxLocalPart && localPartLetter.test(line[start - 1] ?? '')) start -= 1;
  // Quotes and rules around an address are no part of it.
  while (start < at && /['`*=|.]/.test(line[start] ?? '') && !/\w/.test(line[start - 1] ?? '')) {
    if (line[start] === '=' && line[start + 1] === '?') break;
    start += 1;
  }
  // As X.400 writes it: `dda:SMTP=a@b.example`.
  return /^smtp=./i.test(line.slice(start, start + 6)) ? start + 5 : start;
}

function endOfDomain(line: string, at: number): number {
  let end = at + 1;
  while (end < line.length && end - at <= maxDomain && domainLetter.test(line[end] ?? '')) end += 1;
  while (end > at + 1 && /[.-]/.test(line[end - 1] ?? '')) end -= 1;
  // A domain of one label is the machine's own; what follows a `@` elsewhere is no address at all.
  return line.slice(at + 1, end).includes('.') ? end : at;
}

/** The first address of a text such as `Name <a@b.example>`; '' without one. */
export function firstAddressIn(text: string): string {
  const line = text.slice(0, 2_000);
  const angled = addressesIn(line).find(({ start, end }) => line[start - 1] === '<' && line[end] === '>');
  return (angled ?? addressesIn(line)[0])?.address ?? '';
}
