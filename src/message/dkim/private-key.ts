import { createPrivateKey, type KeyObject } from 'node:crypto';
import { type Parsed, parsed, refused } from '../../problem.js';
import type { DkimKey } from './signer.js';

const leastRsaBits = 1024;
const goodRsaBits = 2048;
/** Verifiers have to know keys up to here. RFC 8301 §3.2 */
const mostRsaBits = 4096;

/** A PEM file's text to a key for signing. What is refused reads on after the file's name: "… holds a public key". */
export function parsePrivateKey(pem: string, algorithm: DkimKey['algorithm']): Parsed<KeyObject> {
  const key = parsePem(pem);
  if (!key.ok) return key;
  const { asymmetricKeyType: type = 'unknown' } = key.value;
  const wanted = algorithm === 'rsa-sha256' ? 'rsa' : 'ed25519';
  if (type !== wanted) return refused(`holds a key of type ${type}, not ${wanted}`);
  const bits = rsaBits(key.value);
  return bits !== undefined && bits < leastRsaBits
    ? // RFC 8301 §3.2: a verifier must not count it.
      refused(`holds an RSA key of ${bits} bits, which receivers do not accept`)
    : key;
}

/** What a receiver may hold against a key that can be used; reads on after the file's name. */
export function keyWarning(key: KeyObject): string | undefined {
  const bits = rsaBits(key);
  if (bits === undefined) return undefined;
  if (bits < goodRsaBits)
    return `holds an RSA key of ${bits} bits; some receivers ask for ${goodRsaBits} (RFC 8301)`;
  return bits > mostRsaBits
    ? `holds an RSA key of ${bits} bits; receivers need not know more than ${mostRsaBits} (RFC 8301)`
    : undefined;
}

function rsaBits(key: KeyObject): number | undefined {
  return key.asymmetricKeyType === 'rsa' ? key.asymmetricKeyDetails?.modulusLength : undefined;
}

function parsePem(pem: string): Parsed<KeyObject> {
  if (/-----BEGIN (?:RSA )?PUBLIC KEY-----/.test(pem))
    return refused('holds a public key, not the private one');
  if (/-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m.test(pem))
    return refused('holds a key behind a passphrase; `openssl pkey -in <it> -out <new>` takes it off');
  if (/-----BEGIN OPENSSH PRIVATE KEY-----/.test(pem))
    return refused('holds a key of OpenSSH, which is not PEM');
  if (!/-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----/.test(pem)) return refused('holds no private key in PEM');
  try {
    return parsed(createPrivateKey(pem));
  } catch {
    // The library's words are about ASN.1, and could quote the key.
    return refused('holds a private key that is damaged');
  }
}
