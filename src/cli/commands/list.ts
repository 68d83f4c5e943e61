import type { Command } from 'commander';
import { wholeNumber } from '../options.js';

export function defineList(command: Command): void {
  command
    .option('--limit <n>', 'how many; default 20', wholeNumber(1))
    .addHelpText('after', examples)
    .action(async (_options: unknown, command: Command) => {
      const { runList } = await import('../runs/list.js');
      await runList(command.optsWithGlobals());
    });
}

const examples = `
Examples:
  $ mailtrack list
  $ mailtrack list --limit 100 --json | jq -r '.emails[] | select(.uncertain > 0) | .email_id'`;
