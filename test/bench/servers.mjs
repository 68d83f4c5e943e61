/**
 * The servers that are sent to: smtp-sink, which takes everything and does nothing, and a Postfix of our own that queues
 * in memory and discards. Each knows how many messages it has taken, and Postfix for whom.
 */
import { execFileSync, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  writeFileSync,
} from 'node:fs';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { makeMemoryFolder } from './folders.mjs';
import { atEnd } from './leave.mjs';
import { findTool, isRoot, missingTools } from './needs.mjs';
import { isListening } from './proc.mjs';

const masterDaemon = '/usr/lib/postfix/sbin/master';
const patienceMs = 60_000;
// A benchmark that is killed leaves its Postfix behind for no longer than this.
const lifetimeSeconds = 1_800;

/**
 * `missing()` says why it cannot run here; `start(link)` gives `port`, `stop()`, and `taken(expected)`: what it took since
 * the last call, once that many are through or nothing more comes: `{ messages, recipients }`, where `recipients` is how
 * many different ones, or undefined.
 */
export const servers = [
  {
    id: 'sink',
    name: 'smtp-sink',
    chunking: false,
    missing: () => missingTools('smtp-sink'),
    start: startSink,
  },
  { id: 'postfix', name: 'Postfix', chunking: true, missing: whyNoPostfix, start: startPostfix },
];

async function startSink(link) {
  const folder = makeMemoryFolder();
  const counters = join(folder, 'counters');
  const port = randomPort();
  // -c writes its counters after every message. Started as root it wants an account to change to.
  const account = isRoot ? ['-u', 'nobody'] : [];
  const child = spawnServer(
    [...link.serverPrefix, findTool('smtp-sink'), ...account, '-c', `${link.host}:${port}`, '128'],
    openSync(counters, 'w'),
  );
  await untilListening(child, port);
  const output = openSync(counters, 'r');
  let before = 0;
  const takenSoFar = () => Number(/.*mesg=(\d+)/s.exec(readEnd(output))?.[1] ?? 0) - before;
  return {
    port,
    takenSoFar,
    async taken(expected) {
      await settled(() => takenSoFar() >= expected);
      const messages = takenSoFar();
      before += messages;
      return { messages, recipients: undefined };
    },
    stop() {
      closeSync(output);
      child.stop();
    },
  };
}

function whyNoPostfix() {
  if (!isRoot) return 'Postfix has to be started as root';
  if (!existsSync(masterDaemon)) return missingTools('postfix') ?? `${masterDaemon} is not there`;
  return missingTools('postfix');
}

async function startPostfix(link) {
  const folder = makeMemoryFolder();
  const port = randomPort();
  // mkdtemp makes it 0700, and most of Postfix does not run as root.
  await chmod(folder, 0o755);
  for (const name of ['etc', 'queue', 'data']) mkdirSync(join(folder, name));
  execFileSync('chown', ['postfix', join(folder, 'data')]);
  writeFileSync(join(folder, 'etc/main.cf'), mainCf(folder, link.host));
  writeFileSync(join(folder, 'etc/master.cf'), masterCf(`${link.host}:${port}`));
  const etc = join(folder, 'etc');
  // On the link's side as well: Postfix looks for its address among those of the machine.
  const [check, ...args] = [...link.serverPrefix, findTool('postfix'), '-c', etc, 'check'];
  execFileSync(check, args, { stdio: 'pipe' });
  const child = spawnServer(
    [...link.serverPrefix, masterDaemon, '-c', etc, '-d', '-e', String(lifetimeSeconds)],
    'ignore',
  );
  await untilListening(child, port);
  const log = tail(join(folder, 'log'));
  let delivered = [];
  const takenSoFar = () => {
    delivered = delivered.concat([...log().matchAll(/ to=<([^>]*)>,.* status=sent /g)].map(([, to]) => to));
    return delivered.length;
  };
  return {
    port,
    takenSoFar,
    async taken(expected) {
      await settled(() => takenSoFar() >= expected && isQueueEmpty(folder));
      const all = delivered;
      delivered = [];
      return { messages: all.length, recipients: new Set(all).size };
    },
    stop: child.stop,
  };
}

/** What comes in is discarded in the queue, which is in memory: the server is as fast as a real Postfix can be. */
function mainCf(folder, host) {
  return `compatibility_level = 3.6
queue_directory = ${folder}/queue
data_directory = ${folder}/data
maillog_file = ${folder}/log
maillog_file_prefixes = ${folder}
myhostname = mx.example.com
inet_interfaces = ${host}
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
mydestination =
local_recipient_maps =
alias_maps =
alias_database =
fast_flush_domains =
disable_dns_lookups = yes
smtpd_peername_lookup = no
smtpd_relay_restrictions = permit_mynetworks reject
local_transport = discard:
default_transport = discard:
relay_transport = discard:
notify_classes =
# Otherwise a sender is slowed down to what the queue manager gets rid of.
in_flow_delay = 0
`;
}

function masterCf(address) {
  return `${address} inet n - n - - smtpd
  -o maillog_file=
cleanup unix n - n - 0 cleanup
  -o maillog_file=
qmgr unix n - n 300 1 qmgr
  -o maillog_file=
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
showq unix n - n - - showq
postlog unix-dgram n - n - 1 postlogd
`;
}

function isQueueEmpty(folder) {
  return ['maildrop', 'incoming', 'active', 'deferred'].every(queue =>
    readdirSync(join(folder, 'queue', queue), { recursive: true, withFileTypes: true }).every(
      entry => !entry.isFile(),
    ),
  );
}

/** In a process group of its own, so that one signal ends it and everything it started. */
function spawnServer([file, ...args], stdout) {
  const child = spawn(file, args, { detached: true, stdio: ['ignore', stdout, 'ignore'] });
  child.on('error', error => console.error(error.message));
  const stop = atEnd(() => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid, 'SIGKILL');
  });
  return Object.assign(child, { stop });
}

async function untilListening(child, port) {
  const deadline = performance.now() + 10_000;
  while (!isListening(child.pid, port)) {
    if (child.exitCode !== null || performance.now() > deadline) {
      throw new Error(`${child.spawnfile} does not listen on port ${port}: ${child.spawnargs.join(' ')}`);
    }
    await pause(20);
  }
}

/** Waits until it is so; also ends when patience does, and leaves the difference to the caller to report. */
async function settled(isSo) {
  const deadline = performance.now() + patienceMs;
  while (!isSo() && performance.now() < deadline) await pause(50);
  // Whatever comes twice comes now.
  await pause(100);
  isSo();
}

/** @returns what was added to the file since the last call, up to the end of a line. */
function tail(file) {
  let offset = 0;
  return () => {
    if (!existsSync(file)) return '';
    const handle = openSync(file, 'r');
    const buffer = Buffer.alloc(fstatSync(handle).size - offset);
    readSync(handle, buffer, 0, buffer.length, offset);
    closeSync(handle);
    const end = buffer.lastIndexOf(0x0a) + 1;
    offset += end;
    return buffer.toString('latin1', 0, end);
  };
}

function readEnd(handle) {
  const buffer = Buffer.alloc(200);
  const length = readSync(
    handle,
    buffer,
    0,
    buffer.length,
    Math.max(0, fstatSync(handle).size - buffer.length),
  );
  return buffer.toString('latin1', 0, length);
}

/** Below the ephemeral range, so that no client is given it. */
function randomPort() {
  return randomInt(20_000, 30_000);
}
