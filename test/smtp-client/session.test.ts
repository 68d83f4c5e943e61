import { afterEach, describe, expect, it } from 'vitest';
import { type SandboxMessage, startSandbox } from '../../src/smtp-client/sandbox.js';
import { createSmtpTransport } from '../../src/smtp-client/transport.js';
import type { Delivery, Session } from '../../src/workflow/ports.js';
import { parseDialog, startDialogServer } from './dialog.js';

const delivery = (position: number, message = 'Subject: hello\r\n\r\nHello\r\n'): Delivery => ({
  position,
  reversePath: 'news@example.org',
  forwardPath: `r${position}@example.net`,
  message: Buffer.from(message),
});
const yes = async () => true;

const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of cleanUp.splice(0).reverse()) await end();
});

async function openSandboxSession(): Promise<{ session: Session; inbox: SandboxMessage[] }> {
  const inbox: SandboxMessage[] = [];
  const sandbox = await startSandbox({ port: 0, onMessage: message => inbox.push(message) });
  cleanUp.push(() => sandbox.close());
  const session = await createSmtpTransport({
    host: '127.0.0.1',
    port: sandbox.port,
    tls: 'none',
  }).openSession();
  cleanUp.push(() => session.quit());
  return { session, inbox };
}

async function openDialogSession(lines: string): Promise<Session> {
  const server = await startDialogServer(parseDialog(`# in a test\n# offers: nothing\n${lines}`));
  cleanUp.push(() => server.finish());
  return createSmtpTransport({ host: '127.0.0.1', port: server.port, tls: 'none' }).openSession();
}

describe('a session', () => {
  it('delivers octet for octet, dots and all', async () => {
    const { session, inbox } = await openSandboxSession();
    const message = 'Subject: dots\r\n\r\n.\r\n..\r\n.a\r\n\r\n.\r\nend\r\n';
    expect((await session.send(delivery(0, message), yes)).kind).toBe('accepted');
    expect(inbox.map(({ bytes }) => bytes.toString())).toEqual([message]);
  });

  it('delivers a message of many blocks', async () => {
    const { session, inbox } = await openSandboxSession();
    const message = `Subject: large\r\n\r\n${`${'.'.repeat(76)}\r\n`.repeat(40_000)}`;
    expect((await session.send(delivery(0, message), yes)).kind).toBe('accepted');
    expect(inbox[0]?.bytes.equals(Buffer.from(message))).toBe(true);
  });

  it('carries many deliveries offered at once, in order', async () => {
    const { session, inbox } = await openSandboxSession();
    const positions = Array.from({ length: 50 }, (_, position) => position);
    const outcomes = await Promise.all(positions.map(position => session.send(delivery(position), yes)));
    expect(outcomes.every(({ kind }) => kind === 'accepted')).toBe(true);
    expect(inbox.map(({ recipients }) => recipients)).toEqual(
      positions.map(position => [`r${position}@example.net`]),
    );
    expect(session.depth).toBe(3);
  });

  it('does not hand over a withdrawn message, and ends', async () => {
    const { session, inbox } = await openSandboxSession();
    expect((await session.send(delivery(0), async () => false)).kind).toBe('withdrawn');
    expect(session.usable).toBe(false);
    expect(inbox).toEqual([]);
  });

  it('fails as beforeHandover does, hands nothing over, and ends', async () => {
    const { session, inbox } = await openSandboxSession();
    const sent = session.send(delivery(0), async () => {
      throw new Error('the disk is full');
    });
    await expect(sent).rejects.toThrow('the disk is full');
    expect([inbox, session.usable]).toEqual([[], false]);
  });

  it('tells the outcome only after beforeHandover is done', async () => {
    const session = await openDialogSession(
      'C: MAIL *\nS: 250 ok\nC: RCPT *\nS: 250 ok\nC: DATA\nS: 354 go on\nS: 421 4.3.0 shutting down',
    );
    const steps: string[] = [];
    let finishIntent = () => {};
    const recordIntent = async () => {
      await new Promise<void>(resolve => {
        finishIntent = resolve;
      });
      steps.push('intent recorded');
      return true;
    };
    const settled = session.send(delivery(0), recordIntent).then(({ kind }) => steps.push(kind));
    // 421 comes while the intent is being recorded.
    while (session.usable) await new Promise(setImmediate);
    finishIntent();
    await settled;
    expect(steps).toEqual(['intent recorded', 'not-sent']);
  });

  it('aborted after the hand-over, leaves the recipient uncertain', async () => {
    const session = await openDialogSession(
      'C: MAIL *\nS: 250 ok\nC: RCPT *\nS: 250 ok\nC: DATA\nS: 354 go on\nC: Subject: hello\nC:\nC: Hello\nC: .\nS! silence',
    );
    const outcome = session.send(delivery(0), async () => {
      setImmediate(() => session.abort());
      return true;
    });
    expect(await outcome).toMatchObject({
      kind: 'uncertain',
      stage: 'end-of-data',
      replyText: 'the session was aborted',
    });
  });

  it('waits for what is outstanding before it quits, and may be asked twice', async () => {
    const { session, inbox } = await openSandboxSession();
    const outcome = session.send(delivery(0), yes);
    await Promise.all([session.quit(), session.quit()]);
    expect((await outcome).kind).toBe('accepted');
    expect(inbox).toHaveLength(1);
    expect(session.usable).toBe(false);
    expect((await session.send(delivery(1), yes)).kind).toBe('not-sent');
  });
});
