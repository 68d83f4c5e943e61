/** The smtp-server package of npm: PIPELINING. It runs in our own process. */
import { SMTPServer } from 'smtp-server';
import { findFreePort } from './process.mjs';

export async function startSmtpServer() {
  const mail = [];
  const port = await findFreePort();
  const server = new SMTPServer({
    authOptional: true,
    disableReverseLookup: true,
    onRcptTo: ({ address }, _session, done) =>
      done(address.startsWith('nosuch@') ? refusal('5.1.1 No such user') : undefined),
    onData(stream, session, done) {
      const octets = [];
      stream.on('data', chunk => octets.push(chunk));
      stream.on('end', () => {
        const message = Buffer.concat(octets).toString('latin1');
        mail.push(...session.envelope.rcptTo.map(({ address }) => ({ recipient: address, message })));
        done();
      });
    },
  });
  await new Promise(done => server.listen(port, '127.0.0.1', done));
  return {
    port,
    readMail: async () => [...mail],
    stop: () => new Promise(done => server.close(done)),
  };
}

function refusal(text) {
  return Object.assign(new Error(text), { responseCode: 550 });
}
