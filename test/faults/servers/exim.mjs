/** Exim: PIPELINING and CHUNKING. It refuses some, and keeps their MAIL open until RSET. */
import { join } from 'node:path';
import { startInARoot } from './in-a-root.mjs';
import { readMaildir, waitForEmptyQueue } from './mailbox.mjs';

const spool = '/var/spool/exim4';
const mail = '/var/lib/mailtrack-mail';

// Accepted messages are delivered by queue runners, so that a session is not slowed down by them.
const configuration = `primary_hostname = mx.example.com
log_file_path = ${spool}/log-%slog
pid_file_path = /run/exim.pid
keep_environment =
add_environment =
tls_advertise_hosts =
host_lookup =
rfc1413_hosts =
local_interfaces = 127.0.0.1
smtp_accept_max_per_connection = 0
queue_only = true
queue_run_max = 2
acl_smtp_rcpt = take
begin acl
take:
  deny local_parts = nosuch : ^p[0-9]*37\\$
  accept domains = example.com
begin routers
everybody:
  driver = accept
  transport = keep
begin transports
keep:
  driver = appendfile
  directory = ${mail}
  maildir_format
  envelope_to_add
  user = postbox
  group = postbox
`;

export async function startExim() {
  const server = await startInARoot({
    binary: '/usr/sbin/exim4',
    packages: ['exim4-daemon-light', 'exim4-base'],
    accounts: { 'Debian-exim': spool, postbox: '/home/postbox' },
    files: { '/etc/exim4/exim4.conf': () => configuration },
    shared: { [spool]: 'Debian-exim', [mail]: 'postbox' },
    command: port => ['/usr/sbin/exim4', '-bdf', '-q2s', '-oX', `'[127.0.0.1]:${port}'`],
  });
  return {
    port: server.port,
    refuses: address => /^p[0-9]*37@/.test(address),
    async readMail() {
      await waitForEmptyQueue([join(server.sharedFolder(spool), 'input')]);
      return readMaildir(server.sharedFolder(mail));
    },
    stop: server.stop,
  };
}
