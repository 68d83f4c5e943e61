import { connect } from 'node:net';
import { userAgent } from '../bench/mailtrack-serve.mjs';

/** A server ends a connection with its thousandth answer. */
const requestsPerConnection = 900;

/** One connection at a time, with every answer as long as the first. */
export class PixelClient {
  #port;
  #socket;
  #asked = 0;
  #received = 0;
  #answerBytes;
  #wake = () => undefined;

  constructor(port) {
    this.#port = port;
  }

  /** @returns milliseconds from asking `times` times at once until the last answer is there. */
  async ask(path, times) {
    if (this.#socket === undefined || this.#asked + times > requestsPerConnection) await this.#connect();
    const request = `GET ${path} HTTP/1.1\r\nHost: a\r\nUser-Agent: ${userAgent}\r\n\r\n`.repeat(times);
    this.#asked += times;
    this.#received = 0;
    const startedAt = performance.now();
    this.#socket.write(request);
    while (this.#received < (this.#answerBytes ?? 1) * times)
      await new Promise(resolve => (this.#wake = resolve));
    this.#answerBytes ??= this.#received;
    return performance.now() - startedAt;
  }

  end() {
    this.#socket?.destroy();
  }

  async #connect() {
    this.end();
    this.#asked = 0;
    this.#socket = connect({ port: this.#port, host: '127.0.0.1', noDelay: true });
    this.#socket.on('data', chunk => {
      this.#received += chunk.length;
      this.#wake();
    });
    await new Promise((resolve, reject) => this.#socket.once('connect', resolve).once('error', reject));
  }
}
