import { withoutTrailing } from '../text-scan.js';

const mask = '********';
/** Shorter parts would hide ordinary words of a reply. */
const shortest = 4;

interface Login {
  readonly user?: string;
  readonly password?: string;
}

/**
 * A server may echo the command it refuses, and with it the password. Replies are shown and stored, so the password is
 * taken out of them, as it is and in the forms in which it travels. RFC 4616 (PLAIN), RFC 4954 §4
 */
export function hideSecretsIn(login: Login, text: string): string {
  const { user = '', password = '' } = login;
  if (password.length < shortest) return text;
  const travelling = [`\0${user}\0${password}`, `${user}\0${user}\0${password}`, password].map(base64);
  const forms = [password, ...travelling, ...travelling.map(form => withoutTrailing(form, '='))];
  return forms.reduce((left, form) => left.replaceAll(form, mask), text);
}

/** @param error of nodemailer; its message and reply are changed in place, so that its stack and cause stay. */
export function hideSecrets(login: Login, error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { response } = error as { response?: unknown };
  error.message = hideSecretsIn(login, error.message);
  if (error.stack !== undefined) error.stack = hideSecretsIn(login, error.stack);
  if (typeof response === 'string') Object.assign(error, { response: hideSecretsIn(login, response) });
  return error;
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
