/** Small libraries that are loaded before the C library, and change what the system does for one process. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

let folder;

/** @returns the library made of `<name>.c`; it is gone with this process. */
export function buildShim(name) {
  if (folder === undefined) {
    folder = mkdtempSync(join(tmpdir(), 'mailtrack-shims-'));
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  }
  const library = join(folder, `${name}.so`);
  if (!existsSync(library))
    execFileSync('cc', ['-shared', '-fPIC', '-O2', '-o', library, `test/faults/${name}.c`, '-ldl']);
  return library;
}

export function noCompiler() {
  try {
    execFileSync('cc', ['--version'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'cc is missing';
  }
}
