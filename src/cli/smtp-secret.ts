/** The password for the SMTP server, and whether it may be used there: a secret goes to the server it was configured for. */
import { bareHost } from '../host.js';
import { Problem } from '../problem.js';
import type { ConfigLayer, ConfigValue } from './config/load-config.js';
import { printOrigin } from './config/print-origin.js';
import { findServerBeside, type ServerSettings } from './config/server-layers.js';
import { findUntrusted, needsTrust } from './config/trust.js';
import type { Context } from './context.js';
import { parseSmtpServer, type SmtpAddress } from './smtp-address.js';

export type SmtpSecret =
  | { readonly kind: 'password'; readonly password: string }
  | { readonly kind: 'command'; readonly command: ConfigValue };

/** A secret and the server named beside it; without one, it is for whichever server is configured elsewhere. */
interface Candidate {
  readonly name: string;
  readonly secret: SmtpSecret;
  readonly beside: ServerSettings | undefined;
}

const passwordVariable = 'MAILTRACK_SMTP_PASSWORD';

/**
 * The password of the URL, MAILTRACK_SMTP_PASSWORD, or a password command: the first that is for this server.
 * @throws Problem `config` when there is none, or only for other servers.
 */
export function findSmtpSecret(context: Pick<Context, 'config'>, address: SmtpAddress): SmtpSecret {
  const { password, user, host } = address;
  if (password !== undefined) return { kind: 'password', password };
  const candidates = [...candidatesOf(context)];
  const found = candidates.find(({ beside }) => beside === undefined || isSame(beside, address));
  if (found !== undefined) return found.secret;
  const [other] = candidates;
  if (other?.beside !== undefined) {
    const { named } = other.beside;
    throw new Problem(
      'config',
      `${other.name} is for the server of ${printOrigin(named.origin)}, not for ${host}:${address.port} of ${printOrigin(address.origin)}`,
      {
        fix: 'Write the password command beside the address of its server; set variables for one server only.',
      },
    );
  }
  throw new Problem('config', `there is no password for ${user} at ${host}`, {
    fix: `Set ${passwordVariable}, or password_command under [smtp].`,
  });
}

/** What stands in the way of a login, before anybody is asked for a password. */
export async function findLoginProblems(
  context: Pick<Context, 'config'>,
  address: SmtpAddress,
): Promise<readonly Problem[]> {
  if (address.user === undefined) return [];
  const problems: Problem[] = [];
  let secret: SmtpSecret | undefined;
  try {
    secret = findSmtpSecret(context, address);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    problems.push(error);
  }
  const untrusted = await findUntrustedServer(context, address, secret);
  return untrusted === undefined ? problems : [untrusted, ...problems];
}

export async function readSmtpSecret(secret: SmtpSecret): Promise<string> {
  if (secret.kind === 'password') return secret.password;
  const { runPasswordCommand } = await import('../system/password-command.js');
  return runPasswordCommand(String(secret.command.value));
}

/**
 * Whatever the project file says of the server, and of where pixels, records and signatures come from, has effect together
 * with the secret.
 */
export function findUntrustedServer(
  { config }: Pick<Context, 'config'>,
  { ca, origin }: SmtpAddress,
  secret: SmtpSecret | undefined,
): Promise<Problem | undefined> {
  const hasEffect = (key: string) =>
    key.startsWith('smtp.') ? origin.kind === 'project' && key !== 'smtp.password_command' : needsTrust(key);
  const inEffect = new Map([...config.values].filter(([key]) => hasEffect(key)));
  if (ca !== undefined) inEffect.set('smtp.ca', ca);
  if (secret?.kind === 'command') inEffect.set('smtp.password_command', secret.command);
  return findUntrusted(config, inEffect, 'no password is sent to where it says');
}

function* candidatesOf({ config }: Pick<Context, 'config'>): Generator<Candidate> {
  const password = process.env[passwordVariable];
  const besideOf = (layer: ConfigLayer | undefined) =>
    layer === undefined ? undefined : findServerBeside(config, 'smtp', layer);
  if (password !== undefined && password !== '') {
    const layer = config.layers.find(({ place }) => place.kind === 'environment');
    yield { name: passwordVariable, secret: { kind: 'password', password }, beside: besideOf(layer) };
  }
  for (const layer of config.layers) {
    const command = layer.values.get('smtp.password_command');
    if (command === undefined) continue;
    const name = `smtp.password_command of ${printOrigin(command.origin)}`;
    yield { name, secret: { kind: 'command', command }, beside: besideOf(layer) };
  }
}

/** Host, port and transport. A server that cannot be read is another one. */
function isSame(beside: ServerSettings, address: SmtpAddress): boolean {
  try {
    const { host, port, tls } = parseSmtpServer(beside);
    return bareHost(host) === bareHost(address.host) && port === address.port && tls === address.tls;
  } catch (error) {
    if (error instanceof Problem) return false;
    throw error;
  }
}
