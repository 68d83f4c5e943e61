/**
 * A server of a Debian package that cannot be installed beside the others: unpacked, and laid over the machine's own
 * root in a mount namespace of its own. It finds its files, accounts and spool where it expects them, the machine sees
 * none of it, and everything is gone with the process. Needs root.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { wait } from '../trials.mjs';

/** Packages of the libraries that a small Debian may not have. */
const packageOf = {
  'libidn.so.12': 'libidn12',
  'libgnutls-dane.so.0': 'libgnutls-dane0',
  'libunbound.so.8': 'libunbound8',
  'libnsl.so.2': 'libnsl2',
  'libtirpc.so.3': 'libtirpc3',
  'libdb-5.3.so': 'libdb5.3',
  'libevent-2.1.so.7': 'libevent-2.1-7',
  'libpcre2-8.so.0': 'libpcre2-8-0',
};

/**
 * @param binary the server's program, from `/`. @param packages where it is from. @param accounts name → home.
 * @param files path → text. @param shared folders that the driver can look into, owned by an account: path → name.
 * @param command the program and its arguments, in the foreground.
 * @returns port, folder, `stop`.
 */
export async function startInARoot({ binary, packages, accounts, files, shared, command }) {
  const folder = mkdtempSync('/tmp/mailtrack-server-');
  chmodSync(folder, 0o755);
  const unpacked = join(folder, 'unpacked');
  mkdirSync(unpacked);
  try {
    if (!existsSync(binary)) unpack(unpacked, binary, packages);
    const port = await findFreePort();
    const names = Object.keys(accounts);
    const numberOf = name => 60_100 + names.indexOf(name);
    const append = (file, lines) => [`cat >> root${file} <<'END'`, ...lines, 'END'];
    const write = ([path, text]) => [
      `mkdir -p root${dirname(path)}`,
      `cat > root${path} <<'END'`,
      text(port),
      'END',
    ];
    const script = [
      'set -e',
      `mkdir ${folder}/root && mount -t tmpfs tmpfs ${folder}/root && cd ${folder}/root`,
      'mkdir lower upper work root',
      `cp -a ${unpacked}/. lower/`,
      // A folder would hide the link that /lib is.
      'if [ -d lower/lib ]; then mkdir -p lower/usr/lib; cp -a lower/lib/. lower/usr/lib/; rm -rf lower/lib; fi',
      'mount -t overlay overlay -o lowerdir=lower:/,upperdir=upper,workdir=work root',
      'mount --rbind /dev root/dev',
      'mount -t proc proc root/proc',
      'mkdir -p root/run',
      ...append(
        '/etc/passwd',
        names.map(name => `${name}:x:${numberOf(name)}:${numberOf(name)}::${accounts[name]}:/bin/sh`),
      ),
      ...append(
        '/etc/group',
        names.map(name => `${name}:x:${numberOf(name)}:`),
      ),
      ...names.map(name => `mkdir -p root${accounts[name]}; chown ${numberOf(name)} root${accounts[name]}`),
      ...Object.entries(files).flatMap(write),
      ...Object.entries(shared).flatMap(([path, name], index) => [
        `mkdir -p ${folder}/shared${index} root${path}`,
        `chown ${numberOf(name)}:${numberOf(name)} ${folder}/shared${index}`,
        `mount --bind ${folder}/shared${index} root${path}`,
      ]),
      `exec chroot root ${command(port).join(' ')}`,
    ];
    writeFileSync(join(folder, 'start.sh'), script.join('\n'));
    const args = ['--mount', '--pid', '--fork', '--kill-child', 'sh', join(folder, 'start.sh')];
    const server = spawn('unshare', args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [server.stdout, server.stderr])
      stream.on('data', chunk => {
        said = (said + chunk).slice(-4_000);
      });
    await waitForGreeting(port, server, () => said);
    return {
      port,
      sharedFolder: path => join(folder, `shared${Object.keys(shared).indexOf(path)}`),
      async stop() {
        const ended = once(server, 'exit');
        server.kill('SIGKILL');
        await ended;
        rmSync(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** How often each address got its message, by the To field of each file of a Maildir. */
export function countDelivered(maildir) {
  const copies = new Map();
  for (const folder of ['new', 'cur'].map(name => join(maildir, name)).filter(existsSync)) {
    for (const name of readdirSync(folder)) {
      const address =
        /^To: .*?([^\s<>]+@[^\s<>]+)/im.exec(readFileSync(join(folder, name), 'latin1'))?.[1] ?? name;
      copies.set(address, (copies.get(address) ?? 0) + 1);
    }
  }
  return copies;
}

/** Nothing waits in a queue any more. @param isQueued tells the files of a message from others. */
export async function waitForEmptyQueue(folders, isQueued = () => true) {
  const queued = () =>
    folders
      .filter(existsSync)
      .flatMap(folder => readdirSync(folder, { recursive: true, withFileTypes: true }))
      .filter(entry => entry.isFile() && isQueued(entry.name)).length;
  const deadline = performance.now() + 180_000;
  // Several times in a row: a message moves between two folders.
  for (let empty = 0; empty < 5; empty = queued() === 0 ? empty + 1 : 0) {
    if (performance.now() > deadline) throw new Error(`${queued()} files still in the queue`);
    await wait(100);
  }
}

function unpack(folder, binary, packages) {
  download(folder, packages);
  const paths = ['usr/lib/x86_64-linux-gnu', 'usr/lib/aarch64-linux-gnu', 'lib/x86_64-linux-gnu'];
  const environment = { ...process.env, LD_LIBRARY_PATH: paths.map(path => join(folder, path)).join(':') };
  for (let round = 0; round < 4; round += 1) {
    const listed = execFileSync('ldd', [join(folder, binary)], { env: environment, encoding: 'utf8' });
    const missing = [...listed.matchAll(/^\s*(\S+) => not found$/gm)].map(([, library]) => library);
    if (missing.length === 0) return;
    const unknown = missing.filter(library => packageOf[library] === undefined);
    if (unknown.length > 0) throw new Error(`no package is known for ${unknown.join(', ')}`);
    download(
      folder,
      missing.map(library => packageOf[library]),
    );
  }
}

function download(folder, packages) {
  const downloads = mkdtempSync('/tmp/mailtrack-packages-');
  try {
    execFileSync('apt-get', ['download', '-qq', ...packages], { cwd: downloads, stdio: 'pipe' });
    for (const name of readdirSync(downloads)) execFileSync('dpkg', ['-x', join(downloads, name), folder]);
  } finally {
    rmSync(downloads, { recursive: true, force: true });
  }
}

async function findFreePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

async function waitForGreeting(port, server, said) {
  const deadline = performance.now() + 20_000;
  while (!(await isGreeted(port))) {
    if (server.exitCode !== null || performance.now() > deadline) {
      server.kill('SIGKILL');
      throw new Error(`the server did not start: ${said()}`);
    }
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
