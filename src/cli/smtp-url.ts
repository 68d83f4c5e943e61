import { isIP } from 'node:net';
import { readUrl } from '../message/idna.js';
import { type Parsed, parsed, refused } from '../problem.js';
import { parsePort } from './listen-address.js';

export interface SmtpUrl {
  readonly host: string;
  /** undefined: the usual one. */
  readonly port: number | undefined;
  /** undefined: not said by `smtp:`. */
  readonly tls: 'implicit' | undefined;
  readonly user: string | undefined;
  readonly password: string | undefined;
}

const form = 'is not of the form smtp://user@host:587 or smtps://user@host:465';

/** @returns why it cannot be read, in words that hold nothing of a password. */
export function parseSmtpUrl(text: string): Parsed<SmtpUrl> {
  const url = readUrl(text);
  if (url === undefined || (url.protocol !== 'smtp:' && url.protocol !== 'smtps:') || url.hostname === '')
    return refused(form);
  try {
    const host = decodeURIComponent(url.hostname).replace(/^\[(.*)\]$/, '$1');
    if (!isHost(host)) return refused('has a host with characters that no host has');
    return parsed({
      host,
      port: url.port === '' ? undefined : Number(url.port),
      tls: url.protocol === 'smtps:' ? 'implicit' : undefined,
      user: url.username === '' ? undefined : decodeURIComponent(url.username),
      password: url.password === '' ? undefined : decodeURIComponent(url.password),
    });
  } catch {
    return refused('has a "%" that is not the beginning of an encoded octet; write a "%" itself as %25');
  }
}

/** Encoded in a URL, a line break or a delimiter would make one name to us and another to whoever reads it. */
export function isHost(text: string): boolean {
  return isIP(text) !== 0 || /^[\p{L}\p{M}\p{N}._-]+$/u.test(text);
}

/**
 * What is before an "@" may be a password, and nothing of it is said. Without an "@" the host may be missing, and the
 * password stand where a port would: it is quoted only if it looks like one.
 * @returns undefined when there is no port, or a valid one.
 */
export function findBadPort(url: string): string | undefined {
  const place = url.slice(url.lastIndexOf('@') + 1).replace(/^smtps?:\/\//i, '');
  const written = /^(?:\[[^\]]*\]|[^:/?#]*):([^/?#]+)/.exec(place)?.[1];
  const port = parsePort(written, 1);
  if (written === undefined || port.ok) return undefined;
  const isShown = url.includes('@') || /^\d{1,5}$/.test(written);
  return `has ${isShown ? `the port ${JSON.stringify(written)}` : 'no valid port'}: it ${port.why}`;
}
