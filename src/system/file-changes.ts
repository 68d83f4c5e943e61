import { stat } from 'node:fs/promises';

/**
 * Looks at files from time to time, since what renews certificates replaces files, folders or links, and a watch on any of those
 * misses the others.
 * @returns ends it.
 */
export function watchFiles(paths: readonly string[], everyMs: number, changed: () => void): () => void {
  const haveChanged = fileChanges(paths);
  const look = async () => {
    if (await haveChanged()) changed();
  };
  void look();
  const timer = setInterval(() => void look(), everyMs);
  timer.unref();
  return () => clearInterval(timer);
}

/** @returns tells whether one of them is another than at the last look. While one is missing, that is no change yet. */
export function fileChanges(paths: readonly string[]): () => Promise<boolean> {
  let last: string | undefined;
  return async () => {
    const now = await signatureOf(paths);
    const isChange = now !== undefined && last !== undefined && now !== last;
    last = now ?? last;
    return isChange;
  };
}

async function signatureOf(paths: readonly string[]): Promise<string | undefined> {
  try {
    const stats = await Promise.all(paths.map(path => stat(path)));
    return stats.map(({ dev, ino, mtimeMs, size }) => `${dev} ${ino} ${mtimeMs} ${size}`).join();
  } catch {
    return undefined;
  }
}
