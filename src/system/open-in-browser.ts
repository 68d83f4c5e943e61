import { spawn } from 'node:child_process';
import { childEnvironment } from './child-environment.js';

/** Hands a file to the program the desktop has for it, and does not wait. @returns whether there is one to hand it to. */
export function openInBrowser(path: string): Promise<boolean> {
  const opener = process.platform === 'darwin' ? 'open' : 'xdg-open';
  return new Promise(resolve => {
    const child = spawn(opener, [path], { stdio: 'ignore', detached: true, env: childEnvironment() });
    child.once('error', () => resolve(false));
    child.once('spawn', () => {
      child.unref();
      resolve(true);
    });
  });
}
