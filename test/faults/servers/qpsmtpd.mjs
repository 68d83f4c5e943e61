/** qpsmtpd: PIPELINING, a process for each session. */
import { startInARoot } from './in-a-root.mjs';
import { readFolders, readWhenQuiet } from './mailbox.mjs';

const packages =
  'qpsmtpd libclamav-client-perl libdigest-hmac-perl libsocket6-perl libio-socket-inet6-perl perl-openssl-defaults libnet-ssleay-perl libio-socket-ssl-perl libstring-crc32-perl libipc-shareable-perl libnet-dns-perl libnetaddr-ip-perl libregexp-ipv6-perl liburi-perl libmail-spf-perl libnet-smtp-ssl-perl libtimedate-perl libmailtools-perl';
const mail = '/var/lib/mailtrack-mail';

export async function startQpsmtpd() {
  const server = await startInARoot({
    packages: packages.split(' '),
    install: true,
    files: {
      '/etc/qpsmtpd/rcpthosts': () => 'example.com',
      '/etc/qpsmtpd/relayclients': () => '',
      '/etc/qpsmtpd/badrcptto': () => 'nosuch@example.com',
      '/etc/qpsmtpd/plugins': () => `check_badrcptto\nrcpt_ok\nqueue/maildir ${mail} %u`,
    },
    shared: { [mail]: 'qpsmtpd' },
    setup: () => [
      'mkdir -p /var/spool/qpsmtpd; chown qpsmtpd: /var/spool/qpsmtpd; chmod 700 /var/spool/qpsmtpd',
      'cd /usr/share/qpsmtpd; export QPSMTPD_CONFIG=/etc/qpsmtpd HOME=/var/spool/qpsmtpd',
    ],
    command: port => ['qpsmtpd-forkserver', '-l 127.0.0.1', '-p', port, '-u qpsmtpd -m 60 -c 60 -H'],
  });
  return {
    port: server.port,
    readMail: () => readWhenQuiet(() => readFolders(server.sharedFolder(mail))),
    stop: server.stop,
  };
}
