/**
 * A server of a Debian package that cannot be installed beside the others: laid over the machine's own root in a mount
 * namespace of its own. It finds its files, accounts and spool where it expects them, the machine sees none of it, and
 * everything is gone with the process. Needs root.
 */
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { downloadPackages, unpack, unpackPackages } from './apt-packages.mjs';
import { findFreePort, startProcess } from './process.mjs';

/** Also the domain that the servers are told to take mail for. */
const hostName = 'mx.example.com';

/**
 * @param binary the server's program, from `/`: packages are only needed where it is missing, and so are its libraries. @param packages where it is from. @param accounts name → home.
 * @param files path → text. @param shared folders that the driver can look into, owned by an account: path → name.
 * @param command the program and its arguments, in the foreground.
 * @param setup port → lines of shell that run in the root before it. @param install the packages are installed there with their
 * own scripts, which make accounts and configurations, and not only unpacked. @param present files that are there before, empty: what
 * the scripts would take minutes to make.
 * @returns port, `sharedFolder`, `stop`.
 */
export async function startInARoot({
  binary,
  packages,
  accounts = {},
  files = {},
  shared = {},
  command,
  setup = () => [],
  install = false,
  present = [],
}) {
  const folder = mkdtempSync('/tmp/mailtrack-server-');
  chmodSync(folder, 0o755);
  const unpacked = join(folder, 'unpacked');
  const downloaded = join(folder, 'downloaded');
  for (const name of [unpacked, downloaded]) mkdirSync(name);
  try {
    if (install) downloadPackages(downloaded, packages);
    else if (binary === undefined) unpack(unpacked, packages);
    else if (!existsSync(binary)) unpackPackages(unpacked, binary, packages);
    const port = await findFreePort();
    const script = [
      ...mountRoot(folder, unpacked),
      ...makeAccounts(accounts),
      ...present.flatMap(path => writeInto(path, '')),
      ...(install ? installPackages(downloaded) : []),
      ...Object.entries(files).flatMap(([path, text]) => writeInto(path, text(port))),
      ...makeShared(folder, shared),
      ...writeInto('/root/start', ['set -e', ...setup(port), `exec ${command(port).join(' ')}`].join('\n')),
      'exec chroot root /bin/sh /root/start',
    ];
    writeFileSync(join(folder, 'start.sh'), script.join('\n'));
    const args = ['--mount', '--uts', '--pid', '--fork', '--kill-child', 'sh', join(folder, 'start.sh')];
    const server = await startProcess(port, 'unshare', args);
    return {
      port,
      sharedFolder: path => join(folder, `shared${Object.keys(shared).indexOf(path)}`),
      async stop() {
        await server.stop();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

function mountRoot(folder, unpacked) {
  return [
    'set -e',
    `hostname ${hostName}`,
    `mkdir ${folder}/root && mount -t tmpfs tmpfs ${folder}/root && cd ${folder}/root`,
    'mkdir lower upper work root',
    `cp -a ${unpacked}/. lower/`,
    // A folder would hide the link that /lib is.
    'if [ -d lower/lib ]; then mkdir -p lower/usr/lib; cp -a lower/lib/. lower/usr/lib/; rm -rf lower/lib; fi',
    'mount -t overlay overlay -o lowerdir=lower:/,upperdir=upper,workdir=work root',
    'mount --rbind /dev root/dev',
    'mount -t proc proc root/proc',
    'mkdir -p root/run root/root',
    ...writeInto('/etc/hosts', `127.0.0.1 localhost\n127.0.0.1 ${hostName}`),
  ];
}

function makeAccounts(accounts) {
  const names = Object.keys(accounts);
  const lines = names.map(
    name => `${name}:x:${numberOf(accounts, name)}:${numberOf(accounts, name)}::${accounts[name]}:/bin/sh`,
  );
  return [
    "cat >> root/etc/passwd <<'END'",
    ...lines,
    'END',
    "cat >> root/etc/group <<'END'",
    ...names.map(name => `${name}:x:${numberOf(accounts, name)}:`),
    'END',
    ...names.map(
      name =>
        `mkdir -p root${accounts[name]}; chroot root chown ${numberOf(accounts, name)} ${accounts[name]}`,
    ),
  ];
}

const numberOf = (accounts, name) => 60_100 + Object.keys(accounts).indexOf(name);

/** The scripts of the packages start nothing. Conflicts are with what the machine has, and this root is another. */
function installPackages(downloaded) {
  return [
    ...writeInto('/usr/sbin/policy-rc.d', '#!/bin/sh\nexit 101'),
    'chmod 755 root/usr/sbin/policy-rc.d',
    `mkdir -p root/root/packages && cp ${downloaded}/*.deb root/root/packages/`,
    'export DEBIAN_FRONTEND=noninteractive LC_ALL=C',
    // What a script cannot do here, the setup does; what is missing then shows when the server starts.
    'chroot root sh -c "dpkg --force-depends --force-conflicts --force-overwrite --no-triggers -i /root/packages/*.deb" || true',
  ];
}

function makeShared(folder, shared) {
  return Object.entries(shared).flatMap(([path, name], index) => [
    `mkdir -p ${folder}/shared${index} root${path}`,
    `mount --bind ${folder}/shared${index} root${path}`,
    `chroot root chown ${name}: ${path}`,
  ]);
}

function writeInto(path, text) {
  return [`mkdir -p root${dirname(path)}`, `cat > root${path} <<'END'`, text, 'END'];
}
