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
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'is signed by an authority this machine does not know'],
]);
