import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';

/** File descriptors of this process. */
export interface Descriptors {
  readonly open: number;
  /** As many as it may have; Infinity without a limit. */
  readonly limit: number;
}

/** @returns undefined where the system does not say, which is everywhere but on Linux. proc(5) */
export async function readDescriptors(): Promise<Descriptors | undefined> {
  const limit = descriptorLimit();
  if (limit === undefined) return undefined;
  try {
    // Without the one that lists the folder.
    return { open: (await readdir('/proc/self/fd')).length - 1, limit };
  } catch {
    // None is left to list the folder with.
    return { open: limit, limit };
  }
}

/** @returns undefined where the system does not say. */
export function descriptorLimit(): number | undefined {
  try {
    const soft = /^Max open files\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'latin1'))?.[1];
    if (soft === undefined) return undefined;
    return soft === 'unlimited' ? Number.POSITIVE_INFINITY : Number(soft);
  } catch {
    return undefined;
  }
}
