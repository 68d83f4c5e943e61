import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { lstat, mkdir, mkdtemp, open, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Problem } from '../problem.js';

/** Creates the folder (0700) if it is not there. @throws Problem `cannot-create` */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw cannotCreate(path, cause);
  }
}

/** A new folder (0700) for what is looked at and not kept. @throws Problem `cannot-create` */
export async function makeTemporaryFolder(what: string): Promise<string> {
  const path = join(tmpdir(), `mailtrack-${what}-`);
  try {
    return await mkdtemp(path);
  } catch (cause) {
    throw cannotCreate(path, cause);
  }
}

/**
 * Writes a file only the user can read: mail and lists hold addresses. It is written beside and put in the place of an earlier one of
 * the user's, so that it has the mode of a new file, and no link is followed.
 * @throws Problem `cannot-create`, also when the name is taken by a link, by something that is no file or by another user's file.
 */
export async function writePrivateFile(folder: string, name: string, bytes: Uint8Array): Promise<string> {
  const path = join(folder, name);
  const temporary = `${path}.${randomBytes(6).toString('hex')}.new`;
  try {
    await refuseForeign(path);
    // Fails when the name is taken, by a link too.
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(bytes);
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw cannotCreate(path, cause);
  }
  return path;
}

async function refuseForeign(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return;
  if (found.isSymbolicLink()) throw new Error('it is a symbolic link');
  if (!found.isFile()) throw new Error('it is not a regular file');
  if (process.getuid !== undefined && found.uid !== process.getuid())
    throw new Error('it belongs to another user');
}

/** Removes a folder later, whether this process still runs or not. Whatever becomes of it is nobody's concern. */
export function removeFolderLater(path: string, afterMs: number): void {
  const script =
    'setTimeout(() => fs.rmSync(process.argv[1], { recursive: true, force: true }), process.argv[2])';
  const child = spawn(process.execPath, ['-e', script, path, String(afterMs)], {
    stdio: 'ignore',
    detached: true,
    // Nothing of our environment is needed there.
    env: {},
  });
  child.once('error', () => undefined);
  child.unref();
}

function cannotCreate(path: string, cause: unknown): Problem {
  return new Problem('cannot-create', `${path} cannot be written: ${(cause as Error).message}`, {
    fix: 'Choose a folder you may write to.',
    cause,
  });
}
