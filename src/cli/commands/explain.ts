import type { Command } from 'commander';

export function defineExplain(command: Command): void {
  command
    .argument('<email-id>', 'its id, a unique beginning of it, or latest')
    .argument('<recipient>', 'the address')
    .addHelpText('after', examples)
    .action(async (emailId: string, recipient: string, _options: unknown, command: Command) => {
      const { runExplain } = await import('../runs/explain.js');
      await runExplain(emailId, recipient, command.optsWithGlobals());
    });
}

const examples = `
Examples:
  $ mailtrack explain latest ann@example.com
  $ mailtrack explain em_3kd ann@example.com --json | jq '.recipients[0].fetches'

Each transaction with the server's reply, each fetch of the pixel with the rule that judged it, and what the rule concludes from.`;
