import type { Command } from 'commander';
import type { GlobalOptions } from '../options.js';

/** The command tree as data: for completion, documentation and programs that drive this one. */
export function defineCommands(command: Command): void {
  command.addHelpText('after', examples).action((_options: unknown, action: Command) => {
    const program = command.parent ?? command;
    const tree = {
      schema: 'mailtrack.commands/1',
      global: optionsOf(program),
      commands: program.commands.map(describe),
    };
    const { streams } = action.optsWithGlobals<GlobalOptions>();
    streams.write('stdout', `${JSON.stringify(tree)}\n`);
  });
}

const examples = `
Examples:
  $ mailtrack commands | jq -r '.commands[].name'
  $ mailtrack commands | jq -r '.commands[] | select(.name == "send") | .options[].flags'`;

function describe(command: Command): object {
  return {
    name: command.name(),
    description: command.description(),
    arguments: command.registeredArguments.map(argument => ({
      name: argument.name(),
      required: argument.required,
      default: argument.defaultValue ?? null,
    })),
    options: optionsOf(command),
    commands: command.commands.map(describe),
  };
}

function optionsOf(command: Command): readonly object[] {
  return command.options.map(option => ({
    flags: option.flags,
    description: option.description,
    takes_value: option.required || option.optional,
    choices: option.argChoices ?? null,
  }));
}
