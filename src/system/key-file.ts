import { randomBytes } from 'node:crypto';
import { chmod, link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Problem } from '../problem.js';

export interface KeyFile {
  readonly text: string;
  /** true when there was no key and this call made one. */
  readonly created: boolean;
}

/**
 * Reads the key file, or creates it with what `newText` returns. Creation is atomic: of two processes that start
 * together one key wins and both use it; a half-written key is never seen.
 * @throws Problem `key` when it can neither be read nor created.
 */
export async function readOrCreateKeyFile(path: string, newText: () => string): Promise<KeyFile> {
  const existing = await readKeyFile(path);
  if (existing !== undefined) return { text: existing, created: false };
  const created = await createKeyFile(path, newText());
  const text = await readKeyFile(path);
  if (text === undefined) throw new Problem('key', `the key file ${path} disappeared while it was created`);
  return { text, created };
}

/** @returns undefined when there is no such file. */
export async function readKeyFile(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Problem('key', `the key file ${path} cannot be read: ${(cause as Error).message}`, {
      fix: 'Make it readable for you, or name another with MAILTRACK_KEY.',
      cause,
    });
  }
}

async function createKeyFile(path: string, text: string): Promise<boolean> {
  // Of this call alone: two of one process, or of two containers with one disk, may meet here.
  const temporary = `${path}.${randomBytes(6).toString('hex')}.new`;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const file = await open(temporary, 'w', 0o600);
    await file.writeFile(text);
    await file.sync();
    await file.close();
    await chmod(temporary, 0o600);
    // link() fails when the name is taken, unlike rename(): whoever comes first wins.
    await link(temporary, path);
    return true;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw new Problem('key', `the key file ${path} cannot be created: ${(cause as Error).message}`, {
      cause,
    });
  } finally {
    await rm(temporary, { force: true });
  }
}
