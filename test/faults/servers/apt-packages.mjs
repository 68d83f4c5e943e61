/** Packages of Debian, downloaded with apt and unpacked or copied beside the machine's own: nothing is installed there. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

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
  'libsecret-1.so.0': 'libsecret-1-0',
};

/** Unpacks packages, and those of the libraries that their program lacks. @param binary from `/`. */
export function unpackPackages(folder, binary, packages) {
  unpack(folder, packages);
  const environment = { ...process.env, LD_LIBRARY_PATH: libraryPath(folder) };
  for (let round = 0; round < 4; round += 1) {
    const listed = execFileSync('ldd', [join(folder, binary)], { env: environment, encoding: 'utf8' });
    const missing = [...listed.matchAll(/^\s*(\S+) => not found$/gm)].map(([, library]) => library);
    if (missing.length === 0) return;
    const unknown = missing.filter(library => packageOf[library] === undefined);
    if (unknown.length > 0) throw new Error(`no package is known for ${unknown.join(', ')}`);
    unpack(
      folder,
      missing.map(library => packageOf[library]),
    );
  }
}

/** Where a program finds the libraries of unpacked packages. */
export function libraryPath(folder) {
  const paths = ['usr/lib/x86_64-linux-gnu', 'usr/lib/aarch64-linux-gnu', 'lib/x86_64-linux-gnu'];
  return paths.map(path => join(folder, path)).join(':');
}

/** Unpacks packages and nothing else. */
export function unpack(folder, packages) {
  withDownloads(packages, file => execFileSync('dpkg', ['-x', file, folder]));
}

/** Puts the package files themselves into a folder. */
export function downloadPackages(folder, packages) {
  withDownloads(packages, (file, name) => copyFileSync(file, join(folder, name)));
}

function withDownloads(packages, take) {
  const downloads = mkdtempSync('/tmp/mailtrack-packages-');
  try {
    execFileSync('apt-get', ['download', '-qq', ...packages], { cwd: downloads, stdio: 'pipe' });
    for (const name of readdirSync(downloads)) take(join(downloads, name), name);
  } finally {
    rmSync(downloads, { recursive: true, force: true });
  }
}
