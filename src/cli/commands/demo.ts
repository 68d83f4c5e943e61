import type { Command } from 'commander';

export function defineDemo(program: Command): void {
  program
    .command('demo')
    .description('The whole loop in seconds, offline: send, open, report')
    .helpOption('-h, --help', 'print help')
    .action(async (_options: unknown, command: Command) => {
      const { runDemo } = await import('../runs/demo.js');
      await runDemo(command.optsWithGlobals());
    });
}
