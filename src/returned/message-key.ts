import { createHash } from 'node:crypto';

const carriageReturn = 0x0d;
const lineFeed = 0x0a;

/**
 * Names a message by its octets, so that it is known when it is read again: from another file, with other line ends, with lines
 * escaped for an mbox, or with fields that mail programs add (`Status`, `X-Mozilla-Status`). Its Message-ID and its body count.
 * @param messageId of the message; '' without one.
 * @returns 32 hex digits.
 */
export function messageKey(octets: Uint8Array, messageId: string): string {
  const hash = createHash('sha256').update(`${messageId}\n`);
  hash.update(normalBody(octets));
  return hash.digest('hex').slice(0, 32);
}

/** Without line ends, blanks and the signs that escape `From `; all of them change on the way into another file. */
function normalBody(octets: Uint8Array): Uint8Array {
  const body = octets.subarray(bodyStart(octets));
  const kept = Buffer.allocUnsafe(body.length);
  let length = 0;
  for (const octet of body) if (octet > 0x20 && octet !== 0x3e) kept[length++] = octet;
  return kept.subarray(0, length);
}

/** Behind the first empty line; the whole message, when there is none. */
function bodyStart(octets: Uint8Array): number {
  for (let at = 0; at < octets.length; at += 1) {
    const octet = octets[at];
    if (octet !== lineFeed && octet !== carriageReturn) continue;
    const next = octet === carriageReturn && octets[at + 1] === lineFeed ? at + 2 : at + 1;
    if (next > 2 && (octets[next] === lineFeed || octets[next] === carriageReturn)) return next;
  }
  return 0;
}
