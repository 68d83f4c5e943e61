/**
 * The SMTP server of the fault runs. It is never killed, and notes every message at the moment it accepts it: what it
 * noted is the truth that the ledger is held against. Misbehaves on request.
 */
import { createServer } from 'node:net';

const rfc5321Line = '\r\n';

export class Sink {
  /** Addresses accepted, in order, with repeats. */
  accepted = [];
  sessions = 0;
  /** Called before each reply: `(stage, context) => undefined | text | 'drop' | 'drop-after-accept' | {delayMs}`. */
  misbehave = () => undefined;
  /** Milliseconds before the reply to a message. */
  replyDelayMs = () => 0;
  extensions = ['PIPELINING', 'ENHANCEDSTATUSCODES', '8BITMIME', 'SIZE 50000000'];
  #server;
  #sockets = new Set();
  port = 0;

  async start(port = 0) {
    this.#server = createServer({ noDelay: true }, socket => this.#serve(socket));
    await new Promise((done, fail) => {
      this.#server.once('error', fail);
      this.#server.listen(port, '127.0.0.1', done);
    });
    this.port = this.#server.address().port;
    return this;
  }

  /** Closes the door and every session, as a server that is killed. */
  async stop() {
    const closed = new Promise(done => this.#server.close(done));
    for (const socket of this.#sockets) socket.resetAndDestroy();
    await closed;
  }

  #serve(socket) {
    this.sessions += 1;
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => undefined);
    const session = { number: this.sessions, transactions: 0, recipient: undefined };
    let buffer = '';
    let inData = false;
    let busy = Promise.resolve();
    const reply = async (stage, usual) => {
      const odd = this.misbehave(stage, session);
      if (odd === 'drop' || socket.destroyed) {
        socket.destroy();
        return undefined;
      }
      const text = typeof odd === 'string' && odd !== 'drop-after-accept' ? odd : usual;
      if (odd !== 'drop-after-accept') socket.write(text + rfc5321Line);
      return odd ?? 'usual';
    };
    const step = async () => {
      for (;;) {
        if (socket.destroyed) return;
        if (inData) {
          const end = buffer.startsWith(`.${rfc5321Line}`) ? 0 : buffer.indexOf('\r\n.\r\n');
          if (end === -1) return;
          buffer = buffer.slice(end + (end === 0 ? 3 : 5));
          inData = false;
          await this.#takeMessage(socket, session, reply);
          continue;
        }
        const end = buffer.indexOf(rfc5321Line);
        if (end === -1) return;
        const line = buffer.slice(0, end);
        buffer = buffer.slice(end + 2);
        inData = await this.#command(line, session, reply, socket);
      }
    };
    socket.on('data', chunk => {
      buffer += chunk.toString('latin1');
      busy = busy.then(step);
    });
    void reply('banner', '220 sink ESMTP');
  }

  async #command(line, session, reply, socket) {
    const verb = line.slice(0, 4).toUpperCase();
    if (verb === 'EHLO') {
      const offers = ['sink', ...this.extensions];
      await reply(
        'ehlo',
        offers.map((offer, index) => `250${index === offers.length - 1 ? ' ' : '-'}${offer}`).join('\r\n'),
      );
    } else if (verb === 'MAIL') {
      session.transactions += 1;
      session.recipient = undefined;
      const said = await reply('mail', '250 2.1.0 ok');
      session.mailRefused = typeof said === 'string' && /^[45]/.test(said);
    } else if (verb === 'RCPT') {
      if (session.mailRefused) {
        await reply('rcpt-refused', '503 5.5.1 MAIL first');
        return false;
      }
      const address = /<(.*)>/.exec(line)?.[1];
      session.recipient = address;
      const said = await reply('rcpt', '250 2.1.5 ok');
      if (typeof said === 'string' && /^[45]/.test(said)) session.recipient = undefined;
    } else if (verb === 'DATA') {
      if (session.recipient === undefined) {
        await reply('data-refused', '503 5.5.1 no valid recipients');
        return false;
      }
      const said = await reply('data', '354 go');
      return said === 'usual' || said?.startsWith?.('354') === true;
    } else if (verb === 'QUIT') {
      await reply('quit', '221 bye');
      socket.end();
    } else {
      await reply('other', '250 2.0.0 ok');
    }
    return false;
  }

  async #takeMessage(socket, session, reply) {
    const odd = this.misbehave('before-accept', session);
    if (odd === 'drop') {
      socket.destroy();
      return;
    }
    if (typeof odd === 'string') {
      socket.write(odd + rfc5321Line);
      return;
    }
    this.accepted.push(session.recipient);
    const delay = this.replyDelayMs();
    if (delay > 0) await new Promise(done => setTimeout(done, delay));
    const said = await reply('end-of-data', '250 2.0.0 accepted');
    if (said === 'drop-after-accept') socket.destroy();
  }
}
