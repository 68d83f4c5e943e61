import { CommanderError } from 'commander';
import { Problem, Problems } from '../problem.js';
import { exitCodeOf, exitCodes } from './exit-codes.js';
import { outliveReaders } from './output.js';
import { createProgram } from './program.js';

/** Runs one command line. Sets the process's exit code; never ends the process, so that output is flushed. */
export async function run(argv: readonly string[]): Promise<void> {
  outliveReaders();
  const program = await createProgram(argv);
  try {
    if (argv.length === 0) program.outputHelp();
    else await program.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    process.exitCode = await explain(error, argv.includes('--json'));
  }
}

async function explain(error: unknown, json: boolean): Promise<number> {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return exitCodes.ok;
    if (json) await printProblems([new Problem('usage', error.message.replace(/^error: /, ''))], true);
    return exitCodes.usage;
  }
  const problems =
    error instanceof Problems ? error.problems : [error instanceof Problem ? error : bug(error)];
  await printProblems(problems, json);
  const [first] = problems;
  return first === undefined ? exitCodes.bug : exitCodeOf(first.code);
}

async function printProblems(problems: readonly Problem[], json: boolean): Promise<void> {
  const { problemJson, problemLines } = await import('../terminal/problem-view.js');
  const text = json ? problemJson(problems) : problemLines(problems).join('\n');
  process.stderr.write(`${text}\n`);
}

function bug(error: unknown): Problem {
  const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new Problem('bug', what, {
    fix: 'This is a fault of mailtrack. What was recorded is safe: `mailtrack list` shows it.',
    cause: error,
  });
}
