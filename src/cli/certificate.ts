import { createPrivateKey, X509Certificate } from 'node:crypto';
import { Problem } from '../problem.js';
import { systemFiles } from '../system/files.js';
import { createTimeFormat } from '../time-format.js';

export interface CertificateFiles {
  readonly certificate: string;
  readonly key: string;
}

/** PEM, as a TLS server takes them. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** Both options or none. @throws Problem `usage`. */
export function certificateFiles(
  certificate: string | undefined,
  key: string | undefined,
): CertificateFiles | undefined {
  if (certificate !== undefined && key !== undefined) return { certificate, key };
  if (certificate === undefined && key === undefined) return undefined;
  throw new Problem('usage', 'for TLS, the certificate and its key are needed', {
    fix: 'Pass --tls-cert and --tls-key.',
  });
}

/** @throws Problem `input-missing`, `io`, `config`: no certificate, expired, or of another key. */
export async function readCertificate(files: CertificateFiles, now: Date): Promise<Certificate> {
  const [cert, key] = await Promise.all([
    systemFiles.readText(files.certificate),
    systemFiles.readText(files.key),
  ]);
  const certificate = parse(files.certificate, 'certificate', () => new X509Certificate(cert));
  const privateKey = parse(files.key, 'private key without a password', () => createPrivateKey(key));
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new Problem(
      'config',
      `the certificate ${files.certificate} does not belong to the key ${files.key}`,
      {
        fix: 'Pass the two files of one certificate.',
      },
    );
  }
  const expiresAt = new Date(certificate.validTo);
  if (expiresAt <= now) {
    throw new Problem(
      'config',
      `the certificate ${files.certificate} expired on ${createTimeFormat(now).full(expiresAt)}`,
      {
        fix: 'Renew it; a mail program loads no image from a server with an expired one.',
      },
    );
  }
  return { cert, key };
}

function parse<T>(file: string, what: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new Problem('config', `${file} is no ${what} in PEM`, {
      fix: 'Name the file your CA gave you.',
      cause,
    });
  }
}
