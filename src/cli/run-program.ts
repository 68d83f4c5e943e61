import { CommanderError } from './commander.js';
import { createProgram, isJson } from './program.js';
import { Streams } from './streams.js';

/** Sets the process's exit code; never ends the process, so that output is flushed. */
export async function runProgram(argv: readonly string[]): Promise<void> {
  const streams = new Streams(process);
  const program = await createProgram(argv, streams);
  const json = isJson(argv);
  let command: string | undefined;
  let thrown: unknown;
  try {
    if (argv.length === 0) program.outputHelp();
    else
      await program
        .hook('preAction', (_, action) => {
          // A rehearsal begins nothing: it is like the commands that only read.
          command = action.getOptionValue('dryRun') === true ? 'check' : action.name();
        })
        .parseAsync([...argv], { from: 'user' });
  } catch (error) {
    thrown = error;
    // After help and version commander ends in this way too.
    if (!(error instanceof CommanderError && error.exitCode === 0)) {
      const { explain } = await import('./explain.js');
      const named = argv.find(word => program.commands.some(one => one.name() === word));
      process.exitCode = explain(error, { json, streams, command, named });
    }
  }
  await streams.settled();
  if (streams.losses.length === 0) return;
  const { tellOfLoss } = await import('./tell-of-loss.js');
  process.exitCode = tellOfLoss(process.exitCode, thrown, { json, streams, command });
}
