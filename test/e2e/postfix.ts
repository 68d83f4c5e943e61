/**
 * A Postfix of our own for the end-to-end tests: a server nobody here wrote, on a free loopback port, with everything
 * it owns in one folder under /tmp. It shares nothing with the Postfix of the machine, takes any local part in its
 * domains, and has no way to send anything on: no relaying, no DNS, no smtp(8) client at all.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

const postfixCommand = '/usr/sbin/postfix';
const masterDaemon = '/usr/lib/postfix/sbin/master';
// virtual(8) writes as an account that owns nothing else: nobody and nogroup, whose numbers Debian fixes.
const mailOwner = 65_534;
const patienceMs = 20_000;
// A test run that is killed leaves its Postfix behind for no longer than this.
const lifetimeSeconds = 600;

export interface PostfixOptions {
  /** Domains this server is the final destination of. Default: example.com, example.net, example.org. */
  readonly domains?: readonly string[];
  /** Parameters of postconf(5) for smtpd only: `{ smtpd_discard_ehlo_keywords: 'chunking' }`, a certificate. */
  readonly smtpdExtra?: Readonly<Record<string, string>>;
}

export interface Postfix {
  readonly host: '127.0.0.1';
  readonly port: number;
  /** Everything this instance owns: configuration, queue, mail, log. */
  readonly folder: string;
  /**
   * What was delivered to one address (without regard to case), in no particular order: the message with LF line
   * ends, behind the Return-Path, X-Original-To, Delivered-To and Received fields of Postfix. Call `queueEmpty` first.
   */
  maildirOf(address: string): Promise<readonly Buffer[]>;
  /** The same for everybody at once, by lower-case address. */
  delivered(): Promise<ReadonlyMap<string, readonly Buffer[]>>;
  /** What Postfix logged since it was ready. The last lines may still be on their way; after `sessions` they are not. */
  log(): Promise<string>;
  /** Resolves when `count` sessions have ended and none is open. */
  sessions(count: number): Promise<readonly SmtpdSession[]>;
  /** Resolves when every accepted message is in its mailbox or bounced. */
  queueEmpty(): Promise<void>;
  /** Kills all its processes and removes the folder. Whatever is still queued is gone. */
  stop(): Promise<void>;
}

/** One connection as smtpd counted it, by lower-case verb: `{ ehlo: 1, mail: 4, rcpt: 4, data: 4, quit: 1, commands: 14 }`. */
export interface SmtpdSession {
  /** Commands answered 2yz or 3yz. */
  readonly accepted: Readonly<Record<string, number>>;
  /** All commands, also the refused ones. */
  readonly received: Readonly<Record<string, number>>;
}

/** Why Postfix cannot run here, or undefined when it can. */
export function postfixAvailable(): string | undefined {
  if (!existsSync(postfixCommand) || !existsSync(masterDaemon))
    return 'Debian package postfix is not installed';
  if (process.getuid?.() !== 0) return 'Postfix has to be started as root';
  return undefined;
}

export async function startPostfix(options: PostfixOptions = {}): Promise<Postfix> {
  // Not os.tmpdir(): sockets in the queue folder have to fit into the 108 octets of a unix-domain path.
  const folder = await mkdtemp('/tmp/pf-');
  let master: ChildProcess | undefined;
  try {
    const port = await findFreePort();
    await layOut(folder, port, options);
    await run(postfixCommand, ['-c', `${folder}/etc`, 'check']);
    master = await spawnMaster(folder);
    await waitForGreeting(port, master, folder);
    return operate(folder, port, master, (await readLog(folder)).length);
  } catch (cause) {
    await remove(folder, master);
    throw cause;
  }
}

/** Every session that has ended, in the order they ended, from the "disconnect from" lines of smtpd. */
export function transactions(log: string): readonly SmtpdSession[] {
  return [...log.matchAll(/ disconnect from \S+ (.*)$/gm)].map(([, counters = '']) => {
    const accepted: Record<string, number> = {};
    const received: Record<string, number> = {};
    for (const counter of counters.split(' ')) {
      // `rcpt=3/4` when one of four was refused, `rcpt=4` when none was.
      const [verb = '', numbers = ''] = counter.split('=');
      const [good = '', all = good] = numbers.split('/');
      accepted[verb] = Number(good);
      received[verb] = Number(all);
    }
    return { accepted, received };
  });
}

/** Below the ephemeral range, so that no test that listens on port 0 is given it between our look and its use. */
async function findFreePort(): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 30_000);
    const server = createServer().listen(port, '127.0.0.1');
    const free = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (!free) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}

async function layOut(folder: string, port: number, options: PostfixOptions): Promise<void> {
  // mkdtemp makes it 0700, and most of Postfix does not run as root.
  await chmod(folder, 0o755);
  for (const name of ['etc', 'queue', 'data', 'mail']) await mkdir(`${folder}/${name}`);
  await chown(`${folder}/mail`, mailOwner, mailOwner);
  await run('/bin/chown', ['postfix', `${folder}/data`]);
  await writeFile(`${folder}/etc/main.cf`, mainCf(folder, options.domains));
  await writeFile(`${folder}/etc/master.cf`, masterCf(port, options.smtpdExtra));
}

