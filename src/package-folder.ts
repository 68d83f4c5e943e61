import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/** Where package.json is: above `src`, `dist` and `bundle` alike. Without a slash at the end. */
export function packageFolder(): string {
  return fileURLToPath(new URL('..', import.meta.url)).replace(/[\\/]$/, '');
}

/** By `require`: for `import { … } from 'node:fs'` Node loads all its streams. */
export function packageVersion(): string {
  return (createRequire(import.meta.url)('../package.json') as { version: string }).version;
}
