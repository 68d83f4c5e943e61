import type { Socket } from 'node:net';
import { printReply, type Reply, ReplyParser } from '../smtp/reply.js';

/** The server did not keep to one reply per command. */
export class OutOfProtocol extends Error {}

/**
 * One command outside of transactions, and its reply.
 * @param socket paused; it is paused again afterwards.
 * @throws Error with code `ETIMEDOUT` or `ECONNRESET`; OutOfProtocol for what is no reply, and for more than one.
 */
export function askServer(socket: Socket, command: string, timeoutMs: number): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const parser = new ReplyParser();
    const timer = setTimeout(() => fail('ETIMEDOUT'), timeoutMs);
    const onClose = () => fail('ECONNRESET');
    const onData = (octets: Uint8Array) => {
      const { replies, fault } = parser.feed(octets);
      const [reply, unasked] = replies;
      if (fault !== undefined) settle(() => reject(new OutOfProtocol(`it sent ${fault}`)));
      if (reply === undefined) return;
      settle(() => {
        const more = unasked !== undefined || parser.midReply || socket.readableLength > 0;
        if (more)
          reject(new OutOfProtocol(`it sent more than one reply: "${printReply(reply)}", and then more`));
        else resolve(reply);
      });
    };
    function fail(code: string): void {
      settle(() => reject(Object.assign(new Error(`no reply to ${command}`), { code })));
    }
    function settle(how: () => void): void {
      clearTimeout(timer);
      socket.pause();
      socket.removeListener('data', onData);
      socket.removeListener('close', onClose);
      how();
    }
    socket.on('data', onData);
    socket.once('close', onClose);
    socket.resume();
    if (socket.destroyed) onClose();
    else socket.write(`${command}\r\n`);
  });
}
