import { before } from '../text-scan.js';
import { firstAddressIn } from './addresses-in-text.js';
import { isAutomaticReply, statedReturn } from './automatic-reply.js';
import type { MessageParts } from './message-parts.js';
import { listed } from './wording.js';

/** An answer: of a program (RFC 3834) or of a person. Whom it answers, its thread says, whatever its From. */
export interface Reply {
  readonly kind: 'automatic-reply' | 'reply';
  /** The address in From; '' without one. */
  readonly from: string;
  /** Of an automatic reply: `2026-12-05`, the day that it names for the return. */
  readonly returnsOn?: string;
}

/** `Re:` as mail programs of many languages write it, also counted: `Re[2]:`. */
const answerPrefixes = listed(
  're | aw | antw | sv | vs | rif | ref | odp | ynt | 回复 | 回覆 | 答复 | ответ | отв',
);

/** @returns undefined for a message that answers none. */
export function readReply(parts: MessageParts): Reply | undefined {
  const { header, subject } = parts;
  const from = firstAddressIn(header.first('from'));
  if (isAutomaticReply(parts)) {
    const returnsOn = statedReturn(`${subject}\n${ownWords(parts.text)}`, dateOf(header.first('date')));
    return { kind: 'automatic-reply', from, ...(returnsOn !== undefined && { returnsOn }) };
  }
  const answers =
    header.first('in-reply-to') !== '' || header.first('references') !== '' || isAnswer(subject);
  return answers ? { kind: 'reply', from } : undefined;
}

/** Without the lines that are quoted, and from the first line on that announces a quotation. */
function ownWords(text: string): string {
  const lines = text.split('\n');
  const end = lines.findIndex(line => line.startsWith('____') || (line.startsWith('--') && line.length > 4));
  return lines
    .slice(0, end === -1 ? lines.length : end)
    .filter(line => !line.startsWith('>'))
    .join('\n');
}

function dateOf(value: string): Date | undefined {
  const time = Date.parse(before(value, '('));
  return Number.isNaN(time) ? undefined : new Date(time);
}

function isAnswer(subject: string): boolean {
  const colon = subject.slice(0, 20).search(/[:：]/);
  return (
    colon !== -1 &&
    answerPrefixes.includes(
      subject
        .slice(0, colon)
        .replace(/\[\d{1,3}\]/, '')
        .trim()
        .toLowerCase(),
    )
  );
}
