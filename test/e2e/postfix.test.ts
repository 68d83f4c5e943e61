import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Postfix, postfixAvailable, startPostfix } from './postfix.js';

const reason = postfixAvailable();

describe.skipIf(reason !== undefined)(
  `the Postfix of the end-to-end tests${reason ? ` (${reason})` : ''}`,
  () => {
    let postfix: Postfix;
    beforeAll(async () => {
      postfix = await startPostfix({ domains: ['example.com', 'example.net'] });
    });
    afterAll(() => postfix?.stop());

    it('delivers each message to the Maildir of its recipient, and counts the session', async () => {
      const dialogue = await openDialogue(postfix);
      expect(await dialogue('EHLO client.example.org')).toContain('250-PIPELINING');
      for (const [recipient, text] of [
        ['alice@example.com', 'for Alice'],
        ['Bob@example.net', 'for Bob'],
      ]) {
        await dialogue('MAIL FROM:<news@example.org>');
        expect(await dialogue(`RCPT TO:<${recipient}>`)).toMatch(/^250 2\.1\.5 /);
        expect(await dialogue('DATA')).toMatch(/^354 /);
        expect(await dialogue(`Subject: hello\r\n\r\n${text}\r\n.`)).toMatch(/^250 2\.0\.0 /);
      }
      expect(await dialogue('QUIT')).toMatch(/^221 /);
      await postfix.queueEmpty();

      const delivered = await postfix.delivered();
      expect([...delivered.keys()].sort()).toEqual(['alice@example.com', 'bob@example.net']);
      const [forBob, ...more] = await postfix.maildirOf('bob@example.net');
      expect(more).toEqual([]);
      expect(forBob?.toString()).toMatch(
        /^Return-Path: <news@example\.org>\n[\s\S]*\nSubject: hello\n\nfor Bob\n$/,
      );
      const counters = { ehlo: 1, mail: 2, rcpt: 2, data: 2, quit: 1, commands: 8 };
      expect(await postfix.sessions(1)).toContainEqual({ accepted: counters, received: counters });
    });

    it('refuses a domain that is not its own', async () => {
      const dialogue = await openDialogue(postfix);
      await dialogue('EHLO client.example.org');
      await dialogue('MAIL FROM:<news@example.org>');
      expect(await dialogue('RCPT TO:<anna@example.org>')).toMatch(/^554 5\.7\.1 .*Relay access denied/);
      await dialogue('QUIT');
    });

    it('takes parameters for smtpd, runs beside another instance and leaves nothing behind', async () => {
      const second = await startPostfix({
        domains: ['example.com'],
        smtpdExtra: {
          smtpd_discard_ehlo_keywords: 'chunking, pipelining',
          smtpd_recipient_restrictions:
            'check_recipient_access inline:{ { bob@example.com = 550 5.1.1 gone } }',
        },
      });
      const dialogue = await openDialogue(second);
      expect(await dialogue('EHLO client.example.org')).not.toMatch(/PIPELINING|CHUNKING/);
      await dialogue('MAIL FROM:<news@example.org>');
      expect(await dialogue('RCPT TO:<bob@example.com>')).toMatch(/^550 5\.1\.1 .*gone/);
      await dialogue('QUIT');
      const [session] = await second.sessions(1);
      expect(session).toMatchObject({ accepted: { rcpt: 0 }, received: { rcpt: 1 } });
      await second.stop();
      expect(existsSync(second.folder)).toBe(false);
      await expect(openDialogue(second)).rejects.toThrow(/ECONNRE(FUSED|SET)/);
    });
  },
);

/** A plain client: sends one command (or a whole message) and resolves with the whole reply. */
async function openDialogue({ host, port }: Postfix): Promise<(command: string) => Promise<string>> {
  const socket = connect({ host, port });
  await once(socket, 'connect');
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  const readReply = async () => {
    let reply = '';
    // The last line of a reply has a space behind its code. RFC 5321 §4.2.1
    while (!/^\d{3} /m.test(reply)) {
      const line = await lines.next();
      if (line.done) throw new Error(`The server closed the connection after "${reply}"`);
      reply += `${line.value}\r\n`;
    }
    return reply;
  };
  await readReply();
  return async command => {
    socket.write(`${command}\r\n`);
    return await readReply();
  };
}
