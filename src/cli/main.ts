import { compileAhead } from '../system/compile-apart.js';
import { likelyTemplate } from './likely-template.js';

/** Runs one command line. Sets the process's exit code; never ends the process, so that output is flushed. */
export async function run(argv: readonly string[]): Promise<void> {
  // Before the rest of the program is loaded, which takes as long as the process needs to be ready.
  const template = likelyTemplate(argv);
  if (template !== undefined) compileAhead(template);
  const { runProgram } = await import('./run-program.js');
  await runProgram(argv);
}
