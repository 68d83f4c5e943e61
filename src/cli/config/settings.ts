/**
 * Every setting there is, as one table: its name in the file, its environment variable, how its value is read.
 * The configuration file, `config show`, error suggestions and the reference in docs/ come from it.
 */
import { type Parsed, parsed, refused } from '../../problem.js';
import { parseEhloName } from '../../smtp/ehlo-name.js';
import { autoWindow, widestWindow } from '../../smtp/window.js';
import { parseVerpMailbox } from '../../tracking/verp.js';
import { parseListenAddress, parsePort } from '../listen-address.js';
import { keepTime } from './keep-time.js';

export interface Setting {
  /** Dotted, as in the file: `smtp.url`. */
  readonly key: string;
  readonly environment?: string;
  readonly read: (value: unknown) => Parsed<SettingValue>;
  readonly says: string;
  /** Shown masked. */
  readonly secret?: boolean;
  /** Known and checked, but nothing heeds it yet: said aloud, since a silent setting is a broken promise. */
  readonly unused?: boolean;
}

/** Settings of features to come. */
const unused = { unused: true } as const;

export type SettingValue = string | number | readonly string[];

export const settings: readonly Setting[] = [
  { key: 'from', environment: 'MAILTRACK_FROM', read: text, says: 'the sender: a mailbox' },
  { key: 'reply_to', read: text, says: 'where answers go' },
  { key: 'default_domain', read: text, says: 'makes --to alice mean alice@<domain>' },
  {
    key: 'smtp.url',
    environment: 'MAILTRACK_SMTP_URL',
    read: text,
    says: 'smtp://user@host:587 or smtps://user@host:465',
  },
  { key: 'smtp.host', read: text, says: 'instead of smtp.url' },
  { key: 'smtp.port', read: port(1), says: 'default 587, or 465 with implicit TLS' },
  { key: 'smtp.user', read: text, says: 'login name' },
  {
    key: 'smtp.tls',
    read: oneOf('implicit', 'starttls', 'none'),
    says: 'implicit, starttls or none (loopback only)',
  },
  {
    key: 'smtp.ehlo_name',
    read: ehloName,
    says: 'the name given in EHLO; default: the host name or [address]',
  },
  { key: 'smtp.ca', read: text, says: 'PEM file with the authority of the server’s certificate' },
  {
    key: 'smtp.password_command',
    read: text,
    says: 'prints the password; run through the shell',
    secret: true,
  },
  {
    key: 'tracking.url',
    environment: 'MAILTRACK_TRACKING_URL',
    read: text,
    says: 'public base URL of `mailtrack serve`',
  },
  { key: 'tracking.token_format', read: oneOf('sealed', 'article'), says: 'sealed (default) or article' },
  {
    key: 'tracking.own_networks',
    read: texts,
    says: 'your own networks: their fetches never count, such as ["198.51.100.0/24"]',
  },
  {
    key: 'contacts.file',
    environment: 'MAILTRACK_CONTACTS',
    read: text,
    says: 'CSV with alias,name,email,…',
  },
  {
    key: 'inbox.url',
    read: text,
    says: 'the mailbox that bounces and replies come to: imaps://user@host/INBOX',
    ...unused,
  },
  {
    key: 'inbox.verp',
    read: verp,
    says: 'mailbox that bounces go to: MAIL FROM has a token behind its name',
  },
  { key: 'send.rate', read: text, says: 'such as 10/s or 300/h' },
  { key: 'send.connections', read: wholeNumber(1, 100), says: 'sessions at most; default 4' },
  { key: 'send.window', read: window, says: 'messages under way per session, or auto; default 1' },
  {
    key: 'send.max_visible',
    read: wholeNumber(1, 10_000),
    says: 'visible addresses before send refuses; default 20',
  },
  { key: 'store.url', environment: 'MAILTRACK_DB', read: text, says: 'sqlite:<path>' },
  { key: 'serve.port', read: port(0), says: 'default 8080' },
  { key: 'serve.host', read: text, says: 'address to listen on; default all' },
  {
    key: 'serve.trusted_proxies',
    read: texts,
    says: 'addresses or networks of fronts whose X-Forwarded-For is believed',
  },
  { key: 'serve.dashboard', read: address, says: 'address of the dashboard', ...unused },
  { key: 'serve.metrics', read: address, says: 'address of the metrics, such as 127.0.0.1:8081' },
  { key: 'serve.exchange', read: address, says: 'address that mailtrack pull asks, such as 127.0.0.1:8081' },
  {
    key: 'serve.private_hosts',
    read: texts,
    says: 'names under which metrics and exchange are asked for, beside addresses and localhost',
  },
  { key: 'dkim.domain', read: text, says: 'signs mail for this domain (docs/dkim.md)' },
  { key: 'dkim.selector', read: text, says: 'where DNS has the public key: <selector>._domainkey.<domain>' },
  { key: 'dkim.key_file', read: text, says: 'PEM file with the private RSA key' },
  { key: 'dkim.ed25519_selector', read: text, says: 'a second signature, by an Ed25519 key' },
  { key: 'dkim.ed25519_key_file', read: text, says: 'PEM file with the private Ed25519 key' },
  {
    key: 'privacy.keep_user_agent',
    read: keepTime,
    says: 'how long serve keeps user agents, such as 30d; default forever',
  },
  {
    key: 'privacy.retention',
    read: keepTime,
    says: 'how old fetches may be when mailtrack purge runs, such as "13 months"; default forever',
  },
  {
    key: 'privacy.keep_network',
    read: oneOf('prefix', 'none'),
    says: 'what serve keeps of a client address',
  },
  {
    key: 'privacy.consent',
    read: oneOf('opt-out', 'opt-in', 'aggregate'),
    says: 'opt-in: only recipients with track=yes are tracked; aggregate: all others share one pixel',
  },
];

