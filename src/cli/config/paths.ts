import { homedir } from 'node:os';
import { join } from 'node:path';

/** `$XDG_DATA_HOME/mailtrack`: where `send`, `serve` and `report` of one user agree without configuration. */
export function dataFolder(environment: NodeJS.ProcessEnv): string {
  const base = environment['XDG_DATA_HOME'] || join(environment['HOME'] || homedir(), '.local', 'share');
  return join(base, 'mailtrack');
}
