/** OpenSMTPD: neither PIPELINING nor CHUNKING, and by default a hundred messages in a session. */
import { join } from 'node:path';
import { startInARoot } from './in-a-root.mjs';
import { readMaildir, waitForEmptyQueue } from './mailbox.mjs';

const spool = '/var/spool/smtpd';
const mail = '/var/lib/mailtrack-mail';

const configuration = port => `table anybody { "@" = "postbox" }
listen on 127.0.0.1 port ${port} hostname mx.example.com
action "keep" maildir "${mail}" virtual <anybody>
match from any for rcpt-to "nosuch@example.com" reject
match from any for domain "example.com" action "keep"
`;

export async function startOpenSmtpd() {
  const server = await startInARoot({
    binary: '/usr/sbin/smtpd',
    packages: ['opensmtpd'],
    accounts: {
      opensmtpd: '/var/lib/opensmtpd/empty',
      opensmtpq: '/var/lib/opensmtpd/queue',
      postbox: '/home/postbox',
    },
    files: {
      '/etc/smtpd.conf': configuration,
      '/etc/mailname': () => 'mx.example.com',
      // Where it locks itself in has to be root's, and the spool too.
      '/etc/mailtrack-start': () =>
        `chown root:root /var/lib/opensmtpd/empty ${spool}; chmod 711 ${spool}; exec /usr/sbin/smtpd -d -f /etc/smtpd.conf`,
    },
    shared: { [spool]: 'opensmtpq', [mail]: 'postbox' },
    command: () => ['/bin/sh', '/etc/mailtrack-start'],
  });
  return {
    port: server.port,
    async readMail() {
      await waitForEmptyQueue(['queue', 'incoming'].map(name => join(server.sharedFolder(spool), name)));
      return readMaildir(server.sharedFolder(mail));
    },
    stop: server.stop,
  };
}
