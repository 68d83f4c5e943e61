/** What Node's codes for connections that fail mean, in words. */

/** Of the system: sockets and names. */
export const systemFaults: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'connection refused'],
  ['ECONNRESET', 'the server closed the connection'],
  ['ECONNECTION', 'the server closed the connection'],
  ['EPIPE', 'the server closed the connection'],
  ['ENOTFOUND', 'there is no such host'],
  ['EAI_AGAIN', 'the name cannot be resolved at the moment'],
  ['ETIMEDOUT', 'no answer in time'],
  ['EHOSTUNREACH', 'no route to the host'],
  ['ENETUNREACH', 'no route to its network'],
]);

/** What of a certificate; to be said after "its certificate". */
export const certificateFaults: ReadonlyMap<string, string> = new Map([
  ['CERT_HAS_EXPIRED', 'has expired'],
  ['CERT_NOT_YET_VALID', 'is not valid yet'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'is for another name'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'is signed by itself'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'is signed by an authority this machine does not know'],
  ['UNABLE_TO_GET_ISSUER_CERT', 'is signed by an authority this machine does not know'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'is signed by an authority this machine does not know'],
  [
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'is signed by an authority this machine does not know, or comes without the certificates between',
  ],
]);

/** Why a server that was asked over HTTP gave no answer. `certificate` is to be said after "its certificate". */
export type SilenceReason =
  | { readonly kind: 'untrusted'; readonly certificate: string }
  | { readonly kind: 'clear-text' }
  | { readonly kind: 'silent'; readonly why: string };

export function reasonOfSilence(error: unknown): SilenceReason {
  const { code = '', message } = error as { readonly code?: string; readonly message: string };
  const certificate = certificateFaults.get(code);
  if (certificate !== undefined) return { kind: 'untrusted', certificate };
  if (isClearText(message)) return { kind: 'clear-text' };
  return { kind: 'silent', why: systemFaults.get(code) ?? (message === '' ? code : message) };
}

/** What OpenSSL says of a server that answers a TLS handshake in clear text. */
export function isClearText(message: string): boolean {
  return /wrong version number|packet length too long|record layer failure/.test(message);
}
