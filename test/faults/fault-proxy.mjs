/** A bad network between the sender and the sink: TCP in between, octets in the middle. Does what a plan says. */
import { connect, createServer } from 'node:net';

export class FaultProxy {
  /**
   * What happens to the n-th connection, per direction: `up` is towards the server.
   * delayMs: each piece is late by so much. dribble: octets come one by one. endAt: after so many octets the connection
   * ends, `how` being 'reset' (both ways) or 'half-close' (this way only). twiceAt: the piece with that octet comes twice.
   */
  planFor = () => ({});
  faults = 0;
  port = 0;
  #target;
  #server;
  #sockets = new Set();
  #connections = 0;

  constructor(targetPort) {
    this.#target = targetPort;
  }

  async start() {
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, client => this.#join(client));
    await new Promise(done => this.#server.listen(0, '127.0.0.1', done));
    this.port = this.#server.address().port;
    return this;
  }

  async stop() {
    const closed = new Promise(done => this.#server.close(done));
    for (const socket of this.#sockets) socket.resetAndDestroy();
    await closed;
  }

  #join(client) {
    const server = connect({ port: this.#target, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    this.#connections += 1;
    const { up = {}, down = {} } = this.planFor(this.#connections);
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => this.#sockets.delete(socket));
    }
    this.#carry(client, server, up);
    this.#carry(server, client, down);
    client.on('close', () => server.destroy());
    server.on('close', () => client.destroySoon());
  }

  #carry(from, to, { delayMs = 0, dribble = false, endAt, how, twiceAt }) {
    let carried = 0;
    let over = false;
    if (delayMs > 0 || dribble) this.faults += 1;
    const pass = piece => {
      if (over) return;
      const left = (endAt ?? Number.POSITIVE_INFINITY) - carried;
      const twice = twiceAt !== undefined && carried <= twiceAt && twiceAt < carried + piece.length;
      carried += piece.length;
      if (piece.length < left) {
        if (dribble) for (const octet of piece) to.write(Buffer.from([octet]));
        else to.write(piece);
        if (!twice) return;
        this.faults += 1;
        to.write(piece);
        return;
      }
      this.faults += 1;
      over = true;
      to.write(piece.subarray(0, left), () => {
        if (how === 'half-close') to.end();
        else for (const socket of [from, to]) socket.resetAndDestroy();
      });
    };
    // Timers of one length fire in the order they were set, so that pieces stay in order.
    const later = act => (delayMs > 0 ? setTimeout(act, delayMs) : act());
    from.on('data', piece => later(() => pass(piece)));
    from.on('end', () => later(() => to.end()));
  }
}
