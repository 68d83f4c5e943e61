/** One field of a message's header as it stands there: still folded, still encoded. */
export interface RawHeaderField {
  readonly name: string;
  /** Everything after the colon up to the field's last CRLF. */
  readonly value: string;
}

/** The header fields of a built message, in order, up to the empty line. RFC 5322 §2.1 */
export function inspectHeader(message: Uint8Array): readonly RawHeaderField[] {
  const end = Buffer.from(message.buffer, message.byteOffset, message.byteLength).indexOf('\r\n\r\n');
  const text = Buffer.from(message).toString('latin1', 0, end === -1 ? message.byteLength : end);
  return text
    .replaceAll(/\r\n(?=[ \t])/g, '\u0000')
    .split('\r\n')
    .map(line => {
      const colon = line.indexOf(':');
      return { name: line.slice(0, colon), value: line.slice(colon + 1).replaceAll('\u0000', '\r\n') };
    });
}
