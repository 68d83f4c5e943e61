/** Why there is no session, in words and with what to do. Replies are quoted as they came, passwords never. */
import { certificateFaults, isClearText, systemFaults } from '../connection-fault.js';
import { Problem } from '../problem.js';
import { refusesEhloName } from '../smtp/ehlo-name.js';
import { OutOfProtocol } from './ask-server.js';

interface Server {
  readonly host: string;
  readonly port: number;
  readonly user?: string;
  readonly tls?: 'implicit' | 'starttls' | 'none';
  /** As it was given in EHLO; undefined before that. */
  readonly ehloName?: string;
}

/** An error of nodemailer or of Node; nodemailer keeps Node's code beside its own. */
interface ConnectionError extends Error {
  readonly code?: string;
  readonly originalCode?: string;
  /** The server's reply as it came, with line ends. */
  readonly response?: string;
  /** The command it answers. */
  readonly command?: string;
}

/** What the server said besides the reply that an error has. */
interface Said {
  /** Its last reply, as it came: some give their reason and close at once. */
  readonly lastReply?: string | undefined;
  /** Its first line in clear text, where a TLS handshake was meant to be first. */
  readonly saidInClear?: string | undefined;
}

/** @returns the Problem to throw for whatever stopped a connection from becoming a session. */
export function describeFailure(
  server: Server,
  error: unknown,
  { lastReply, saidInClear }: Said = {},
): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof OutOfProtocol) return notSmtp(server, error.message, error);
  const { code = '', originalCode = code, response, message, command } = error as ConnectionError;
  const reply = response === undefined ? undefined : onOneLine(response);
  const toEhlo =
    reply === undefined || /^(?:EHLO|HELO)$/.test(command ?? '') ? (reply ?? lastReply) : undefined;
  if (toEhlo !== undefined && isNameRefused(toEhlo)) return refusesName(server, onOneLine(toEhlo), error);
  if (reply !== undefined && server.tls === 'none' && wantsTls(reply))
    return wantsStartTls(server, reply, error);
  if (code === 'EAUTH') return loginFailed(server, reply ?? message, error);
  if (code === 'ETLS') return noTls(server, reply ?? message, error);
  if (reply !== undefined && /^[45]\d\d\b/.test(reply)) return refusesSession(server, reply, error);
  if (code === 'EPROTOCOL') return notSmtp(server, `it sent "${reply ?? message}"`, error);
  if (certificateFaults.has(originalCode)) return notTrusted(server, originalCode, error);
  if (isClearText(message) && server.tls === 'starttls') return staysInClear(server, error);
  if (isClearText(message)) return speaksClearText(server, saidInClear, error);
  if (/^(?:EPROTO$|ERR_SSL_|ERR_TLS_)/.test(originalCode))
    return noTls(server, handshakeFault(message), error);
  return unreachable(
    server,
    systemFaults.get(originalCode) ?? (message === '' ? originalCode : message),
    error,
  );
}

/** The server ended the session, or would not begin one. */
export function refusesSession(server: Server, reply: string, cause?: unknown): Problem {
  if (server.ehloName !== undefined && isNameRefused(reply)) return refusesName(server, reply, cause);
  return new Problem('server-unreachable', `${addressOf(server)} refuses the session: ${reply}`, {
    fix: 'The reply says why. Try again later, or ask who runs the server.',
    cause,
  });
}

/** 501: the argument of EHLO is not valid, 504: not implemented. RFC 5321 §4.3.2; others say in words what they mean. */
function isNameRefused(reply: string): boolean {
  const code = Number(reply.slice(0, 3));
  return code === 501 || code === 504 || refusesEhloName(code, reply);
}

function refusesName(server: Server, reply: string, cause: unknown): Problem {
  const name = JSON.stringify(server.ehloName ?? '');
  return new Problem(
    'server-unreachable',
    `${addressOf(server)} refuses the name ${name} in EHLO: ${reply}`,
    {
      fix: 'Set smtp.ehlo_name to the full name of this machine, or to an address literal such as [192.0.2.1].',
      cause,
    },
  );
}

export function closedEarly(server: Server): Problem {
  return unreachable(server, 'the server closed the connection', undefined);
}

/** Octets that nobody asked for may be somebody else's. RFC 3207 §6 */
export function speaksEarly(server: Server): Problem {
  return notSmtp(server, 'it sent a reply before it was asked', undefined);
}

/** @param startTls the server would change to TLS, and may offer a login then. RFC 4954 §4 */
export function offersNoLogin(server: Server, startTls: boolean): Problem {
  if (startTls && server.tls === 'none') return wantsStartTls(server, undefined, undefined);
  return new Problem('auth-refused', `${addressOf(server)} offers no login that mailtrack can do`, {
    fix: 'Leave the user out if the server takes mail without, or use its submission port (587, or 465 with TLS).',
  });
}

function unreachable(server: Server, why: string, cause: unknown): Problem {
  return new Problem('server-unreachable', `${addressOf(server)} cannot be reached: ${why}`, {
    fix: 'Check host and port, and that the server is running.',
    cause,
  });
}

