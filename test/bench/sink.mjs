/**
 * An SMTP server that takes everything as fast as it can: `fork` it, it sends `{ port }`. Whatever it is sent, it answers
 * with `{ messages, firstMailAt }` since the last answer: how many it has taken, and when the first MAIL came (Date.now()).
 */
import { createServer } from 'node:net';

let messages = 0;
let firstMailAt;
const server = createServer({ noDelay: true }, socket => {
  let rest = '';
  let inData = false;
  socket.on('error', () => socket.destroy());
  socket.write('220 sink ESMTP\r\n');
  socket.on('data', chunk => {
    rest += chunk.toString('latin1');
    let out = '';
    for (;;) {
      if (inData) {
        const end = rest.startsWith('.\r\n') ? 0 : rest.indexOf('\r\n.\r\n');
        if (end === -1) {
          rest = rest.slice(-4);
          break;
        }
        rest = rest.slice(end + (end === 0 ? 3 : 5));
        inData = false;
        messages += 1;
        out += '250 2.0.0 ok\r\n';
        continue;
      }
      const end = rest.indexOf('\r\n');
      if (end === -1) break;
      const verb = rest.slice(0, 4).toUpperCase();
      rest = rest.slice(end + 2);
      if (verb === 'MAIL') firstMailAt ??= Date.now();
      if (verb === 'EHLO') out += '250-sink\r\n250-PIPELINING\r\n250-ENHANCEDSTATUSCODES\r\n250 8BITMIME\r\n';
      else if (verb === 'DATA') {
        inData = true;
        out += '354 go\r\n';
      } else if (verb === 'QUIT') {
        socket.end(`${out}221 bye\r\n`);
        return;
      } else out += '250 2.1.0 ok\r\n';
    }
    if (out !== '') socket.write(out);
  });
});
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
process.on('message', () => {
  process.send({ messages, firstMailAt });
  messages = 0;
  firstMailAt = undefined;
});
process.on('disconnect', () => process.exit());
