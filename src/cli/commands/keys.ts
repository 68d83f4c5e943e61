import type { Command } from 'commander';
import { InvalidArgumentError } from '../commander.js';

export function defineKeys(keys: Command): void {
  keys.helpCommand(false).addHelpText('after', examples);
  keys
    .command('list')
    .description('Every key, the newest last; the last one seals')
    .helpOption('-h, --help', 'print help')
    .addHelpText('after', examples)
    .action(async (_options: unknown, command: Command) => {
      const { runKeysList } = await import('../runs/keys.js');
      await runKeysList(command.optsWithGlobals());
    });
  keys
    .command('rotate')
    .description('Make a new key that seals from now on; the older ones still verify')
    .helpOption('-h, --help', 'print help')
    .addHelpText('after', examples)
    .action(async (_options: unknown, command: Command) => {
      const { runKeysRotate } = await import('../runs/keys.js');
      await runKeysRotate(command.optsWithGlobals());
    });
  keys
    .command('drop')
    .description('Remove a key: opens of mail it sealed can no longer be counted')
    .argument('<id>', 'its number in `mailtrack keys list`', keyId)
    .helpOption('-h, --help', 'print help')
    .option('-y, --yes', 'do not ask')
    .addHelpText('after', examples)
    .action(async (id: number, _options: unknown, command: Command) => {
      const { runKeysDrop } = await import('../runs/keys.js');
      await runKeysDrop(id, command.optsWithGlobals());
    });
}

function keyId(text: string): number {
  if (/^\d{1,3}$/.test(text) && Number(text) <= 255) return Number(text);
  throw new InvalidArgumentError('It has to be a number from 0 to 255.');
}

const examples = `
Examples:
  $ mailtrack keys list
  $ mailtrack keys rotate          then give the file to every serve, and SIGHUP to each
  $ mailtrack keys drop 17 --yes`;
