/** sendmail: PIPELINING; it writes recipients anew in header fields. */
import { startInARoot } from './in-a-root.mjs';
import { readFolders, readWhenQuiet } from './mailbox.mjs';
import { accountsOfPeople, addressOfHome, people } from './people.mjs';

const configuration = port => `divert(0)dnl
define(\`_USE_ETC_MAIL_')dnl
include(\`/usr/share/sendmail/cf/m4/cf.m4')dnl
OSTYPE(\`debian')dnl
DOMAIN(\`debian-mta')dnl
define(\`confSERVICE_SWITCH_FILE', \`/etc/mail/service.switch-nodns')dnl
define(\`confQUEUE_LA', \`200')dnl
define(\`confREFUSE_LA', \`300')dnl
FEATURE(\`no_default_msa')dnl
DAEMON_OPTIONS(\`Family=inet, Name=MTA, Port=${port}, Addr=127.0.0.1')dnl
FEATURE(\`use_cw_file')dnl
FEATURE(\`accept_unresolvable_domains')dnl
define(\`PROCMAIL_MAILER_PATH', \`/usr/bin/procmail')dnl
FEATURE(\`local_procmail')dnl
MAILER(\`local')dnl
MAILER(\`smtp')dnl
`;

export async function startSendmail() {
  const server = await startInARoot({
    packages: [
      'm4',
      'liblockfile-bin',
      'liblockfile1',
      'lockfile-progs',
      'sendmail-base',
      'sendmail-cf',
      'libwrap0',
      'sendmail-bin',
      'procmail',
      'sensible-mda',
    ],
    install: true,
    accounts: accountsOfPeople,
    files: {
      '/etc/mail/mailtrack.mc': configuration,
      '/etc/mail/service.switch-nodns': () => 'passwd\tfiles\nhosts\tfiles\naliases\tfiles',
      '/etc/mail/local-host-names': () => 'localhost\nmx.example.com\nexample.com',
      '/etc/procmailrc': () => 'DEFAULT=$HOME/Maildir/',
      '/etc/mail/aliases': () => '',
    },
    shared: { '/home': 'root' },
    setup: () => [
      `for name in ${people.join(' ')}; do mkdir -p /home/$name; chown $name: /home/$name; done`,
      'm4 /etc/mail/mailtrack.mc > /etc/mail/sendmail.cf',
      'newaliases > /dev/null',
      'mkdir -p /run/sendmail/mta',
    ],
    command: () => ['/usr/sbin/sendmail-mta', '-bD'],
  });
  return {
    port: server.port,
    readMail: () => readWhenQuiet(() => readFolders(server.sharedFolder('/home'), addressOfHome)),
    stop: server.stop,
  };
}
