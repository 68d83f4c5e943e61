/** aiosmtpd of Python: no PIPELINING. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { unpack } from './apt-packages.mjs';
import { readFolders, readWhenQuiet } from './mailbox.mjs';
import { findFreePort, startProcess } from './process.mjs';

const program = (port, folder) => `import itertools, os, time
from aiosmtpd.controller import Controller

count = itertools.count()

class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith('nosuch@'):
            return '550 5.1.1 No such user'
        envelope.rcpt_tos.append(address)
        return '250 OK'

    async def handle_DATA(self, server, session, envelope):
        for address in envelope.rcpt_tos:
            folder = os.path.join('${folder}', 'mail', address)
            os.makedirs(folder, exist_ok=True)
            with open(os.path.join(folder, str(next(count))), 'wb') as file:
                file.write(envelope.original_content)
        return '250 OK'

Controller(Handler(), hostname='127.0.0.1', port=${port}, server_hostname='mx.example.com').start()
while True:
    time.sleep(1000)
`;

export async function startAiosmtpd() {
  const folder = mkdtempSync('/tmp/mailtrack-server-');
  try {
    mkdirSync(join(folder, 'unpacked'));
    unpack(join(folder, 'unpacked'), ['python3-aiosmtpd', 'python3-attr', 'python3-public']);
    const port = await findFreePort();
    writeFileSync(join(folder, 'run.py'), program(port, folder));
    const environment = {
      PATH: process.env.PATH,
      PYTHONPATH: join(folder, 'unpacked/usr/lib/python3/dist-packages'),
    };
    const server = await startProcess(port, '/usr/bin/python3', [join(folder, 'run.py')], {
      env: environment,
    });
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
