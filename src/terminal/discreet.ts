import { networkPrefix } from '../tracking/network.js';

/** Of letters that tokens are written in. A token of either kind is as good as the person's name. */
const run = /[A-Za-z0-9_+/%=-]+/g;
const address =
  /(?<![\w:])(?:[0-9a-f]{0,4}:){2,7}(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]{1,4})?(?![\w:])|\b\d{1,3}(?:\.\d{1,3}){3}\b/gi;

/** Text of an error as it may stand in a log that is kept: tokens shortened to 8 characters, addresses to their network. */
export function discreet(text: string): string {
  return text.replace(run, shorten).replace(address, found => networkPrefix(found) || found);
}

/** Eight characters are enough to find a line again. A path of a file is as long as a token, and has parts that are not. */
function shorten(found: string): string {
  return found
    .split('/')
    .map(part => (part.length >= 40 ? `${part.slice(0, 8)}…` : part))
    .join('/');
}
