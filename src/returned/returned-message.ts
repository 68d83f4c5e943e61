import { fieldLine } from './header-fields.js';
import { listed, plainWords, says, type Wording } from './wording.js';

/** A text of a report in two: the report's own words, and the message that it returns. */
export interface CutText {
  readonly words: readonly string[];
  /** From the header of the returned message on; '' when the text returns none. */
  readonly original: string;
}

const maxLines = 50_000;
const maxLineCharacters = 2_000;

/** Fields that a server or a mail program writes, and no report repeats for its reader. */
const traceField =
  /^(?:received|return-path|dkim-signature|mime-version|content-type|x-received|arc-seal|authentication-results|x-originating-ip|delivered-to|x-mailer)$/i;
const announcements: readonly Wording[] = [
  [['original', 'returned', 'unsent', 'undelivered'], 0, ['message', 'mail', 'email', 'header', 'info']],
  [['copy of the', 'copy of your'], 12, ['message']],
  ...listed(
    'message header | message text | message body | message content | headers of | header of | the header of | the body of',
  ),
];

/**
 * Cuts in front of the header of the returned message: at fields which no report repeats for its reader, whatever language the line
 * above is in, or at a line that announces it.
 */
export function cutReturnedMessage(text: string): CutText {
  const lines = text.split('\n', maxLines).map(line => line.slice(0, maxLineCharacters));
  const header = lines.findIndex((line, index) => beginsHeader(lines, index, line));
  const announced = lines.findIndex(
    (line, index) =>
      index > 0 && announces(line) && (header === -1 || index < header) && followsHeader(lines, index),
  );
  const cut = announced === -1 ? header : announced;
  if (cut === -1) return { words: lines, original: '' };
  return { words: lines.slice(0, cut), original: lines.slice(header === -1 ? cut + 1 : header).join('\n') };
}

/** Two fields one behind the other, the first of which is a trace, set in or not. */
function beginsHeader(lines: readonly string[], index: number, line: string): boolean {
  const name = fieldName(line);
  if (name === undefined) return false;
  if (!traceField.test(name)) {
    // A header without a trace at its beginning: the trace is among its first lines.
    return (
      /^(?:from|to|subject|date|message-id|reply-to|sender|x-[\w-]+)$/i.test(name) &&
      previousIsNoField(lines, index) &&
      hasTraceWithin(lines, index)
    );
  }
  // A part whose boundary was lost has fields of MIME alone.
  for (let next = index; next < lines.length && next < index + 25; next += 1) {
    const following = lines[next] ?? '';
    const other = fieldName(following);
    if (next > index && other === undefined && !/^[ \t]+\S/.test(following)) return false;
    if (
      next > index &&
      other !== undefined &&
      /^(?:received|return-path|x-received|delivered-to|dkim-signature)$/i.test(name)
    )
      return true;
    if (other !== undefined && !/^(?:content-.*|mime-version)$/i.test(other))
      return next > index || traceField.test(other);
  }
  return false;
}

function hasTraceWithin(lines: readonly string[], index: number): boolean {
  for (let next = index + 1; next < lines.length && next < index + 25; next += 1) {
    const line = lines[next] ?? '';
    const name = fieldName(line);
    if (name !== undefined && traceField.test(name)) return true;
    if (name === undefined && !/^[ \t]/.test(line)) return false;
    if (line.trim() === '') return false;
  }
  return false;
}

function previousIsNoField(lines: readonly string[], index: number): boolean {
  return index === 0 || fieldName(lines[index - 1] ?? '') === undefined;
}

function fieldName(line: string): string | undefined {
  return /^-*$/.test(line) ? undefined : fieldLine.exec(line.trimStart())?.[1];
}

/** `----- Original message -----`: words, with rules or a colon or nothing around them. */
function announces(line: string): boolean {
  const trimmed = line.trim();
  return (
    trimmed.length < 120 &&
    (/^[-=*_|#]{2}/.test(trimmed) || /[:.-]$/.test(trimmed) || trimmed.length < 40) &&
    says(plainWords(trimmed), announcements)
  );
}

/** A line that names the message says nothing unless a header or the end comes soon behind it. */
function followsHeader(lines: readonly string[], index: number): boolean {
  if (/^[-=*_|#]{2}/.test((lines[index] ?? '').trim())) {
    // `--- The message cannot be delivered ---` with the addresses below is no announcement.
    return !lines
      .slice(index + 1, index + 4)
      .some(line => /^\s*<?[^\s<>@]{1,100}@[^\s<>@]{1,100}>?:?\s*$/.test(line));
  }
  const next = lines
    .slice(index + 1, index + 6)
    .filter(line => line.trim() !== '' && !/^[-=*_|\s]+$/.test(line));
  return (
    next.length === 0 ||
    (fieldName(next[0] ?? '') !== undefined && fieldName(next[1] ?? lines[index + 1] ?? '') !== undefined)
  );
}
