import { findWritableByOthers } from '../system/writable-by-others.js';

export interface ExposedDatabase {
  /** To be closed to others: the database itself, or its folder. */
  readonly file: string;
  readonly warning: string;
}

/** @returns undefined when no other account can change what the database says, as far as modes tell. */
export async function findExposedDatabase(storeUrl: string): Promise<ExposedDatabase | undefined> {
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(storeUrl)) return undefined;
  const file = await findWritableByOthers(storeUrl);
  if (file === undefined) return undefined;
  return {
    file,
    warning: `other accounts can write to ${file}, and so change the database ${storeUrl}: chmod go-w ${file}`,
  };
}
