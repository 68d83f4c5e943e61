/** commander's complaints about a command line, in the form of every other problem. */
import type { CommanderError } from 'commander';
import { Problem } from '../problem.js';

/**
 * @param command the command on the line; undefined: none was found there.
 * @returns a problem `usage`; undefined for a command whose help page was printed instead of a complaint.
 */
export function usageProblem(
  { code, message }: CommanderError,
  { command, json }: { readonly command: string | undefined; readonly json: boolean },
): Problem | undefined {
  const help = `mailtrack ${command === undefined ? '' : `${command} `}--help`;
  if (code === 'commander.help') {
    return json
      ? new Problem('usage', 'a command is missing', { fix: `\`${help}\` lists them.` })
      : undefined;
  }
  const said = message.replace(/^error: /, '');
  const between = code === 'commander.invalidArgument' ? ' is invalid. ' : '\n(Did you mean ';
  const end = said.lastIndexOf(between);
  if (end < 0) return new Problem('usage', said, { fix: `\`${help}\` shows how to write it.` });
  return code === 'commander.invalidArgument'
    ? new Problem('usage', `${said.slice(0, end)} is invalid`, { fix: said.slice(end + between.length) })
    : new Problem('usage', said.slice(0, end), { fix: said.slice(end + 2, -1) });
}
