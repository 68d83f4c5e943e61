/** Where mail is handed over: from the settings of one place to host, port and TLS. */
import { isLoopbackHost } from '../host.js';
import { Problem } from '../problem.js';
import type { ConfigValue, Origin } from './config/load-config.js';
import { findServerSettings, refuseStrays, type ServerSettings } from './config/server-layers.js';
import type { Context } from './context.js';
import { findBadPort, isHost, parseSmtpUrl, type SmtpUrl } from './smtp-url.js';

/** The server's address and how to get in. */
export interface SmtpAddress {
  readonly host: string;
  readonly port: number;
  readonly tls: 'implicit' | 'starttls' | 'none';
  readonly user: string | undefined;
  /** From a URL that carried one; such a URL belongs into the environment, not into a file or a flag. */
  readonly password: string | undefined;
  readonly ca: ConfigValue | undefined;
  /** What names the server. */
  readonly origin: Origin;
}

/** @throws Problem `config` when no server is configured, the URL cannot be read, or two places share one server. */
export function readSmtpAddress({ config }: Pick<Context, 'config'>): SmtpAddress {
  const server = findServerSettings(config, 'smtp');
  if (server === undefined) {
    throw noServer();
  }
  refuseStrays(config, 'smtp', server);
  const address = parseSmtpServer(server);
  if (address.ca !== undefined) return address;
  // Unlike port and TLS, an authority may stand elsewhere, for every server; but not beside another server.
  const ca = config.layers.find(
    ({ place, values }) => values.has('smtp.ca') && findServerSettings(config, 'smtp', place) === undefined,
  );
  return { ...address, ca: ca?.values.get('smtp.ca') };
}

/** An error where mail is sent, a warning where it is only looked at. */
export function noServer(): Problem {
  return new Problem('config', 'there is no SMTP server', {
    fix: 'Pass --smtp smtp://user@host:587, set MAILTRACK_SMTP_URL, or write url = "…" under [smtp] into mailtrack.toml.',
  });
}

/** The server's address if one is named: what depends on it can be checked without asking it. */
export function hasServer({ config }: Pick<Context, 'config'>): boolean {
  return findServerSettings(config, 'smtp') !== undefined;
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

/** What one place says of its server. @throws Problem `config`, `usage`. */
export function parseSmtpServer(server: ServerSettings): SmtpAddress {
  const url = server.value('url');
  const text = (name: string) => server.value(name)?.value as string | undefined;
  const host = (text('host') ?? '').replace(/^\[(.*)\]$/, '$1');
  if (url === undefined && !isHost(host)) {
    throw new Problem('config', 'smtp.host has characters that no host has', {
      fix: 'Write the name or the address alone; port and user are settings of their own.',
    });
  }
  return withDefaults(
    url === undefined
      ? { host, port: undefined, tls: undefined, user: undefined, password: undefined }
      : readUrl(url),
    {
      port: server.value('port')?.value as number | undefined,
      tls: text('tls') as SmtpAddress['tls'] | undefined,
      user: text('user'),
      ca: server.value('ca'),
      origin: server.named.origin,
    },
  );
}

function readUrl({ value, origin }: ConfigValue): SmtpUrl {
  const code = origin.kind === 'flag' ? 'usage' : 'config';
  const fix = 'Check --smtp, MAILTRACK_SMTP_URL and smtp.url.';
  const port = findBadPort(String(value));
  if (port !== undefined) throw new Problem(code, `the SMTP URL ${port}`, { fix });
  const url = parseSmtpUrl(String(value));
  if (!url.ok) throw new Problem('config', `the SMTP URL ${url.why}`, { fix });
  // Everybody on the machine can read a command line, and files are copied about.
  if (url.value.password !== undefined && origin.kind !== 'environment') {
    throw new Problem(code, 'the SMTP URL holds a password', {
      fix: 'Leave it out, and set MAILTRACK_SMTP_PASSWORD or smtp.password_command.',
    });
  }
  return url.value;
}

interface BesideUrl extends Pick<SmtpAddress, 'user' | 'ca' | 'origin'> {
  readonly port: number | undefined;
  readonly tls: SmtpAddress['tls'] | undefined;
}

/** TLS is required, except towards this machine. The ports are those of RFC 8314 and RFC 6409. */
function withDefaults(url: SmtpUrl, { ca, origin, ...beside }: BesideUrl): SmtpAddress {
  const local = isLoopbackHost(url.host);
  const port = beside.port ?? url.port;
  const tls = beside.tls ?? url.tls ?? (port === 465 ? 'implicit' : local ? 'none' : 'starttls');
  if (tls === 'none' && !local) {
    throw new Problem(
      'config',
      `smtp.tls = "none" is refused for ${url.host}: mail and password would go in clear`,
      {
        fix: 'Use starttls or implicit; none is for this machine only.',
      },
    );
  }
  return {
    host: url.host,
    port: port ?? (tls === 'implicit' ? 465 : local && tls === 'none' ? 25 : 587),
    tls,
    user: beside.user ?? url.user,
    password: url.password,
    ca,
    origin,
  };
}
