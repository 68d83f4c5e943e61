import type { Command } from 'commander';

export function defineCancel(command: Command): void {
  command
    .argument('<email-id>', 'an id, a unique prefix of one, or latest')
    .addHelpText('after', examples)
    .action(async (emailId: string, _options: unknown, command: Command) => {
      const { runCancel } = await import('../runs/cancel.js');
      await runCancel(emailId, command.optsWithGlobals());
    });
}

const examples = `
Examples:
  $ mailtrack cancel em_7k3f
  $ mailtrack cancel latest

What was accepted stays accepted; resume sends nothing more of it.`;
