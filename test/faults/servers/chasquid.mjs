/** chasquid: PIPELINING, and commands that are read together with the final dot are lost, as with Courier. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { unpack } from './apt-packages.mjs';
import { readFolders, readWhenQuiet } from './mailbox.mjs';
import { addressOfHome, people } from './people.mjs';
import { findFreePort, startProcess } from './process.mjs';

const hostName = 'mx.example.com';

/** Gets the message on standard input and the recipient as its argument. */
const keep = folder => `#!/bin/sh
mkdir -p "${folder}/mail/$1"
exec cat > "$(mktemp "${folder}/mail/$1/XXXXXX")"
`;

const configuration = (port, folder) => `hostname: "${hostName}"
smtp_address: "127.0.0.1:${port}"
mail_delivery_agent_bin: "/bin/false"
data_dir: "${folder}/data"
mail_log_path: "<stderr>"
`;

export async function startChasquid() {
  const folder = mkdtempSync('/tmp/mailtrack-server-');
  try {
    mkdirSync(join(folder, 'unpacked'));
    unpack(join(folder, 'unpacked'), ['chasquid']);
    const port = await findFreePort();
    const keepFile = join(folder, 'keep');
    const files = {
      keep: keep(folder),
      'etc/chasquid.conf': configuration(port, folder),
      'etc/domains/example.com/aliases': people
        .map(name => `${name}: | ${keepFile} ${addressOfHome(name)}\n`)
        .join(''),
    };
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    chmodSync(keepFile, 0o755);
    makeCertificate(join(folder, 'etc/certs', hostName));
    const program = join(folder, 'unpacked/usr/bin/chasquid');
    const server = await startProcess(port, program, [`-config_dir=${join(folder, 'etc')}`]);
    return {
      port,
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

/** It does not start without one. */
function makeCertificate(folder) {
  mkdirSync(folder, { recursive: true });
  const files = ['-keyout', join(folder, 'privkey.pem'), '-out', join(folder, 'fullchain.pem')];
  const kind = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', `/CN=${hostName}`];
  execFileSync('openssl', [...kind, ...files], { stdio: 'pipe' });
}