function mainCf(
  folder: string,
  domains = ['example.com', 'example.net', 'example.org'] as readonly string[],
) {
  // One Maildir for everybody: virtual(8) refuses tables that build a path out of the address, and Delivered-To
  // says whose a message is.
  return `compatibility_level = 3.6
queue_directory = ${folder}/queue
data_directory = ${folder}/data
maillog_file = ${folder}/log
maillog_file_prefixes = ${folder}
myhostname = mx.example.com
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks =
mydestination =
local_recipient_maps =
alias_maps =
alias_database =
fast_flush_domains =
disable_dns_lookups = yes
smtpd_peername_lookup = no
smtpd_relay_restrictions = reject_unauth_destination
local_transport = error:this server delivers to virtual mailboxes only
default_transport = error:nothing leaves this machine
relay_transport = error:nothing leaves this machine
notify_classes =
# Nothing is added to a message for having come from this machine.
local_header_rewrite_clients =
virtual_mailbox_domains = ${domains.join(' ')}
virtual_mailbox_base = ${folder}/mail
virtual_mailbox_maps = static:inbox/
virtual_uid_maps = static:${mailOwner}
virtual_gid_maps = static:${mailOwner}
`;
}

function masterCf(port: number, smtpdExtra: Readonly<Record<string, string>> = {}): string {
  const extra = Object.entries(smtpdExtra).map(([name, value]) => `  -o { ${name} = ${value} }\n`);
  // Columns: service, type, private, unprivileged, chroot, wakeup, maxproc, command. tlsmgr only works once
  // smtpdExtra turns TLS on.
  return `127.0.0.1:${port} inet n - n - - smtpd
${extra.join('')}cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
showq unix n - n - - showq
postlog unix-dgram n - n - 1 postlogd
`;
}

/** In a process group of its own, so that one signal ends the master and everything it started. */
async function spawnMaster(folder: string): Promise<ChildProcess> {
  const flags = ['-c', `${folder}/etc`, '-d', '-e', String(lifetimeSeconds)];
  const master = spawn(masterDaemon, flags, { detached: true, stdio: 'ignore' });
  await once(master, 'spawn');
  return master;
}

/** Ready means greeted and logged: the log of a test starts behind the session that asked. */
async function waitForGreeting(port: number, master: ChildProcess, folder: string): Promise<void> {
  await until('a greeting', folder, async () => {
    if (hasExited(master)) throw new Error(`Postfix did not start:\n${await readLog(folder)}`);
    return await isGreeted(port);
  });
  await until('the first log lines', folder, async () => transactions(await readLog(folder)).length > 0);
}

function isGreeted(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('data', () => socket.end('QUIT\r\n'));
    socket.on('error', () => resolve(false));
    socket.on('close', () => resolve(socket.bytesRead > 0));
  });
}

function operate(folder: string, port: number, master: ChildProcess, logStart: number): Postfix {
  const log = async () => (await readLog(folder)).slice(logStart);
  return {
    host: '127.0.0.1',
    port,
    folder,
    maildirOf: async address => (await readMaildir(folder)).get(address.toLowerCase()) ?? [],
    delivered: () => readMaildir(folder),
    log,
    async sessions(count) {
      await until(`the end of ${count} sessions`, folder, async () => {
        const text = await log();
        const ended = transactions(text).length;
        return ended >= count && ended === text.split(' connect from ').length - 1;
      });
      return transactions(await log());
    },
    async queueEmpty() {
      // Twice: a bounce enters the queue behind the look that no longer finds the message it is about.
      await until(
        'an empty queue',
        folder,
        async () => (await isQueueEmpty(folder)) && (await isQueueEmpty(folder)),
      );
    },
    stop: () => remove(folder, master),
  };
}

async function readMaildir(folder: string): Promise<ReadonlyMap<string, readonly Buffer[]>> {
  const messages = new Map<string, Buffer[]>();
  const inbox = `${folder}/mail/inbox/new`;
  // Made with the first delivery.
  if (!existsSync(inbox)) return messages;
  for (const name of await readdir(inbox)) {
    const message = await readFile(`${inbox}/${name}`);
    // Prepended by virtual(8), hence the first of that name.
    const address = /^Delivered-To: (.*)$/m.exec(message.toString('utf8'))?.[1]?.toLowerCase() ?? '';
    messages.set(address, [...(messages.get(address) ?? []), message]);
  }
  return messages;
}

/** In the order a message travels, so that none slips by between two looks. */
async function isQueueEmpty(folder: string): Promise<boolean> {
  for (const queue of ['maildrop', 'incoming', 'active', 'deferred']) {
    const entries = await readdir(`${folder}/queue/${queue}`, { recursive: true, withFileTypes: true });
    if (entries.some(entry => entry.isFile())) return false;
  }
  return true;
}

async function readLog(folder: string): Promise<string> {
  return existsSync(`${folder}/log`) ? await readFile(`${folder}/log`, 'latin1') : '';
}

async function until(what: string, folder: string, isSo: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while (!(await isSo())) {
    if (performance.now() > deadline)
      throw new Error(`Waited ${patienceMs} ms for ${what}:\n${await readLog(folder)}`);
    await pause(20);
  }
}

/** SIGKILL: there is nothing to finish, since the queue goes with the folder. */
async function remove(folder: string, master: ChildProcess | undefined): Promise<void> {
  if (master?.pid !== undefined && !hasExited(master)) {
    const exited = once(master, 'exit');
    process.kill(-master.pid, 'SIGKILL');
    await exited;
  }
  await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
}

function hasExited(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
