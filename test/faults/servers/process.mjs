/** A server as a process: a free port, its greeting, and its end. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { wait } from '../trials.mjs';

export async function findFreePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/**
 * Starts a program, and waits until its port greets. @returns `stop`: the program has ended, and so has what it started in its
 * group. @throws Error with the last words of a program that did not start.
 */
export async function startProcess(port, program, args, options = {}) {
  const server = spawn(program, args, { ...options, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [server.stdout, server.stderr])
    stream.on('data', chunk => {
      said = (said + chunk).slice(-4_000);
    });
  const stop = async () => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, 'exit');
    process.kill(-server.pid, 'SIGKILL');
    await ended;
  };
  try {
    await waitForGreeting(port, server);
  } catch (error) {
    await stop();
    throw new Error(`${error.message}: ${said}`);
  }
  return { stop };
}

async function waitForGreeting(port, server) {
  const deadline = performance.now() + 120_000;
  while (!(await isGreeted(port))) {
    if (server.exitCode !== null || performance.now() > deadline) throw new Error('the server did not start');
    await wait(100);
  }
}

function isGreeted(port) {
  return new Promise(done => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('data', () => socket.end('QUIT\r\n'));
    socket.on('error', () => undefined);
    socket.on('close', () => done(socket.bytesRead > 0));
  });
}
