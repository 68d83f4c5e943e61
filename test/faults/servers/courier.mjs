/**
 * Courier: PIPELINING, and commands that are read together with the final dot are lost. After a refused recipient it
 * waits 8 seconds, and twice as long for the next in the session.
 */
import { startInARoot } from './in-a-root.mjs';
import { readFolders, readWhenQuiet } from './mailbox.mjs';
import { accountsOfPeople, addressOfHome, people } from './people.mjs';

const packages =
  'courier-mta courier-base courier-authlib courier-authdaemon courier-authlib-userdb libcourier-unicode4 libltdl7 gamin libgamin0 libidn12 libpcre3 libnet-cidr-perl gnutls-bin libgnutls-dane0 libunbound8 maildrop';

const settings = port => ({
  PORT: port,
  ADDRESS: '127.0.0.1',
  BOFHCHECKDNS: 0,
  MAXPERC: 60,
  MAXPERIP: 60,
  MAXDAEMONS: 60,
});

export async function startCourier() {
  const server = await startInARoot({
    packages: packages.split(' '),
    install: true,
    present: ['/etc/courier/dhparams.pem', '/etc/courier/esmtpd.pem'],
    accounts: accountsOfPeople,
    files: {
      '/etc/courier/locals': () => 'example.com\nmx.example.com\nlocalhost',
      '/etc/courier/me': () => 'mx.example.com',
      '/etc/courier/esmtpacceptmailfor.dir/default': () => 'example.com',
      '/etc/courier/smtpaccess/default': () => '127.0.0\tallow,RELAYCLIENT',
    },
    shared: { '/home': 'root' },
    setup: port => [
      ...Object.entries(settings(port)).map(
        ([name, value]) =>
          `sed -i '/^${name}=/d' /etc/courier/esmtpd; echo '${name}=${value}' >> /etc/courier/esmtpd`,
      ),
      `for name in ${people.join(' ')}; do mkdir -p /home/$name; maildirmake /home/$name/Maildir; chown -R $name: /home/$name; done`,
      'makesmtpaccess; makealiases || true',
      'mkdir -p /run/courier/authdaemon; chown -R courier:courier /run/courier',
      'authdaemond start; courierfilter start; courier start; esmtpd start',
    ],
    command: () => ['sleep', '86400'],
  });
  return {
    port: server.port,
    readMail: () => readWhenQuiet(() => readFolders(server.sharedFolder('/home'), addressOfHome)),
    stop: server.stop,
  };
}
