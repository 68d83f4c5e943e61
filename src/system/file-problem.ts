import { Problem } from '../problem.js';

/** Why a file cannot be read. @param path as it is shown. */
export function fileProblem(path: string, cause: unknown): Problem {
  const code = (cause as NodeJS.ErrnoException).code;
  if (code === 'ENOENT') {
    return new Problem('input-missing', `${path} does not exist`, {
      fix: 'Check the name and the folder.',
      cause,
    });
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return new Problem('io', `${path} cannot be read: permission denied`, { cause });
  }
  return new Problem('io', `${path} cannot be read: ${(cause as Error).message}`, { cause });
}
