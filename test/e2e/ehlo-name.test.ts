import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { jsonLines, User } from './command.js';

let user: User;
beforeEach(() => {
  user = new User();
  user.environment['MAILTRACK_FROM'] = 'anthony@example.org';
  user.write('msg.txt', '---\nsubject: Hello\n---\nHello\n');
});
afterEach(() => user.leave());

/** As Postfix does by default, it waits with a refusal of the name until RCPT. */
async function startPostfixLike() {
  const server = createServer(socket => {
    socket.on('error', () => {});
    socket.write('220 mail.example.org ESMTP\r\n');
    let name = '';
    createInterface({ input: socket }).on('line', line => {
      if (line.startsWith('EHLO')) name = line.slice(5);
      if (!line.startsWith('RCPT')) socket.write('250 2.0.0 Ok\r\n');
      else socket.write(`504 5.5.2 <${name}>: Helo command rejected: need fully-qualified hostname\r\n`);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, close: () => server.close() };
}

it('marks nobody as rejected when the server refuses the name, and says what to set', async () => {
  const { port, close } = await startPostfixLike();
  user.write('mailtrack.toml', `[smtp]\nurl = "smtp://127.0.0.1:${port}"\nehlo_name = "laptop"\n`);
  user.environment['MAILTRACK_SMTP_URL'] = `smtp://127.0.0.1:${port}`;
  const args = ['send', 'msg.txt', '--to', 'a@example.com,b@example.com', '--no-track', '--json'];
  const { status, stdout, stderr } = await user.run(args);
  close();
  expect(status).toBe(77);
  expect(jsonLines(stdout).at(-1)).toMatchObject({ rejected: 0, pending: 2 });
  expect(JSON.parse(stderr)).toMatchObject({
    error: {
      code: 'sender-refused',
      message:
        'the server refuses the sender, at the copy for a@example.com: 504 5.5.2 <laptop>: Helo command rejected: need fully-qualified hostname',
      fix: 'Set smtp.ehlo_name to the full name of this machine, then run `mailtrack resume`. No recipient was marked as rejected because of it.',
    },
  });
});

it('checks the name when it is read, and shows it', async () => {
  delete user.environment['MAILTRACK_FROM'];
  user.write('mailtrack.toml', '[smtp]\nehlo_name = "Büro.example.org"\n');
  expect(await user.run(['config', 'show'])).toMatchObject({
    status: 0,
    stdout: 'smtp.ehlo_name = "xn--bro-hoa.example.org"\n',
  });
  user.write('mailtrack.toml', '[smtp]\nehlo_name = "db_1.internal"\n');
  expect(await user.run(['config', 'show'])).toMatchObject({
    status: 78,
    stderr: expect.stringMatching(
      /mailtrack\.toml:2: smtp\.ehlo_name is "db_1\.internal", neither a domain nor an address literal: "_" in the domain\n$/,
    ),
  });
});
