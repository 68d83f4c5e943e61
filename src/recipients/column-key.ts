/** How names of columns are compared: blanks, `_`, `-` and case are one. */

/** Equal for `First Name`, `first_name`, `FirstName` and `FIRST-NAME`. */
export function columnKey(name: string): string {
  return name
    .normalize('NFC')
    .toLowerCase()
    .replaceAll(/[\s_-]+/g, '');
}

/**
 * The column somebody means: the one written exactly like that, then in any case, then by its key.
 * @returns undefined when there is none, and `several` when the key fits more than one.
 */
export function findColumn(names: readonly string[], wanted: string): number | 'several' | undefined {
  const trimmed = wanted.trim();
  const exact = names.indexOf(trimmed);
  if (exact !== -1) return exact;
  for (const same of [(name: string) => name.toLowerCase(), columnKey]) {
    const found = names.flatMap((name, index) => (same(name) === same(trimmed) ? [index] : []));
    if (found.length === 1) return found[0];
    if (found.length > 1) return 'several';
  }
  return undefined;
}
