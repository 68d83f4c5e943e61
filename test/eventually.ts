import { vi } from 'vitest';

/**
 * Asks again until what has to become so is so; a busy machine may take its time.
 * @param check throws, as `expect` does, while it is not so yet.
 * @returns what `check` returns.
 * @throws what `check` threw last, after a minute.
 */
export function eventually<T>(check: () => T): Promise<T> {
  return vi.waitFor(check, { timeout: 60_000 });
}
