/** Postfix: PIPELINING and CHUNKING. */
import { startInARoot } from './in-a-root.mjs';
import { readMaildir, readWhenQuiet } from './mailbox.mjs';

const mail = '/var/lib/mailtrack-mail';

const configuration = `compatibility_level = 3.6
myhostname = mx.example.com
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks =
mydestination =
alias_maps =
alias_database =
disable_dns_lookups = yes
smtpd_peername_lookup = no
smtpd_relay_restrictions = reject_unauth_destination
smtpd_recipient_restrictions = check_recipient_access inline:{ {nosuch@example.com = 550 5.1.1 No such user} }
default_transport = error:nothing leaves this machine
maillog_file = /var/log/postfix.log
virtual_mailbox_domains = example.com
virtual_mailbox_base = ${mail}
virtual_mailbox_maps = static:./
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
`;

export async function startPostfix() {
  const server = await startInARoot({
    packages: ['postfix', 'cpio'],
    install: true,
    files: { '/etc/postfix/main.cf': () => configuration },
    shared: { [mail]: 'nobody' },
    setup: port => [
      "postconf -F '*/*/chroot=n'",
      'postconf -MX smtp/inet',
      'postconf -M postlog/unix-dgram="postlog unix-dgram n - n - 1 postlogd"',
      `postconf -M 127.0.0.1:${port}/inet="127.0.0.1:${port} inet n - n - - smtpd"`,
    ],
    command: () => ['postfix', 'start-fg'],
  });
  return {
    port: server.port,
    readMail: () => readWhenQuiet(() => readMaildir(server.sharedFolder(mail))),
    stop: server.stop,
  };
}
