/**
 * The SMTP server of the fault runs. It is never killed, and notes every message at the moment it accepts it: what it
 * noted is the truth that the ledger is held against. Misbehaves on request.
 */
import { createServer } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';
import { ordinaryMode } from './modes.mjs';

const lineEnd = '\r\n';
const wait = ms => new Promise(done => setTimeout(done, ms));

export class Sink {
  /** Addresses accepted, in order, with repeats. */
  accepted = [];
  sessions = 0;
  port = 0;
  /**
   * Called before each reply: `(stage, session) => odd`. undefined: the usual reply. A text: instead of it. 'drop': the
   * connection is destroyed. An object: octets as they are, see `#saySomethingOdd`.
   */
  misbehave = () => undefined;
  /** Milliseconds before the reply to a message. */
  replyDelayMs = () => 0;
  greeting = ordinaryMode.greeting;
  extensions = ordinaryMode.extensions;
  /** Options of tls.createSecureContext: STARTTLS works then, and `implicitTls` makes it come first. */
  tls;
  implicitTls = false;
  /** Commands as they came, without messages, when somebody wants to know. */
  commands;
  #server;
  #sockets = new Set();

  async start(port = 0) {
    this.#server = createServer({ noDelay: true, allowHalfOpen: true }, socket => this.#serve(socket));
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
    const session = { number: this.sessions, transactions: 0, recipient: undefined, mailRefused: false };
    if (this.implicitTls) this.#secure(socket, session);
    else this.#converse(socket, session);
    if (!this.implicitTls) void this.#reply(socket, session, 'banner', `220 ${this.greeting}`);
  }

  #secure(socket, session) {
    const secured = new TLSSocket(socket, { isServer: true, secureContext: createSecureContext(this.tls) });
    this.#converse(secured, session);
    if (this.implicitTls)
      secured.once('secure', () => void this.#reply(secured, session, 'banner', `220 ${this.greeting}`));
  }

