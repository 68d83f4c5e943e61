import { readFile } from 'node:fs/promises';
import { Problem } from '../problem.js';
import type { SmtpServer } from '../smtp-client/open-connection.js';
import type { Timeouts } from '../smtp-client/timeouts.js';
import { type Context, resolvePath } from './context.js';
import type { SmtpAddress } from './smtp-address.js';
import { findSmtpSecret, findUntrustedServer, readSmtpSecret } from './smtp-secret.js';

/**
 * Everything a session needs. Asks for the password last, and only for a server that wants one.
 * @throws Problem `config`, also when a secret would go where an untrusted project file says.
 */
export async function completeSmtpSettings(
  context: Pick<Context, 'config'>,
  address: SmtpAddress,
): Promise<SmtpServer> {
  const { host, port, tls, user } = address;
  let login: Pick<SmtpServer, 'user' | 'password'> = {};
  if (user !== undefined) {
    const secret = findSmtpSecret(context, address);
    const untrusted = await findUntrustedServer(context, address, secret);
    if (untrusted !== undefined) throw untrusted;
    login = { user, password: await readSmtpSecret(secret) };
  }
  const ca = address.ca === undefined ? {} : { ca: await readCa(resolvePath(address.ca)) };
  return { host, port, tls, ...login, ...ca, ...ehloNameOf(context), ...timeoutsForTests() };
}

/** Of any place: the name is this machine's, whichever server it is told to. */
function ehloNameOf({ config }: Pick<Context, 'config'>): Pick<SmtpServer, 'ehloName'> {
  const name = config.values.get('smtp.ehlo_name')?.value;
  return name === undefined ? {} : { ehloName: String(name) };
}

/** For test/faults, which cannot wait for minutes; not an option, since RFC 5321 §4.5.3.2 leaves no choice. */
function timeoutsForTests(): Pick<SmtpServer, 'timeouts'> {
  const json = process.env['MAILTRACK_TEST_SMTP_TIMEOUTS'];
  return json === undefined ? {} : { timeouts: JSON.parse(json) as Partial<Timeouts> };
}

async function readCa(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new Problem('config', `smtp.ca ${file} cannot be read: ${(cause as Error).message}`, { cause });
  }
}
