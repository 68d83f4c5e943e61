/** Postfix: PIPELINING and CHUNKING. The server of the end-to-end tests, compiled here since Node cannot read its types. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { countDelivered } from './in-a-root.mjs';

export async function startPostfix() {
  const folder = mkdtempSync(join(tmpdir(), 'mailtrack-postfix-'));
  try {
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    const options = [
      '--ignoreConfig',
      '--outDir',
      folder,
      '--module',
      'nodenext',
      '--target',
      'es2022',
      '--types',
      'node',
    ];
    execFileSync('npx', ['tsc', ...options, '--skipLibCheck', 'test/e2e/postfix.ts'], { stdio: 'pipe' });
    const ours = await import(pathToFileURL(join(folder, 'postfix.js')).href);
    const missing = ours.postfixAvailable();
    if (missing !== undefined) throw new Error(missing);
    const server = await ours.startPostfix();
    return {
      port: server.port,
      async delivered() {
        await server.queueEmpty();
        return countDelivered(join(server.folder, 'mail', 'inbox'));
      },
      stop: server.stop,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
