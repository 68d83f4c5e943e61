import { createReadStream } from 'node:fs';
import { access, readFile, realpath, stat } from 'node:fs/promises';
import { isAbsolute, relative, sep } from 'node:path';
import { Problem } from '../problem.js';
import type { Files } from '../workflow/ports.js';
import { fileProblem } from './file-problem.js';
import { streamStandardInput } from './standard-input.js';

export const systemFiles: Files = {
  async readText(path) {
    const bytes = await systemFiles.readBytes(path);
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    } catch (cause) {
      throw new Problem('io', `${path} is not valid UTF-8`, { fix: 'Save the file as UTF-8.', cause });
    }
  },

  async readBytes(path) {
    await requireRegularFile(path);
    try {
      return await readFile(path);
    } catch (cause) {
      throw fileProblem(path, cause);
    }
  },

  async *stream(path) {
    if (path === '-') {
      yield* streamStandardInput();
      return;
    }
    await requireRegularFile(path);
    try {
      yield* createReadStream(path) as AsyncIterable<Uint8Array>;
    } catch (cause) {
      throw fileProblem(path, cause);
    }
  },

  async exists(path) {
    try {
      await access(path);
      return true;
    } catch {
      return false;
    }
  },

  async isInside(path, folder) {
    const way = relative(await realpath(folder), await realpath(path));
    return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
  },
};

/** @returns octets. @throws Problem `input-missing`, `io`. */
export async function sizeOf(path: string): Promise<number> {
  const { size } = await stat(path).catch((cause: unknown) => {
    throw fileProblem(path, cause);
  });
  return size;
}

/** A directory, a FIFO or /dev/zero named by mistake must not hang or fill the memory. */
async function requireRegularFile(path: string): Promise<void> {
  const facts = await stat(path).catch((cause: unknown) => {
    throw fileProblem(path, cause);
  });
  if (!facts.isFile()) throw new Problem('io', `${path} is not a file`, { fix: 'Name a regular file.' });
}
