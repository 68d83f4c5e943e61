import type { Command } from 'commander';

export function defineCancel(command: Command): void {
  command
    .argument('<email-id>', 'an id, a unique prefix of one, or latest')
    .action(async (emailId: string, _options: unknown, command: Command) => {
      const { runCancel } = await import('../runs/cancel.js');
      await runCancel(emailId, command.optsWithGlobals());
    });
}
