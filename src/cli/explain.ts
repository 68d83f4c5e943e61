import { Problem, Problems } from '../problem.js';
import { problemJson, problemLines } from '../terminal/problem-view.js';
import { CommanderError } from './commander.js';
import { exitCodeOf, exitCodes } from './exit-codes.js';
import { isSending } from './lost-output.js';
import { fitted } from './output.js';
import type { Streams } from './streams.js';
import { usageProblem } from './usage-problem.js';

export interface Explaining {
  readonly json: boolean;
  readonly streams: Streams;
  /** The command by name; undefined: none was begun. */
  readonly command: string | undefined;
  /** The command on the line, which may not have been understood; undefined: none was found there. */
  readonly named?: string | undefined;
}

/** Says what went wrong, on stderr. @returns the exit code. */
export function explain(error: unknown, how: Explaining): number {
  if (error instanceof CommanderError) {
    const problem = usageProblem(error, { command: how.named, json: how.json });
    if (problem !== undefined) printProblems([problem], how);
    return exitCodes.usage;
  }
  const problems =
    error instanceof Problems ? error.problems : [error instanceof Problem ? error : bug(error)];
  printProblems(problems, how);
  const [first] = problems;
  return first === undefined ? exitCodes.bug : exitCodeOf(first.code);
}

function printProblems(problems: readonly Problem[], { json, streams, command }: Explaining): void {
  // The data of a command that reads must not have anything else among it.
  const left = streams.isLost('stderr') && isSending(command) ? 'stdout' : 'stderr';
  const text = json ? problemJson(problems) : fitted(problemLines(problems).join('\n'), streams[left]);
  streams.write(left, `${text}\n`);
}

function bug(error: unknown): Problem {
  const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new Problem('bug', what, {
    fix: 'This is a fault of mailtrack. What was recorded is safe: `mailtrack list` shows it.',
    cause: error,
  });
}
