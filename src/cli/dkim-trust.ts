import { realpath } from 'node:fs/promises';
import { dirname, relative, sep } from 'node:path';
import type { Problem } from '../problem.js';
import { findUntrusted, projectFile } from './config/trust.js';
import type { Context } from './context.js';

/**
 * A signature is worth as much as its key. A project may sign with keys of its own folder; one of the user's keys, or the
 * domain that it signs for, is chosen by an untrusted project only after `config trust`.
 * @param keyFiles settings that name a key file.
 */
export async function findUntrustedDkim(
  { config, path }: Pick<Context, 'config' | 'path'>,
  keyFiles: readonly string[],
): Promise<Problem | undefined> {
  const dkim = new Map([...config.values].filter(([key]) => key.startsWith('dkim.')));
  const project = projectFile(config);
  const isAllOfProject = [...dkim.values()].every(({ origin }) => origin.kind === 'project');
  if (project !== undefined && isAllOfProject) {
    const paths = keyFiles.map(path).filter(file => file !== undefined);
    const areInside = await Promise.all(paths.map(file => isInside(dirname(project.file), file)));
    if (areInside.every(Boolean)) return undefined;
  }
  return findUntrusted(config, dkim, 'no key from elsewhere signs for it');
}

/** Through links. A file that is not there is for its reader to complain about. */
async function isInside(folder: string, file: string): Promise<boolean> {
  try {
    const way = relative(await realpath(folder), await realpath(file));
    return way !== '..' && !way.startsWith(`..${sep}`);
  } catch {
    return true;
  }
}
