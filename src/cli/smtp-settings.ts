import { readFile } from 'node:fs/promises';
import { isLoopbackHost } from '../host.js';
import { Problem } from '../problem.js';
import type { SmtpServer } from '../smtp-client/open-connection.js';
import type { Timeouts } from '../smtp-client/timeouts.js';
import { isTrusted } from './config/trust.js';
import type { Context } from './context.js';
import { parsePort } from './listen-address.js';

/** The server's address and how to get in, without the password. */
export interface SmtpAddress {
  readonly host: string;
  readonly port: number;
  readonly tls: 'implicit' | 'starttls' | 'none';
  readonly user: string | undefined;
  /** From a URL that carried one; such a URL belongs into the environment, not into a file or a flag. */
  readonly password: string | undefined;
}

/** @throws Problem `config` when no server is configured or the URL cannot be read. */
export function readSmtpAddress(context: Context): SmtpAddress {
  const url = context.text('smtp.url');
  const host = context.text('smtp.host');
  if (url !== undefined) {
    checkPort(url, context);
    const address = parseSmtpUrl(url);
    if (address.password !== undefined) refuseVisiblePassword(context);
    return withOverrides(address, context);
  }
  if (host === undefined) {
    throw new Problem('config', 'there is no SMTP server', {
      fix: 'Pass --smtp smtp://user@host:587, set MAILTRACK_SMTP_URL, or write url = "…" under [smtp] into mailtrack.toml.',
    });
  }
  return withOverrides(
    { host, port: undefined, tls: undefined, user: undefined, password: undefined },
    context,
  );
}

/** The server's address if one is named: what depends on it can be checked without asking it. */
export function hasServer(context: Context): boolean {
  return context.text('smtp.url') !== undefined || context.text('smtp.host') !== undefined;
}

/** For what is only looked at: a server that is not named, or not rightly, is no reason to look no further. */
export function findSmtpHost(context: Context): string | undefined {
  try {
    return hasServer(context) ? readSmtpAddress(context).host : undefined;
  } catch (error) {
    if (error instanceof Problem) return undefined;
    throw error;
  }
}

export function printSmtpAddress(address: SmtpAddress): string {
  const scheme = address.tls === 'implicit' ? 'smtps' : 'smtp';
  const user = address.user === undefined ? '' : `${encodeURIComponent(address.user)}@`;
  return `${scheme}://${user}${address.host}:${address.port}`;
}

/**
 * Everything a session needs. Asks for the password last, and only for a server that wants one.
 * @throws Problem `config`, `auth-refused`.
 */
export async function completeSmtpSettings(context: Context, address: SmtpAddress): Promise<SmtpServer> {
  const ca = context.path('smtp.ca');
  const ehloName = context.text('smtp.ehlo_name');
  const password =
    address.user === undefined ? undefined : (address.password ?? (await readPassword(context, address)));
  return {
    host: address.host,
    port: address.port,
    tls: address.tls,
    ...(address.user === undefined || password === undefined ? {} : { user: address.user, password }),
    ...(ca === undefined ? {} : { ca: await readCa(ca) }),
    ...(ehloName === undefined ? {} : { ehloName }),
    ...timeoutsForTests(),
  };
}

/** For test/faults, which cannot wait for minutes; not an option, since RFC 5321 §4.5.3.2 leaves no choice. */
function timeoutsForTests(): Pick<SmtpServer, 'timeouts'> {
  const json = process.env['MAILTRACK_TEST_SMTP_TIMEOUTS'];
  return json === undefined ? {} : { timeouts: JSON.parse(json) as Partial<Timeouts> };
}

