import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type ScriptedServer, type ServerHabits, startScriptedServer } from './scripted-server.js';
import {
  chasquid,
  courier,
  dovecotSubmission,
  exim,
  haraka,
  msmtpd,
  openSmtpd,
  postfix,
  refusing,
} from './server-habits.js';

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of cleanUp.splice(0).reverse()) await end();
});

/** A client that writes what it is told in one segment each, and hears the codes of the replies. */
class Client {
  readonly codes: string[] = [];
  closed = false;
  readonly #socket: Socket;
  #text = '';
  #changed: (() => void) | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('latin1').on('data', (text: string) => {
      this.#text += text;
      const lines = this.#text.split('\r\n');
      this.#text = lines.pop() ?? '';
      this.codes.push(...lines.filter(line => line[3] === ' ').map(line => line.slice(0, 3)));
      this.#changed?.();
    });
    socket.on('close', () => {
      this.closed = true;
      this.#changed?.();
    });
    socket.on('error', () => {});
  }

  write(octets: string): void {
    this.#socket.write(octets);
  }

  /** The next so many replies. */
  async hear(count: number): Promise<readonly string[]> {
    await this.#until(() => this.codes.length >= count || this.closed);
    return this.codes.splice(0, count);
  }

  ended(): Promise<void> {
    return this.#until(() => this.closed);
  }

  async #until(isSo: () => boolean): Promise<void> {
    while (!isSo())
      await new Promise<void>(resolve => {
        this.#changed = resolve;
      });
  }
}

async function start(habits: ServerHabits): Promise<{ server: ScriptedServer; client: Client }> {
  const server = await startScriptedServer(habits);
  cleanUp.push(() => server.close());
  const client = await greet(server);
  return { server, client };
}

async function greet(server: ScriptedServer): Promise<Client> {
  const socket = connect({ host: '127.0.0.1', port: server.port, noDelay: true });
  await once(socket, 'connect');
  const client = new Client(socket);
  client.write('EHLO client.example.test\r\n');
  expect(await client.hear(2)).toEqual(['220', '250']);
  return client;
}

const group = (address: string) => `MAIL FROM:<news@example.org>\r\nRCPT TO:<${address}>\r\nDATA\r\n`;
const message = 'Subject: hello\r\n\r\n..\r\nHello\r\n.\r\n';

