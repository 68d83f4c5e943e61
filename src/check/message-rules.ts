import type { RuleFinding } from './finding.js';

/** RFC 5322 §2.1.1: a line must not be longer, its line end not counted. */
const longestLine = 998;

/** Servers take less than they say: Exchange refuses what Postfix, which stops at 100 KB, has let pass. */
const largeHeader = 64 * 1024;

/** What is to be said about the octets of a built message: a long header, and fields that could not be folded. */
export function checkMessage(message: Uint8Array): readonly RuleFinding[] {
  const octets = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
  const end = octets.indexOf('\r\n\r\n');
  return [...checkSize(end === -1 ? octets.length : end), ...checkLines(octets, end)];
}

function checkSize(bytes: number): readonly RuleFinding[] {
  if (bytes < largeHeader) return [];
  return [
    {
      severity: 'warning',
      code: 'header-size',
      what: `the header of every copy has ${Math.ceil(bytes / 1024)} KB; some servers refuse more than 64 KB`,
      fix: 'Put recipients into --bcc, or send each a message of their own with --each.',
      about: '',
    },
  ];
}

function checkLines(octets: Buffer, end: number): readonly RuleFinding[] {
  let name = '';
  const found = new Map<string, number>();
  for (const line of octets.toString('latin1', 0, end === -1 ? octets.length : end).split('\r\n')) {
    if (!/^[ \t]/.test(line)) name = line.slice(0, line.indexOf(':'));
    if (line.length > longestLine) found.set(name, Math.max(line.length, found.get(name) ?? 0));
  }
  return [...found].map(([field, length]) => ({
    severity: 'error',
    code: 'header-line',
    what: `the header field ${field} has a line of ${length} octets; ${longestLine} are allowed`,
    fix: 'Shorten it, or put spaces into it where it may be folded: servers refuse or cut such lines.',
    about: field,
  }));
}
