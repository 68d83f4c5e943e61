/**
 * Requests for pixels on kept connections, each noted when its whole answer is there. Either so many a second, whatever the
 * answers do (an open loop: a slow answer does not slow the next question), or as fast as so many connections allow.
 */
import { connect } from 'node:net';
import { pixelImage } from '../../dist/tracking/pixel.js';
import { userAgent } from './mailtrack-serve.mjs';

const image = Buffer.from(pixelImage).toString('latin1');
/** More than any answer may take; then the request counts as unanswered. */
const patienceMs = 30_000;

export class Load {
  /** Answers by path. */
  acknowledged;
  answers = 0;
  /** Sent, and the connection ended before the answer. */
  unanswered = 0;
  /** Not a 200 with our image. */
  wrong = [];
  /** From the moment a request was meant to be sent, in milliseconds. */
  latencies = [];
  #port;
  #paths;
  #next = 0;
  #idle = [];
  #sockets = new Set();
  #running = true;
  #underWay = 0;

  constructor(port, paths) {
    this.#port = port;
    this.#paths = paths;
    this.acknowledged = new Int32Array(paths.length);
  }

  /** @param beside called about once a second. Resolves when all have their answers. */
  async atRate(perSecond, forMs, beside = () => undefined) {
    const startedAt = performance.now();
    let sent = 0;
    let lastLook = startedAt;
    while (this.#running) {
      const now = performance.now();
      if (now - startedAt >= forMs) break;
      for (; sent <= ((now - startedAt) * perSecond) / 1_000; sent += 1)
        this.#send(startedAt + (sent * 1_000) / perSecond);
      if (now - lastLook > 1_000) {
        lastLook = now;
        beside();
      }
      await new Promise(done => setTimeout(done, 1));
    }
    await this.#settled();
  }

  /** As fast as they are answered. @param until resolves when it is enough. */
  async atFullSpeed(connections, until) {
    this.onFree = () => this.#send(performance.now());
    for (let index = 0; index < connections; index += 1) this.#send(performance.now());
    await until;
    this.onFree = undefined;
    await this.#settled();
  }

  /** The server is gone: nothing more is sent. */
  end() {
    this.#running = false;
    this.onFree = undefined;
    for (const socket of this.#sockets) socket.destroy();
  }

  percentile(share) {
    const sorted = Float64Array.from(this.latencies).sort();
    return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  }

  async #settled() {
    const deadline = performance.now() + patienceMs;
    while (this.#underWay > 0 && performance.now() < deadline && this.#running)
      await new Promise(done => setTimeout(done, 5));
    this.end();
  }

  #send(intendedAt) {
    if (!this.#running) return;
    const index = this.#next++ % this.#paths.length;
    const socket = this.#idle.pop() ?? this.#open();
    socket.request = { index, intendedAt };
    this.#underWay += 1;
    socket.write(
      `GET ${this.#paths[index]} HTTP/1.1\r\nHost: t.example.com\r\nUser-Agent: ${userAgent}\r\nAccept: image/*\r\n\r\n`,
      'latin1',
    );
  }

  #open() {
    const socket = connect(this.#port, '127.0.0.1');
    socket.setNoDelay(true);
    socket.received = '';
    this.#sockets.add(socket);
    socket.setEncoding('latin1');
    socket.on('data', chunk => this.#receive(socket, chunk));
    socket.on('error', () => undefined);
    socket.once('close', () => {
      this.#sockets.delete(socket);
      const at = this.#idle.indexOf(socket);
      if (at >= 0) this.#idle.splice(at, 1);
      if (socket.request === undefined) return;
      this.unanswered += 1;
      this.#underWay -= 1;
    });
    return socket;
  }

  #receive(socket, chunk) {
    socket.received += chunk;
    const end = socket.received.indexOf('\r\n\r\n');
    if (end < 0 || socket.received.length < end + 4 + image.length || socket.request === undefined) return;
    const { received, request } = socket;
    socket.received = '';
    socket.request = undefined;
    this.#underWay -= 1;
    this.latencies.push(performance.now() - request.intendedAt);
    if (received.startsWith('HTTP/1.1 200 ') && received.slice(end + 4) === image) {
      this.answers += 1;
      this.acknowledged[request.index] += 1;
    } else this.wrong.push(received.slice(0, 100));
    if (/^connection: close/im.test(received.slice(0, end))) socket.end();
    else this.#idle.push(socket);
    this.onFree?.();
  }
}
