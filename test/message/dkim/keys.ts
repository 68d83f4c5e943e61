import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { DkimKey } from '../../../src/message/dkim/signer.js';

export interface TestKey extends DkimKey {
  /** What DNS says at `<selector>._domainkey.<domain>`. */
  readonly record: string;
}

export function createRsaKey(modulusLength = 2048, domain = 'example.com', selector = 'mail'): TestKey {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength });
  const p = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  return { domain, selector, algorithm: 'rsa-sha256', privateKey, record: `v=DKIM1; k=rsa; p=${p}` };
}

export function createEd25519Key(domain = 'example.com', selector = 'mail-ed'): TestKey {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return {
    domain,
    selector,
    algorithm: 'ed25519-sha256',
    privateKey,
    record: `v=DKIM1; k=ed25519; p=${rawPublicKey(publicKey)}`,
  };
}

/** RFC 8463 §4 wants the 32 octets alone, which are the last of the SubjectPublicKeyInfo. */
function rawPublicKey(key: KeyObject): string {
  return key.export({ type: 'spki', format: 'der' }).subarray(-32).toString('base64');
}
