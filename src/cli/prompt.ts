import { createInterface } from 'node:readline/promises';

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

/** Asks on stderr, since stdout is data. Ctrl-C and end of input answer ''. */
export async function ask(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await lines.question(question)).trim();
  } catch {
    return '';
  } finally {
    lines.close();
  }
}
