import { readFile, stat } from 'node:fs/promises';

export interface DkimKeyFile {
  readonly pem: string;
  /** Every account of this machine may read it. */
  readonly isOpen: boolean;
}

/** @returns the reason in words when there is no such file or it cannot be read. */
export async function readDkimKeyFile(path: string): Promise<DkimKeyFile | { readonly why: string }> {
  try {
    const facts = await stat(path);
    if (!facts.isFile()) return { why: 'is not a file' };
    return { pem: await readFile(path, 'utf8'), isOpen: (facts.mode & 0o004) !== 0 };
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return { why: 'does not exist' };
    return { why: `cannot be read: ${code === 'EACCES' ? 'permission denied' : message}` };
  }
}
