import type { SignableMessage } from '../../../src/message/dkim/signer.js';

/** A message as the signer takes it; the body in as many pieces as asked for. */
export function splitMessage(message: Buffer, pieces = 1): SignableMessage {
  const empty = message.indexOf('\r\n\r\n');
  if (empty === -1) return { header: message, body: [] };
  const body = message.subarray(empty + 4);
  const size = Math.ceil(body.length / pieces);
  return {
    header: message.subarray(0, empty + 2),
    body: Array.from({ length: pieces }, (_, index) => body.subarray(index * size, (index + 1) * size)),
  };
}
