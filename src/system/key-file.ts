import { randomBytes } from 'node:crypto';
import {
  chmod,
  type FileHandle,
  link,
  mkdir,
  open,
  readFile,
  realpath,
  rename,
  rm,
  stat,
} from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
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

/** Whether other accounts may read or change it. Windows has no such mode. */
export async function isOpenToOthers(path: string): Promise<boolean> {
  if (process.platform === 'win32') return false;
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && (found.mode & 0o077) !== 0;
}

/**
 * Replaces the text of the key file with what `change` makes of it, in one step: whoever reads sees the old text or the
 * new one. Processes that change it at the same time do so one after another, each from what the one before it left.
 * @param change of the text as it is now; what it throws leaves the file alone.
 * @throws Problem `key` when the file is not there or cannot be written, or is being changed by another for `patienceMs`.
 */
export async function changeKeyFile(
  path: string,
  change: (text: string) => string,
  patienceMs = 5_000,
): Promise<void> {
  // The file itself, should the name be a link to it.
  const file = await realpath(path).catch(() => path);
  const release = await lockKeyFile(file, patienceMs);
  try {
    const text = await readKeyFile(file);
    if (text === undefined) throw new Problem('key', `there is no key file ${path}`);
    await replaceKeyFile(file, change(text));
  } catch (cause) {
    if (cause instanceof Problem) throw cause;
    throw new Problem('key', `the key file ${path} cannot be changed: ${(cause as Error).message}`, {
      cause,
    });
  } finally {
    await release();
  }
}

const lockRetryMs = 20;

/** @returns what removes the lock. */
async function lockKeyFile(file: string, patienceMs: number): Promise<() => Promise<void>> {
  const lock = `${file}.lock`;
  for (const start = performance.now(); ; await delay(lockRetryMs)) {
    try {
      const handle = await open(lock, 'wx', 0o600);
      await handle.writeFile(`${process.pid}\n`);
      await handle.close();
      return () => rm(lock, { force: true });
    } catch (cause) {
      const taken = (cause as NodeJS.ErrnoException).code === 'EEXIST';
      if (taken && performance.now() - start < patienceMs) continue;
      const what = taken
        ? 'is being changed by another process'
        : `cannot be changed: ${(cause as Error).message}`;
      throw new Problem('key', `the key file ${file} ${what}`, {
        // Only a process that was killed within these few milliseconds leaves it behind.
        fix: taken ? `If none is running, remove ${lock}.` : 'Make its folder writable for you.',
        cause,
      });
    }
  }
}

async function replaceKeyFile(path: string, text: string): Promise<void> {
  const temporary = await writeBeside(path, text);
  try {
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw cause;
  }
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** A file of this call alone: two of one process, or of two containers with one disk, may meet here. */
async function writeBeside(path: string, text: string): Promise<string> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.new`;
  let file: FileHandle | undefined;
  try {
    file = await open(temporary, 'wx', 0o600);
    await file.writeFile(text);
    await file.sync();
    await chmod(temporary, 0o600);
    return temporary;
  } catch (cause) {
    await rm(temporary, { force: true });
    throw cause;
  } finally {
    await file?.close();
  }
}

async function createKeyFile(path: string, text: string): Promise<boolean> {
  let temporary = '';
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    temporary = await writeBeside(path, text);
    // link() fails when the name is taken, unlike rename(): whoever comes first wins.
    await link(temporary, path);
    return true;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw new Problem('key', `the key file ${path} cannot be created: ${(cause as Error).message}`, {
      cause,
    });
  } finally {
    if (temporary !== '') await rm(temporary, { force: true });
  }
}
