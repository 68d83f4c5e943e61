/**
 * Clients that send a request's header an octet every two seconds, stop in the middle of it, or send nothing at all. In a
 * process of their own, so that whoever measures the others has nothing to do with them.
 */
import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { atEnd } from './leave.mjs';

const self = fileURLToPath(import.meta.url);

/** @returns `stop()`: ends them, and says how many the server had closed by then. */
export function startSlowConnections(port, count) {
  const child = spawn(process.execPath, [self, String(port), String(count)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const forget = atEnd(() => child.kill('SIGKILL'));
  let said = '';
  child.stdout.on('data', chunk => {
    said += chunk;
  });
  const ended = new Promise(done => child.once('close', done));
  return {
    async stop() {
      child.stdin.end();
      await ended;
      forget();
      return Number(said);
    },
  };
}

function hold(port, count) {
  const sockets = new Set();
  let closed = 0;
  for (let index = 0; index < count; index += 1) {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.once('connect', () => {
      if (index % 3 > 0) socket.write('GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ');
    });
    socket.once('close', () => {
      sockets.delete(socket);
      closed += 1;
    });
    socket.resume();
    socket.drips = index % 3 === 1;
    sockets.add(socket);
  }
  setInterval(() => {
    for (const socket of sockets) if (socket.drips && socket.writable) socket.write('a');
  }, 2_000).unref();
  process.stdin.on('end', () => process.stdout.write(String(closed), () => process.exit(0)));
  process.stdin.resume();
}

if (process.argv[1] === self) hold(Number(process.argv[2]), Number(process.argv[3]));