function notTrusted(server: Server, fault: string, cause: unknown): Problem {
  const why = certificateFaults.get(fault) ?? fault;
  return new Problem('server-unreachable', `${addressOf(server)} cannot be trusted: its certificate ${why}`, {
    fix: 'Use the name the certificate is for. If the server has an authority of its own, name its file with smtp.ca.',
    cause,
  });
}

/** RFC 3207 §4: 530 Must issue a STARTTLS command first. RFC 4954 §4: 538 Encryption required. */
function wantsTls(reply: string): boolean {
  return reply.startsWith('538') || (reply.startsWith('530') && /tls|encrypt|secure/i.test(reply));
}

function wantsStartTls(server: Server, reply: string | undefined, cause: unknown): Problem {
  const said = reply === undefined ? '' : `: ${reply}`;
  return new Problem('server-unreachable', `${addressOf(server)} takes a login only after STARTTLS${said}`, {
    fix: 'Set smtp.tls = "starttls". On this machine the certificate is not checked, unless smtp.ca names one.',
    cause,
  });
}

function staysInClear(server: Server, cause: unknown): Problem {
  const what = `${addressOf(server)} agrees to STARTTLS, and then goes on in clear text`;
  return new Problem('server-unreachable', what, {
    fix: 'Something on the way may be taking the TLS out, or the server is set up wrongly. Nothing was sent in clear text. Try port 465 with smtps://, or ask who runs the server.',
    cause,
  });
}

/** @param said its first line: not everything that speaks clear text is a mail server, or takes mail. */
function speaksClearText(server: Server, said: string | undefined, cause: unknown): Problem {
  if (said !== undefined && /^[45]\d\d(?:[ -]|$)/.test(said))
    return refusesSession(server, onOneLine(said), cause);
  if (said !== undefined && !/^220(?:[ -]|$)/.test(said))
    return notSmtp(server, `it begins with "${said}"`, cause);
  return new Problem(
    'server-unreachable',
    `${addressOf(server)} does not begin with TLS: it speaks clear text first`,
    {
      fix: 'Set smtp.tls = "starttls", or write smtp:// instead of smtps:// in the URL: such a server changes to TLS after its greeting.',
      cause,
    },
  );
}

/** The server waits for a handshake, and never greets in clear text. RFC 8314 §3.3 */
export function waitsForTls(server: Server): Problem {
  return new Problem(
    'server-unreachable',
    `${addressOf(server)} begins with TLS: it does not greet in clear text`,
    {
      fix: 'Set smtp.tls = "implicit", or write smtps:// instead of smtp:// in the URL. STARTTLS is usually on port 587.',
    },
  );
}

const handshakeFaults: readonly (readonly [RegExp, string])[] = [
  [/unsupported protocol|alert protocol version/, 'it knows no TLS 1.2 or newer'],
  [/alert handshake failure|no shared cipher/, 'it has no cipher in common with this machine'],
  [/(?:dh|ee) key too small|ca md too weak|bad signature/, 'its keys or signatures are too weak'],
  [/certificate required/, 'it asks for a certificate of the client'],
];

/** `C0F7…:error:0A000102:SSL routines:ssl_choose_client_version:unsupported protocol:../deps/…` in words. */
function handshakeFault(message: string): string {
  const known = handshakeFaults.find(([pattern]) => pattern.test(message));
  if (known !== undefined) return known[1];
  const [, reason] = /SSL routines:[^:\n]*:([^:\n]{1,200}):/.exec(message) ?? [];
  return reason ?? message;
}

function noTls(server: Server, why: string, cause: unknown): Problem {
  return new Problem('server-unreachable', `${addressOf(server)} does not do TLS as asked: ${why}`, {
    fix: 'Port 465 wants tls = "implicit", port 587 "starttls". Nothing is sent in clear text.',
    cause,
  });
}

/** 4yz is not about the password: a later try may pass. RFC 4954 §6 */
function loginFailed(server: Server, reply: string, cause: unknown): Problem {
  if (reply.startsWith('4')) return refusesSession(server, reply, cause);
  return new Problem('auth-refused', `${addressOf(server)} refused the login of ${server.user}: ${reply}`, {
    fix: 'Check user and password. Many providers want a password made for this program (an app password).',
    cause,
  });
}

function notSmtp(server: Server, what: string, cause: unknown): Problem {
  return new Problem('server-protocol', `${addressOf(server)} does not keep to SMTP: ${what}`, {
    fix: 'Check that host and port are those of a mail server.',
    cause,
  });
}

function addressOf({ host, port }: Server): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** `535-5.7.8 no⏎535 5.7.8 really` reads `535 5.7.8 no 5.7.8 really`. */
function onOneLine(response: string): string {
  const [first = '', ...more] = response.split(/\r?\n/);
  return [first.replace(/^(\d{3})-/, '$1 '), ...more.map(line => line.replace(/^\d{3}[ -]?/, ''))]
    .join(' ')
    .trim();
}
