const mask = '********';
/** Shorter parts would hide ordinary words of a reply. */
const shortest = 4;

/**
 * A server may echo the command it refuses, and with it the password. Replies are shown and stored, so the password is
 * taken out of them, as it is and in the forms in which it travels. RFC 4616 (PLAIN), RFC 4954 §4
 * @param error of nodemailer; its message and reply are changed in place, so that its stack and cause stay.
 */
export function hideSecrets(
  login: { readonly user?: string; readonly password?: string },
  error: unknown,
): unknown {
  const { user = '', password = '' } = login;
  if (password.length < shortest || !(error instanceof Error)) return error;
  const travelling = [`\0${user}\0${password}`, `${user}\0${user}\0${password}`, password].map(base64);
  const forms = [password, ...travelling, ...travelling.map(form => form.replace(/=+$/, ''))];
  const hidden = (text: string) => forms.reduce((left, form) => left.replaceAll(form, mask), text);
  const { response } = error as { response?: unknown };
  error.message = hidden(error.message);
  if (error.stack !== undefined) error.stack = hidden(error.stack);
  if (typeof response === 'string') Object.assign(error, { response: hidden(response) });
  return error;
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
