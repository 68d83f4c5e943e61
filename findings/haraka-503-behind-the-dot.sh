#!/usr/bin/env bash
# Haraka 3.3.4 (npm) offers PIPELINING, and refuses pipelined commands that arrive with the end of a message.
#
# RFC 2920 §3.1: "MAIL FROM" may come anywhere in a group, and the end of the message is no command that has to be last in its
# group. A client that writes the last octets of a message and the next MAIL, RCPT and DATA in one segment therefore
# speaks correctly. Haraka accepts the message with 250, and answers each of the other commands in the same segment with
#   503 Bad sequence of commands - pipelined after end of DATA
# The session goes on: the same commands are taken when they are sent after the 250.
#
# Output seen on 2026-11-30 with Node 20:
#   EHLO offers PIPELINING
#   replies to [message, MAIL, RCPT, DATA] in one segment: 250 503 503 503
#   replies to [MAIL, RCPT, DATA] afterwards: 250 250 354
#
# Ends with 1 when Haraka behaves in another way.
set -euo pipefail

folder=$(mktemp -d)
server=
trap 'test -z "$server" || kill "$server"; rm -rf "$folder"' EXIT
cd "$folder"

echo '{"private":true}' > package.json
npm install --silent --no-audit --no-fund --ignore-scripts Haraka@3.3.4
mkdir -p config plugins
cp node_modules/Haraka/config/connection.ini config/
port=$((20000 + RANDOM % 10000))
printf 'listen=127.0.0.1:%s\nnodes=0\n' "$port" > config/smtp.ini
echo mail.example.test > config/me
echo take > config/plugins
cat > plugins/take.js <<'END'
exports.hook_rcpt = next => next(OK);
exports.hook_queue = next => next(OK);
END
node node_modules/.bin/haraka -c "$folder" > log 2>&1 &
server=$!

cat > client.mjs <<'END'
import { connect } from 'node:net';

const port = Number(process.argv[2]);
const wait = ms => new Promise(done => setTimeout(done, ms));

async function openSession() {
  for (let tries = 0; tries < 60; tries += 1) {
    const socket = connect({ host: '127.0.0.1', port });
    const opened = await new Promise(done => {
      socket.once('connect', () => done(true));
      socket.once('error', () => done(false));
    });
    if (opened) return socket;
    await wait(500);
  }
  throw new Error('Haraka does not listen');
}

const socket = await openSession();
let heard = '';
socket.on('data', octets => {
  heard += octets;
});
/** What the server says until it was silent for a second. */
async function ask(octets) {
  heard = '';
  if (octets !== '') socket.write(octets);
  for (let length = -1; heard === '' || heard.length > length; await wait(1000)) length = heard.length;
  return heard;
}
const codes = text => [...text.matchAll(/^(\d{3}) /gm)].map(([, code]) => code).join(' ');
const envelope = 'MAIL FROM:<news@example.test>\r\nRCPT TO:<anna@example.test>\r\nDATA\r\n';
const message = 'From: news@example.test\r\nSubject: hello\r\n\r\nHello\r\n.\r\n';

await ask('');
const ehlo = await ask('EHLO client.example.test\r\n');
const offers = /^250[- ]PIPELINING\r$/m.test(ehlo);
console.log(offers ? 'EHLO offers PIPELINING' : 'EHLO does not offer PIPELINING');
await ask(envelope);
const together = codes(await ask(message + envelope));
console.log(`replies to [message, MAIL, RCPT, DATA] in one segment: ${together}`);
const afterwards = codes(await ask(envelope));
console.log(`replies to [MAIL, RCPT, DATA] afterwards: ${afterwards}`);
socket.destroy();
process.exitCode = offers && together === '250 503 503 503' && afterwards === '250 250 354' ? 0 : 1;
END
node client.mjs "$port"
