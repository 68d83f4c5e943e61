import type { Command } from 'commander';

export function defineCancel(program: Command): void {
  program
    .command('cancel')
    .description('End an email for good: nothing more of it is sent')
    .argument('<email-id>', 'an id, a unique prefix of one, or latest')
    .helpOption('-h, --help', 'print help')
    .action(async (emailId: string, _options: unknown, command: Command) => {
      const { runCancel } = await import('../runs/cancel.js');
      await runCancel(emailId, command.optsWithGlobals());
    });
}
