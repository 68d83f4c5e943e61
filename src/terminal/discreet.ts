import { networkPrefix } from '../tracking/network.js';

/**
 * So many letters that tokens are written in may be one, and a token of either kind is as good as the person's name. Not with a slash: the path
 * of a file is as long, and has parts that are not.
 */
const token = /[A-Za-z0-9_+%=-]{40,}/g;
const address =
  /(?<![\w:])(?:[0-9a-f]{0,4}:){2,7}(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]{1,4})?(?![\w:])|\b\d{1,3}(?:\.\d{1,3}){3}\b/gi;

/** Nobody reads a longer error, and each of its addresses takes a microsecond. */
const mostCharacters = 10_000;

/**
 * Text of an error as it may stand in a log that is kept: tokens shortened to 8 characters, addresses to their network. What is longer than
 * 10,000 characters ends with the last whole word before that.
 */
export function discreet(text: string): string {
  return beginning(text.replace(token, shorten)).replace(address, found => networkPrefix(found) || found);
}

/** Half an address would not be found as one. */
function beginning(text: string): string {
  if (text.length <= mostCharacters) return text;
  return `${text.slice(0, text.lastIndexOf(' ', mostCharacters) + 1)}…`;
}

/** Eight characters are enough to find a line again. */
function shorten(token: string): string {
  return `${token.slice(0, 8)}…`;
}
