/**
 * The submission service of Dovecot, in front of smtp-server: PIPELINING and CHUNKING, and the connection closes when the
 * next MAIL comes with the final dot.
 */
import { startInARoot } from './in-a-root.mjs';
import { startSmtpServer } from './smtp-server.mjs';

const configuration = (port, relayPort) => `base_dir = /run/dovecot
log_path = /dev/stderr
protocols = submission
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login
hostname = mx.example.com
listen = 127.0.0.1
mail_max_userip_connections = 100
mail_location = maildir:~/Maildir
passdb {
  driver = static
  args = password=secret
}
userdb {
  driver = static
  args = uid=nobody gid=nogroup home=/tmp
}
submission_relay_host = 127.0.0.1
submission_relay_port = ${relayPort}
submission_relay_ssl = no
service submission-login {
  inet_listener submission {
    address = 127.0.0.1
    port = ${port}
  }
  inet_listener submissions {
    port = 0
  }
}
first_valid_uid = 0
`;

export async function startDovecot() {
  const relay = await startSmtpServer();
  try {
    const server = await startInARoot({
      packages: [
        'dovecot-core',
        'dovecot-submissiond',
        'libexttextcat-data',
        'libexttextcat-2.0-0',
        'liblua5.4-0',
        'libwrap0',
      ],
      accounts: { dovecot: '/usr/lib/dovecot', dovenull: '/nonexistent' },
      files: { '/etc/dovecot/dovecot.conf': port => configuration(port, relay.port) },
      setup: () => ['mkdir -p /run/dovecot'],
      command: () => ['/usr/sbin/dovecot', '-F'],
    });
    return {
      port: server.port,
      login: { user: 'news', password: 'secret' },
      readMail: relay.readMail,
      async stop() {
        await server.stop();
        await relay.stop();
      },
    };
  } catch (error) {
    await relay.stop();
    throw error;
  }
}