function texts(value: unknown): Parsed<readonly string[]> {
  const list = Array.isArray(value) ? value : [value];
  return list.every(one => typeof one === 'string')
    ? parsed(list as string[])
    : refused('has to be a list of texts in quotes');
}

/** Tables whose keys are the user's own names. */
export const openTables = ['aliases', 'profiles'] as const;

function text(value: unknown): Parsed<string> {
  if (typeof value !== 'string') return refused('has to be text in quotes');
  return value === '' ? refused('is empty') : parsed(value);
}

function ehloName(value: unknown): Parsed<string> {
  const written = text(value);
  if (!written.ok) return written;
  const name = parseEhloName(written.value);
  return name.ok
    ? name
    : refused(`is ${JSON.stringify(value)}, neither a domain nor an address literal: ${name.why}`);
}

function verp(value: unknown): Parsed<string> {
  const written = text(value);
  return written.ok ? parseVerpMailbox(written.value) : written;
}

function port(least: number): (value: unknown) => Parsed<number> {
  return value => quoting(value, parsePort(value, least));
}

/** Kept as text, as it is shown; it is known to be one. */
function address(value: unknown): Parsed<string> {
  const written = text(value);
  if (!written.ok) return written;
  const read = quoting(value, parseListenAddress(written.value));
  return read.ok ? written : read;
}

function quoting<T>(value: unknown, read: Parsed<T>): Parsed<T> {
  return read.ok ? read : refused(`is ${JSON.stringify(value)}: it ${read.why}`);
}

function wholeNumber(least: number, most: number): (value: unknown) => Parsed<number> {
  return value => {
    const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
    return typeof number === 'number' && Number.isInteger(number) && number >= least && number <= most
      ? parsed(number)
      : refused(`has to be a whole number from ${least} to ${most}`);
  };
}

function oneOf(...choices: readonly string[]): (value: unknown) => Parsed<string> {
  return value =>
    typeof value === 'string' && choices.includes(value)
      ? parsed(value)
      : refused(`has to be one of ${choices.map(choice => `"${choice}"`).join(', ')}`);
}

function window(value: unknown): Parsed<SettingValue> {
  return value === 'auto' ? parsed(autoWindow) : wholeNumber(1, widestWindow)(value);
}