describe('a scripted server', () => {
  it('records messages, commands and copies, and unstuffs dots', async () => {
    const { server, client } = await start(postfix);
    client.write(group('anna@example.net'));
    expect(await client.hear(3)).toEqual(['250', '250', '354']);
    client.write(message + group('bert@example.net'));
    expect(await client.hear(4)).toEqual(['250', '250', '250', '354']);
    client.write(`${message}QUIT\r\n`);
    expect(await client.hear(2)).toEqual(['250', '221']);
    await client.ended();
    expect(server.copies()).toEqual(
      new Map([
        ['anna@example.net', 1],
        ['bert@example.net', 1],
      ]),
    );
    expect(server.messages[0]?.octets.toString()).toBe('Subject: hello\r\n\r\n.\r\nHello\r\n');
    expect(server.sessions[0]).toHaveLength(8);
    expect(server.triedBehindDot).toBe(2);
  });

  it.each([
    ['Courier', courier],
    ['chasquid', chasquid],
  ])('loses what is behind the dot, and answers later commands, as %s does', async (_, habits) => {
    const { server, client } = await start(habits);
    client.write(group('anna@example.net'));
    await client.hear(3);
    client.write(message + group('bert@example.net'));
    expect(await client.hear(1)).toEqual(['250']);
    client.write('NOOP\r\n');
    expect(await client.hear(1)).toEqual(['250']);
    expect(client.codes).toEqual([]);
    expect(server.messages).toHaveLength(1);
  });

  it('answers 503 to each command behind the dot, and goes on, as Haraka does', async () => {
    const { server, client } = await start(haraka);
    client.write(group('anna@example.net'));
    await client.hear(3);
    client.write(message + group('bert@example.net'));
    expect(await client.hear(4)).toEqual(['250', '503', '503', '503']);
    client.write(group('bert@example.net'));
    expect(await client.hear(3)).toEqual(['250', '250', '354']);
    client.write(message);
    expect(await client.hear(1)).toEqual(['250']);
    expect(server.messages).toHaveLength(2);
  });

  it('takes the message and closes without a reply, as the submission service of Dovecot does', async () => {
    const { server, client } = await start(dovecotSubmission);
    client.write(group('anna@example.net'));
    await client.hear(3);
    client.write(message + group('bert@example.net'));
    await client.ended();
    expect(client.codes).toEqual([]);
    expect(server.messages).toHaveLength(1);
  });

  it('takes RSET behind the dot, as the submission service of Dovecot does', async () => {
    const { client } = await start(dovecotSubmission);
    client.write(group('anna@example.net'));
    await client.hear(3);
    client.write(`${message}RSET\r\n${group('bert@example.net')}`);
    expect(await client.hear(5)).toEqual(['250', '250', '250', '250', '354']);
  });

  it('ends a session that sends a group, or more than a hundred messages, as OpenSMTPD does', async () => {
    const { server, client } = await start(openSmtpd);
    client.write(group('anna@example.net'));
    expect(await client.hear(1)).toEqual(['500']);
    await client.ended();
    const second = await greet(server);
    for (let count = 0; count < 100; count += 1) {
      for (const line of ['MAIL FROM:<news@example.org>', 'RCPT TO:<anna@example.net>', 'DATA', '.']) {
        second.write(`${line}\r\n`);
        await second.hear(1);
      }
    }
    second.write('MAIL FROM:<news@example.org>\r\n');
    expect(await second.hear(1)).toEqual(['452']);
    expect(server.messages).toHaveLength(100);
  });

  it.each(['EHLO client.example.test', 'RSET', 'NOOP'])(
    'ends the session at %s, as msmtpd does',
    async line => {
      const { client } = await start(msmtpd);
      client.write(`${line}\r\n`);
      expect(await client.hear(1)).toEqual(['500']);
      await client.ended();
    },
  );

  it('ends the session with a refusal, as msmtpd does', async () => {
    const { client } = await start(refusing(msmtpd, 'anna@example.net', '501 Invalid address'));
    client.write('MAIL FROM:<news@example.org>\r\n');
    expect(await client.hear(1)).toEqual(['250']);
    client.write('RCPT TO:<anna@example.net>\r\n');
    expect(await client.hear(1)).toEqual(['501']);
    await client.ended();
  });

  it('takes BDAT, and says how many octets in a line of its own, as Exim does', async () => {
    const { server, client } = await start(exim);
    client.write('MAIL FROM:<news@example.org>\r\nRCPT TO:<anna@example.net>\r\nBDAT 5 LAST\r\nHello');
    expect(await client.hear(3)).toEqual(['250', '250', '250']);
    expect(server.messages[0]?.octets.toString()).toBe('Hello');
  });

  it('asks the test at each stage, with session, message, refusals and open sessions', async () => {
    const seen: string[] = [];
    const { server, client } = await start({
      ...postfix,
      decide: ({ stage, address, session, message, refused, open }) => {
        seen.push([stage, address, session, message, refused, open].join(' '));
        return address === 'nobody@example.net' ? '550 5.1.1 No such user' : undefined;
      },
    });
    client.write(`${group('nobody@example.net')}RSET\r\n${group('anna@example.net')}`);
    expect(await client.hear(7)).toEqual(['250', '550', '554', '250', '250', '250', '354']);
    client.write(message);
    expect(await client.hear(1)).toEqual(['250']);
    expect(seen).toEqual([
      'connect  1 1 0 1',
      'mail news@example.org 1 1 0 1',
      'rcpt nobody@example.net 1 1 0 1',
      'mail news@example.org 1 1 1 1',
      'rcpt anna@example.net 1 1 1 1',
      'data  1 1 1 1',
      'message anna@example.net 1 1 1 1',
    ]);
    expect(server.messages).toHaveLength(1);
  });

  it('takes a message and closes, when the test says so', async () => {
    const { server, client } = await start({
      ...postfix,
      decide: ({ stage }) => (stage === 'message' ? 'take and close' : undefined),
    });
    client.write(group('anna@example.net'));
    await client.hear(3);
    client.write(message);
    await client.ended();
    expect(server.messages).toHaveLength(1);
  });

  it('ends the session with 421 and takes nothing', async () => {
    const { server, client } = await start(refusing(postfix, 'anna@example.net', '421 4.7.0 Not now'));
    client.write('MAIL FROM:<news@example.org>\r\nRCPT TO:<anna@example.net>\r\n');
    expect(await client.hear(2)).toEqual(['250', '421']);
    await client.ended();
    expect(server.messages).toEqual([]);
  });
});
