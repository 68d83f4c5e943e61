import { CommanderError } from './commander.js';
import { outliveReader } from './output.js';
import { createProgram } from './program.js';

/** Runs one command line. Sets the process's exit code; never ends the process, so that output is flushed. */
export async function run(argv: readonly string[]): Promise<void> {
  outliveReader(process.stdout);
  const program = await createProgram(argv);
  try {
    if (argv.length === 0) program.outputHelp();
    else
      await program
        .hook('preAction', () => outliveReader(process.stderr))
        .parseAsync([...argv], { from: 'user' });
  } catch (error) {
    // After help and version commander ends in this way too.
    if (error instanceof CommanderError && error.exitCode === 0) return;
    outliveReader(process.stderr);
    const { explain } = await import('./explain.js');
    process.exitCode = explain(error, argv.includes('--json'));
  }
}
