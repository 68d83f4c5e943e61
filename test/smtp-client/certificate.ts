import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A key and a certificate signed by itself, both in PEM. @param names as in subjectAltName: `DNS:…`, `IP:…`. */
export function makeCertificate(names: string, days = 2): { readonly key: string; readonly cert: string } {
  const folder = mkdtempSync(join(tmpdir(), 'mailtrack-certificate-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  try {
    const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    const subject = [
      '-subj',
      '/CN=mailtrack test',
      '-addext',
      `subjectAltName=${names}`,
      '-days',
      String(days),
    ];
    execFileSync('openssl', [...request, ...subject, '-keyout', key, '-out', cert], { stdio: 'ignore' });
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
