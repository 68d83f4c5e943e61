/** Servers of npm that are no dependency of ours: installed in a folder of their own, without their install scripts. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findFreePort, startProcess } from './process.mjs';

/**
 * @param packages `name@version`. @param files path in the folder → text, for a port and the folder.
 * @param command port, folder → the script below `node_modules/.bin` and its arguments.
 */
export async function startNpmPackage({ packages, files = () => ({}), command }) {
  const folder = mkdtempSync('/tmp/mailtrack-server-');
  try {
    writeFileSync(join(folder, 'package.json'), '{"private":true}');
    const quiet = ['--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
    execFileSync('npm', ['install', ...quiet, ...packages], { cwd: folder, stdio: 'pipe' });
    const port = await findFreePort();
    for (const [path, text] of Object.entries(files(port, folder))) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const [script, ...args] = command(port, folder);
    const server = await startProcess(port, process.execPath, [
      join(folder, 'node_modules/.bin', script),
      ...args,
    ]);
    return {
      port,
      folder,
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
