import { Problem, Problems } from '../problem.js';
import { problemJson, problemLines } from '../terminal/problem-view.js';
import { CommanderError } from './commander.js';
import { exitCodeOf, exitCodes } from './exit-codes.js';

/** Says what went wrong, on stderr. @returns the exit code. */
export function explain(error: unknown, json: boolean): number {
  if (error instanceof CommanderError) {
    // Commander has said it already, in words.
    if (json) printProblems([new Problem('usage', error.message.replace(/^error: /, ''))], true);
    return exitCodes.usage;
  }
  const problems =
    error instanceof Problems ? error.problems : [error instanceof Problem ? error : bug(error)];
  printProblems(problems, json);
  const [first] = problems;
  return first === undefined ? exitCodes.bug : exitCodeOf(first.code);
}

function printProblems(problems: readonly Problem[], json: boolean): void {
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
