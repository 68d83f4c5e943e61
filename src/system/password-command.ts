import { spawn } from 'node:child_process';
import { Problem } from '../problem.js';
import { childEnvironment } from './child-environment.js';

/**
 * Runs the user's `password_command` through the shell and returns its first line.
 * The command gets the terminal (a pass phrase prompt needs it); its standard error is shown as it comes.
 * @throws Problem `config` with the exit status when it fails or prints nothing; never with the command, which may hold a
 *   secret itself.
 */
export async function runPasswordCommand(command: string): Promise<string> {
  const child = spawn(command, {
    shell: true,
    stdio: ['inherit', 'pipe', 'inherit'],
    env: childEnvironment(),
  });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const status = await new Promise<number | string>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'unknown'));
  });
  const firstLine = Buffer.concat(chunks).toString('utf8').split(/\r?\n/, 1)[0] ?? '';
  if (status !== 0 || firstLine === '') {
    const what = status === 0 ? 'printed nothing' : `ended with status ${status}`;
    throw new Problem('config', `smtp.password_command ${what}`, {
      fix: 'Run the command by hand and see.',
    });
  }
  return firstLine;
}
