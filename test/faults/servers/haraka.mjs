/** Haraka: PIPELINING, and 503 for each command that comes before its reply to a message. */
import { join } from 'node:path';
import { readFolders, readWhenQuiet } from './mailbox.mjs';
import { startNpmPackage } from './npm-package.mjs';

const refusePlugin = `exports.hook_rcpt = (next, connection, [recipient]) =>
  recipient.user === 'nosuch' ? next(DENY, 'No such user') : next(OK);
`;

const queuePlugin = folder => `const { mkdirSync, writeFileSync } = require('node:fs');
let count = 0;
exports.hook_queue = (next, { transaction }) =>
  transaction.message_stream.get_data(octets => {
    for (const { address } of transaction.rcpt_to) {
      const name = typeof address === 'function' ? address() : address;
      mkdirSync('${folder}/mail/' + name, { recursive: true });
      writeFileSync('${folder}/mail/' + name + '/' + (count += 1), octets);
    }
    next(OK);
  });
`;

export async function startHaraka() {
  const server = await startNpmPackage({
    packages: ['Haraka@3.3.4'],
    files: (port, folder) => ({
      'config/smtp.ini': `listen=127.0.0.1:${port}\nnodes=0\n`,
      'config/connection.ini':
        '[main]\n[message]\ngreeting[]=ready\n[headers]\n[max]\nbytes=26214400\nline_length=512\ndata_line_length=992\n[uuid]\nbanner_chars=6\n',
      'config/me': 'mx.example.com',
      'config/plugins': 'refuse\nto_folders\n',
      'plugins/refuse.js': refusePlugin,
      'plugins/to_folders.js': queuePlugin(folder),
    }),
    command: (_, folder) => ['haraka', '-c', folder],
  });
  return {
    port: server.port,
    readMail: () => readWhenQuiet(() => readFolders(join(server.folder, 'mail'))),
    stop: server.stop,
  };
}
