/** msmtpd: no extension at all, and a second EHLO ends the session. It refuses nobody at RCPT whose address it can read. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { libraryPath, unpackPackages } from './apt-packages.mjs';
import { readFolders, readWhenQuiet } from './mailbox.mjs';
import { findFreePort, startProcess } from './process.mjs';

/** Gets the message on standard input and the recipients as arguments. */
const keep = folder => `#!/bin/sh
message=$(mktemp ${folder}/message-XXXXXX)
cat > "$message"
for recipient; do
  mkdir -p "${folder}/mail/$recipient"
  cp "$message" "${folder}/mail/$recipient/$(basename "$message")"
done
`;

export async function startMsmtpd() {
  const folder = mkdtempSync('/tmp/mailtrack-server-');
  try {
    const unpacked = join(folder, 'unpacked');
    mkdirSync(unpacked);
    unpackPackages(unpacked, '/usr/bin/msmtpd', ['msmtp-mta']);
    writeFileSync(join(folder, 'keep'), keep(folder));
    chmodSync(join(folder, 'keep'), 0o755);
    const port = await findFreePort();
    const args = ['--interface=127.0.0.1', `--port=${port}`, `--command=${join(folder, 'keep')}`];
    const environment = { PATH: process.env.PATH, LD_LIBRARY_PATH: libraryPath(unpacked) };
    const server = await startProcess(port, join(unpacked, 'usr/bin/msmtpd'), args, { env: environment });
    return {
      port,
      refusesNobody: true,
      readMail: () => readWhenQuiet(() => readFolders(join(folder, 'mail'))),
      async stop() {
        await server.stop();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}
