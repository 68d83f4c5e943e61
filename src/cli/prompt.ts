import { createInterface } from 'node:readline/promises';
import { fitted } from './output.js';

/** The one place that decides whether a person is there to answer. */
export function canPrompt(options: { json: boolean; noInput: boolean; readsStdin: boolean }): boolean {
  const ci = process.env['CI'];
  const inCi = ci !== undefined && ci !== '' && ci !== '0' && ci !== 'false';
  return (
    process.stdin.isTTY === true &&
    process.stderr.isTTY === true &&
    process.env['TERM'] !== 'dumb' &&
    !inCi &&
    !options.json &&
    !options.noInput &&
    !options.readsStdin
  );
}

/**
 * Asks on stderr, since stdout is data. Ctrl-C and end of input answer ''.
 * @param question its last line is drawn again as the answer is typed; those before it are written once.
 */
export async function ask(question: string): Promise<string> {
  const above = question.lastIndexOf('\n') + 1;
  if (above > 0) process.stderr.write(fitted(question.slice(0, above), process.stderr));
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await lines.question(question.slice(above))).trim();
  } catch {
    return '';
  } finally {
    lines.close();
  }
}
