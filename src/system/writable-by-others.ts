import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Whether other accounts may change a file, or put another in its place, as far as modes tell. The user's own group is theirs:
 * many systems give each user one. Windows has no such mode.
 * @returns the path that is to be closed to others.
 */
export async function findWritableByOthers(file: string): Promise<string | undefined> {
  if (process.platform === 'win32') return undefined;
  for (const path of [file, dirname(file)]) {
    const found = await stat(path).catch(() => undefined);
    if (found === undefined) continue;
    const isForeignGroup = found.gid !== process.getegid?.();
    if ((found.mode & 0o002) !== 0 || ((found.mode & 0o020) !== 0 && isForeignGroup)) return path;
  }
  return undefined;
}
