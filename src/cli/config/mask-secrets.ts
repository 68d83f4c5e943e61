/** Settings as they may be shown. In doubt everything is masked: a value that nobody can parse may be a password. */
import { readUrl } from '../../message/idna.js';
import type { Setting, SettingValue } from './settings.js';

const mask = '********';

/** Their values hold addresses of mail, whose "@" says nothing of a password. */
const mailboxes: readonly string[] = ['from', 'reply_to'];

export function shownValue(
  { key, secret }: Pick<Setting, 'key' | 'secret'>,
  value: SettingValue,
): SettingValue {
  if (secret === true) return mask;
  return typeof value === 'string' && !mailboxes.includes(key) ? shownUrl(value) : value;
}

/** scheme://user:password@the rest, with one "@" and nothing that could be a delimiter in the wrong place. */
const withPassword = /^([a-z][a-z0-9+.-]*:\/\/[^\s:/?#@]*):[^\s:/?#@]*@([^\s/?#@]+(?:[/?#][^@]*)?)$/i;
/** A user alone may be an address, with an "@" of its own. */
const withoutPassword = /^[a-z][a-z0-9+.-]*:\/\/(?:[^\s:/?#]*@)?[^\s/?#@]+(?:[/?#][^@]*)?$/i;
/** Node takes the square of the length of a host to read it. */
const longestUrl = 10_000;
/** Parameters such as `?password=` of database URLs. */
const secretName = /pass|pwd|token|secret|key|auth|sig/i;

/**
 * A URL or any other value without its password.
 * @returns `********` for a value that might hold one and cannot be read with certainty.
 */
export function shownUrl(text: string): string {
  if (hasSecretParameter(text)) return mask;
  if (!text.includes('://')) {
    // "user:password@host" without its scheme. An address or a path has no ":" before its "@".
    return hasColonBeforeAt(text) && !/^sqlite:[^:]*$/.test(text) ? mask : text;
  }
  if (text.length > longestUrl) return mask;
  if (withoutPassword.test(text) && readUrl(text) !== undefined) return text;
  const found = withPassword.exec(text);
  return found !== null && readUrl(text) !== undefined ? `${found[1]}:${mask}@${found[2]}` : mask;
}

/** Between a delimiter and the next "=" there is a name that sounds like a secret. */
function hasSecretParameter(text: string): boolean {
  const pieces = text.split('=').slice(0, -1);
  return pieces.some(piece => {
    const start = piece.search(/[?&#;]/);
    return start !== -1 && secretName.test(piece.slice(start));
  });
}

function hasColonBeforeAt(text: string): boolean {
  const colon = text.indexOf(':');
  return colon !== -1 && text.includes('@', colon);
}
