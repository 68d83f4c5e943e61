import { mkdir, mkdtemp, open } from 'node:fs/promises';
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

/** Writes a file only the user can read: mail and lists hold addresses. @throws Problem `cannot-create` */
export async function writePrivateFile(folder: string, name: string, bytes: Uint8Array): Promise<string> {
  const path = join(folder, name);
  try {
    const file = await open(path, 'w', 0o600);
    try {
      await file.writeFile(bytes);
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw cannotCreate(path, cause);
  }
  return path;
}

function cannotCreate(path: string, cause: unknown): Problem {
  return new Problem('cannot-create', `${path} cannot be written: ${(cause as Error).message}`, {
    fix: 'Choose a folder you may write to.',
    cause,
  });
}
