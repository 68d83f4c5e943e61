import type { Command } from 'commander';
import { wholeNumber } from '../options.js';

export function defineList(command: Command): void {
  command
    .option('--limit <n>', 'how many; default 20', wholeNumber(1))
    .action(async (_options: unknown, command: Command) => {
      const { runList } = await import('../runs/list.js');
      await runList(command.optsWithGlobals());
    });
}
