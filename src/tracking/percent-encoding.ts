/**
 * Undoes percent-encoding octet by octet (RFC 3986 §2.1). Never throws: what is no escape stays, and octets beyond
 * ASCII become Latin-1, unlike with `decodeURIComponent`. Enough for tokens, which are ASCII.
 */
export function decodePercent(text: string): string {
  return text.replace(/%[0-9A-F]{2}/gi, octet => String.fromCharCode(Number.parseInt(octet.slice(1), 16)));
}
