/** TLS that is not what it should be. A login is configured, and not an octet of it may be sent. */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { audit } from '../sender.mjs';
import { endWithin, playTrials, Tally, withWorld } from '../trials.mjs';

export const tls = [
  {
    id: 'F19',
    fault: 'certificate expired, of another, unknown; TLS 1.0',
    async run() {
      const tally = new Tally();
      await refuseToLogIn(tally, serversWithBadTls());
      return tally;
    },
  },
  {
    id: 'F20',
    fault: 'STARTTLS missing, stripped, refused, injected into',
    async run() {
      const tally = new Tally();
      await refuseToLogIn(tally, serversWithoutTls);
      return tally;
    },
  },
];

/** R18 and R19 too: they want a login in clear text, or speak in clear text behind the 220. */
export const serversWithoutTls = [
  { name: 'STARTTLS is not offered, a login is', extensions: ['AUTH PLAIN LOGIN'], starttls: '502 5.5.1 no' },
  {
    name: 'STARTTLS is written over',
    extensions: ['XXXXXXXA', 'AUTH PLAIN LOGIN'],
    starttls: '502 5.5.1 no',
  },
  { name: '454 to STARTTLS', extensions: ['STARTTLS', 'AUTH PLAIN'], starttls: '454 4.7.0 not available' },
  { name: '250 to STARTTLS, and no TLS', extensions: ['STARTTLS', 'AUTH PLAIN'], starttls: '250 2.0.0 ok' },
  {
    name: 'a reply in clear text behind the 220',
    extensions: ['STARTTLS', 'AUTH PLAIN'],
    starttls: '220 2.0.0 go\r\n250-injected\r\n250 AUTH PLAIN',
    upgrades: true,
  },
  {
    name: 'garbage instead of the handshake',
    extensions: ['STARTTLS', 'AUTH PLAIN'],
    starttls: '220 2.0.0 go\r\nthis is no TLS at all, is it, not a record of it',
  },
];

function serversWithBadTls() {
  const good = makeCertificate('IP:127.0.0.1');
  const kinds = [
    { name: 'expired', ...makeCertificate('IP:127.0.0.1', { expired: true }) },
    { name: 'for another name', ...makeCertificate('DNS:mail.example.net') },
    { name: 'signed by itself', ...makeCertificate('IP:127.0.0.1'), ca: good.cert },
    {
      name: 'TLS 1.0 only',
      ...good,
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    },
  ];
  return kinds.flatMap(({ name, ca, ...context }) =>
    [false, true].map(implicitTls => ({
      name: `${name}, ${implicitTls ? 'implicit' : 'STARTTLS'}`,
      extensions: ['STARTTLS', 'AUTH PLAIN'],
      implicitTls,
      context,
      ca: ca ?? context.cert,
    })),
  );
}

const secret = 'c0rrect-h0rse';

/** Sends with a login to each server: it has to stop before AUTH. Then the server is put right, and everybody gets it. */
export async function refuseToLogIn(tally, servers) {
  const good = makeCertificate('IP:127.0.0.1');
  await playTrials(servers.length, async index => {
    const server = servers[index];
    await withWorld(10, async (sink, sender) => {
      const configure = (ca, implicitTls) => {
        writeFileSync(join(sender.folder, 'ca.pem'), ca);
        // A password goes only to the server it was configured for: all of it stands in one place.
        sender.writeConfig(
          `[smtp]\nhost = "127.0.0.1"\nport = ${sink.port}\nuser = "anna"\nca = "${join(sender.folder, 'ca.pem')}"\ntls = "${implicitTls ? 'implicit' : 'starttls'}"\n`,
        );
      };
      const { implicitTls = false, context = good, starttls, upgrades = starttls === undefined } = server;
      sender.environment.MAILTRACK_SMTP_PASSWORD = secret;
      sender.environment.MAILTRACK_TEST_SMTP_TIMEOUTS = '{"connect":3000,"greeting":3000}';
      configure(server.ca ?? good.cert, implicitTls);
      const ordinary = sink.extensions;
      Object.assign(sink, { extensions: [...ordinary, ...server.extensions], implicitTls, commands: [] });
      sink.tls = upgrades ? context : undefined;
      sink.misbehave = stage => (stage === 'starttls' ? starttls : undefined);
      const configured = {};
      const { status, stderr } = await endWithin(sender.send(configured), 60_000);
      tally.faults += 1;
      tally.expect(status === 69, `${server.name}: exit ${status}, 69 expected: ${stderr.slice(0, 300)}`);
      const heard = sink.commands.join('\n');
      const login = Buffer.from(`\0anna\0${secret}`).toString('base64');
      tally.expect(
        !/^AUTH/m.test(heard) && !heard.includes(secret) && !heard.includes(login),
        `${server.name}: the login was sent: ${heard.slice(0, 300)}`,
      );
      tally.expect(sink.accepted.length === 0, `${server.name}: ${sink.accepted.length} sent`);
      // The same command to the same server, once it is as it should be.
      Object.assign(sink, {
        tls: good,
        implicitTls: false,
        extensions: [...ordinary, 'STARTTLS', 'AUTH PLAIN'],
      });
      sink.misbehave = () => undefined;
      configure(good.cert, false);
      await endWithin(sender.goOn(configured), 60_000);
      const found = audit(sender, sink);
      tally.add(found, 0, `, ${server.name}`);
      tally.expect(
        found.open === 0 && sink.commands.includes(`AUTH PLAIN ${login}`),
        `${server.name}: ${found.open} still to go after it was put right`,
      );
    });
  });
}

/** Key and certificate, signed by itself, in PEM. @param names as in subjectAltName. */
function makeCertificate(names, { expired = false } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'mailtrack-certificate-'));
  try {
    const openssl = (...args) => execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
    writeFileSync(join(folder, 'extensions'), `subjectAltName=${names}`);
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', 'key.pem'];
    openssl('req', '-new', ...key, '-subj', '/CN=mailtrack faults', '-out', 'request.pem');
    // In two steps, since only x509(1) makes one that has expired.
    const days = ['-days', expired ? '-1' : '2', '-extfile', 'extensions'];
    openssl('x509', '-req', '-in', 'request.pem', '-signkey', 'key.pem', ...days, '-out', 'cert.pem');
    const read = name => readFileSync(join(folder, name), 'utf8');
    return { key: read('key.pem'), cert: read('cert.pem') };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