/** What is before an @ may be a password, and nothing of it is said. */
function checkPort(url: string, context: Context): void {
  const place = url.slice(url.lastIndexOf('@') + 1).replace(/^smtps?:\/\//i, '');
  const written = /^(?:\[[^\]]*\]|[^:/?#]*):([^/?#]+)/.exec(place)?.[1];
  const port = parsePort(written, 1);
  if (written === undefined || port.ok) return;
  const code = context.config.values.get('smtp.url')?.origin.kind === 'flag' ? 'usage' : 'config';
  throw new Problem(code, `the SMTP URL has the port ${JSON.stringify(written)}: it ${port.why}`, {
    fix: 'Check --smtp, MAILTRACK_SMTP_URL and smtp.url.',
  });
}

/** Everybody on the machine can read a command line, and files are copied about. */
function refuseVisiblePassword(context: Context): void {
  const origin = context.config.values.get('smtp.url')?.origin;
  if (origin === undefined || origin.kind === 'environment') return;
  throw new Problem(origin.kind === 'flag' ? 'usage' : 'config', 'the SMTP URL holds a password', {
    fix: 'Leave it out, and set MAILTRACK_SMTP_PASSWORD or smtp.password_command.',
  });
}

type PartialAddress = { [K in keyof SmtpAddress]: SmtpAddress[K] | undefined } & { host: string };

function parseSmtpUrl(text: string): PartialAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== 'smtp:' && url.protocol !== 'smtps:') || url.hostname === '') {
    throw new Problem(
      'config',
      'the SMTP URL is not of the form smtp://user@host:587 or smtps://user@host:465',
      {
        fix: 'Check --smtp, MAILTRACK_SMTP_URL and smtp.url.',
      },
    );
  }
  return {
    host: decodeURIComponent(url.hostname).replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? undefined : Number(url.port),
    tls: url.protocol === 'smtps:' ? 'implicit' : undefined,
    user: url.username === '' ? undefined : decodeURIComponent(url.username),
    password: url.password === '' ? undefined : decodeURIComponent(url.password),
  };
}

/** TLS is required, except towards this machine. The ports are those of RFC 8314 and RFC 6409. */
function withOverrides(address: PartialAddress, context: Context): SmtpAddress {
  const local = isLoopbackHost(address.host);
  const port = context.number('smtp.port') ?? address.port;
  const tls =
    (context.text('smtp.tls') as SmtpAddress['tls'] | undefined) ??
    address.tls ??
    (port === 465 ? 'implicit' : local ? 'none' : 'starttls');
  if (tls === 'none' && !local) {
    throw new Problem(
      'config',
      `smtp.tls = "none" is refused for ${address.host}: mail and password would go in clear`,
      {
        fix: 'Use starttls or implicit; none is for this machine only.',
      },
    );
  }
  return {
    host: address.host,
    port: port ?? (tls === 'implicit' ? 465 : local && tls === 'none' ? 25 : 587),
    tls,
    user: context.text('smtp.user') ?? address.user,
    password: address.password,
  };
}

/** MAILTRACK_SMTP_PASSWORD, else the password command. */
async function readPassword(context: Context, address: SmtpAddress): Promise<string> {
  const fromEnvironment = process.env['MAILTRACK_SMTP_PASSWORD'];
  if (fromEnvironment !== undefined && fromEnvironment !== '') return fromEnvironment;
  const command = context.config.values.get('smtp.password_command');
  if (command === undefined) {
    throw new Problem('config', `there is no password for ${address.user} at ${address.host}`, {
      fix: 'Set MAILTRACK_SMTP_PASSWORD, or password_command under [smtp].',
    });
  }
  await refuseUntrusted(context);
  const { runPasswordCommand } = await import('../system/password-command.js');
  return runPasswordCommand(String(command.value));
}

/**
 * A project file comes with a folder that somebody else may have made. It neither runs a command nor sends a secret
 * to a host of its choice until the user trusted it.
 */
async function refuseUntrusted(context: Context): Promise<void> {
  for (const key of ['smtp.password_command', 'smtp.url', 'smtp.host']) {
    const origin = context.config.values.get(key)?.origin;
    if (origin?.kind !== 'project' || (await isTrusted(origin.file))) continue;
    throw new Problem('config', `${origin.file} sets ${key}, and this file is not trusted yet`, {
      fix: 'Read it, then run `mailtrack config trust`.',
    });
  }
}

async function readCa(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new Problem('config', `smtp.ca ${file} cannot be read: ${(cause as Error).message}`, { cause });
  }
}
