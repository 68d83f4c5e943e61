/** The copies of a sample as they would be sent, made by the built command. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** @returns the .eml files, in the order of the list. */
export function makeCopies({ name, template, who, list }, folder) {
  const out = join(folder, name);
  mkdirSync(out);
  execFileSync(process.execPath, [
    'bin/mailtrack.js',
    ...['send', `templates/${template}`, who, `templates/${list}`, '--dry-run', '--out', out],
    ...['--from', 'Anthony Archer <anthony@example.com>', '--tracking-url', 'https://t.example.com'],
    ...['--db', join(folder, 'samples.db'), '--quiet'],
  ]);
  return readdirSync(out)
    .filter(file => file.endsWith('.eml'))
    .sort()
    .map(file => join(out, file));
}
