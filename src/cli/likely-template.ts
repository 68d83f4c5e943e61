import { templateKind } from '../merge/template-kind.js';

const commands = new Set(['send', 'check', 'preview']);

/**
 * The template that a command line names, without the time it takes to load what reads command lines. Only a guess: a file to attach
 * may stand before the template.
 * @returns undefined when no template is named, or for another command.
 */
export function likelyTemplate(argv: readonly string[]): string | undefined {
  const command = argv.findIndex(word => commands.has(word));
  if (command === -1) return undefined;
  return argv.slice(command + 1).find(word => !word.startsWith('-') && templateKind(word) !== undefined);
}