  #converse(socket, session) {
    let buffer = '';
    let busy = Promise.resolve();
    // undefined: a command; 'data': a message up to its dot; else octets of a chunk. RFC 3030 §2
    let expecting;
    const step = async () => {
      while (!socket.destroyed) {
        if (expecting === 'data') {
          const end = buffer.startsWith(`.${lineEnd}`) ? 0 : buffer.indexOf('\r\n.\r\n');
          if (end === -1) return;
          buffer = buffer.slice(end + (end === 0 ? 3 : 5));
          expecting = undefined;
          await this.#takeMessage(socket, session);
        } else if (expecting !== undefined) {
          const { octets, last } = expecting;
          if (buffer.length < octets) return;
          buffer = buffer.slice(octets);
          expecting = undefined;
          await this.#takeChunk(socket, session, last);
        } else {
          const end = buffer.indexOf(lineEnd);
          if (end === -1) return;
          const line = buffer.slice(0, end);
          buffer = buffer.slice(end + 2);
          this.commands?.push(line);
          expecting = await this.#command(line, session, socket);
          if (expecting !== 'tls') continue;
          socket.removeAllListeners('data');
          this.#secure(socket, session);
          return;
        }
      }
    };
    socket.on('error', () => undefined);
    socket.on('end', () => socket.end());
    socket.on('data', chunk => {
      buffer += chunk.toString('latin1');
      busy = busy.then(step);
    });
  }

  /** @returns what was said, as the server itself takes it; undefined when nobody is there any more. */
  async #reply(socket, session, stage, usual) {
    const odd = this.misbehave(stage, session);
    if (odd === 'drop') socket.destroy();
    if (socket.destroyed) return undefined;
    if (typeof odd === 'object') return this.#saySomethingOdd(socket, odd, usual);
    const text = odd ?? usual;
    socket.write(text + lineEnd);
    return text;
  }

  /**
   * @param octets written as they are: no line end is added.
   * @param endless written again and again, until the connection is gone.
   * @param dribbleMs pause between single octets.
   * @param afterwards 'close', 'reset' or 'half-close': what follows. @param means how the server itself takes it.
   */
  async #saySomethingOdd(socket, { octets = '', endless, dribbleMs, afterwards, means }, usual) {
    const bytes = Buffer.from(octets, 'latin1');
    if (dribbleMs === undefined) socket.write(bytes);
    else {
      for (let at = 0; at < bytes.length && !socket.destroyed; at += 1) {
        socket.write(bytes.subarray(at, at + 1));
        await wait(dribbleMs);
      }
    }
    while (endless !== undefined && !socket.destroyed) {
      if (!socket.write(endless)) {
        await new Promise(done => {
          socket.once('drain', done);
          socket.once('close', done);
        });
      } else await wait(0);
    }
    if (afterwards === 'reset') socket.resetAndDestroy();
    if (afterwards === 'close') socket.destroySoon();
    if (afterwards === 'half-close') socket.end();
    return means ?? usual;
  }

  async #command(line, session, socket) {
    const reply = (stage, usual) => this.#reply(socket, session, stage, usual);
    const refused = said => typeof said === 'string' && /^[45]/.test(said);
    const [verb = ''] = line.toUpperCase().split(' ', 1);
    switch (verb) {
      case 'EHLO': {
        const offers = ['sink', ...this.extensions];
        const last = offers.length - 1;
        await reply(
          'ehlo',
          offers.map((offer, index) => `250${index === last ? ' ' : '-'}${offer}`).join(lineEnd),
        );
        return undefined;
      }
      case 'STARTTLS': {
        const said = await reply('starttls', '220 2.0.0 go');
        return said?.startsWith('220') === true && this.tls !== undefined ? 'tls' : undefined;
      }
      case 'AUTH':
        await reply('auth', '235 2.7.0 in');
        return undefined;
      case 'MAIL':
        session.transactions += 1;
        session.recipient = undefined;
        session.mailRefused = refused(await reply('mail', '250 2.1.0 ok'));
        return undefined;
      case 'RCPT': {
        if (session.mailRefused) {
          await reply('rcpt-refused', '503 5.5.1 MAIL first');
          return undefined;
        }
        session.recipient = /<(.*)>/.exec(line)?.[1];
        if (refused(await reply('rcpt', '250 2.1.5 ok'))) session.recipient = undefined;
        return undefined;
      }
      case 'DATA': {
        if (session.recipient === undefined) {
          await reply('data-refused', '503 5.5.1 no valid recipients');
          return undefined;
        }
        const said = await reply('data', '354 go');
        return said?.startsWith('354') === true ? 'data' : undefined;
      }
      case 'BDAT': {
        const [, octets = '0', last] = line.split(' ');
        return { octets: Number(octets), last: last?.toUpperCase() === 'LAST' };
      }
      case 'RSET':
        session.recipient = undefined;
        session.mailRefused = false;
        await reply('rset', '250 2.0.0 ok');
        return undefined;
      case 'QUIT':
        await reply('quit', '221 bye');
        socket.end();
        return undefined;
      default:
        await reply('other', '250 2.0.0 ok');
        return undefined;
    }
  }

  async #takeChunk(socket, session, last) {
    if (session.recipient === undefined) {
      await this.#reply(socket, session, 'data-refused', '503 5.5.1 no valid recipients');
    } else if (last) await this.#takeMessage(socket, session);
    else await this.#reply(socket, session, 'chunk', '250 2.0.0 octets received');
  }

  async #takeMessage(socket, session) {
    const { recipient } = session;
    session.recipient = undefined;
    const odd = this.misbehave('before-accept', { ...session, recipient });
    if (odd === 'drop') socket.destroy();
    if (socket.destroyed) return;
    if (typeof odd === 'string') {
      socket.write(odd + lineEnd);
      return;
    }
    if (typeof odd === 'object') {
      await this.#saySomethingOdd(socket, odd);
      return;
    }
    this.accepted.push(recipient);
    const delay = this.replyDelayMs();
    if (delay > 0) await wait(delay);
    await this.#reply(socket, { ...session, recipient }, 'end-of-data', '250 2.0.0 accepted');
  }
}
