/**
 * A TCP proxy that hands everything on half a round trip later, each way: `fork('delay-proxy.mjs', [host, port, ms])`
 * sends `{ port }`. Unlike a real link it acknowledges at once and has no segments, so TCP itself does not see the delay.
 */
import { connect, createServer } from 'node:net';

const [host, port, roundTripMs] = process.argv.slice(2);
const oneWayMs = Number(roundTripMs) / 2;

const server = createServer({ noDelay: true, allowHalfOpen: true }, near => {
  // SYN and SYN/ACK take a round trip before the server's greeting starts on its way.
  setTimeout(() => {
    const far = connect({ host, port: Number(port), noDelay: true, allowHalfOpen: true });
    pass(near, far);
    pass(far, near);
  }, Number(roundTripMs));
});

/** Timers of one length fire in the order they were set, so the octets stay in theirs. */
function pass(source, target) {
  source.on('data', chunk => setTimeout(() => target.writable && target.write(chunk), oneWayMs));
  source.on('end', () => setTimeout(() => target.end(), oneWayMs));
  source.on('error', () => setTimeout(() => target.destroy(), oneWayMs));
}

server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
process.on('disconnect', () => process.exit());
