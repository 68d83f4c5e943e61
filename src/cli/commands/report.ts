import type { Command } from 'commander';

export function defineReport(command: Command): void {
  command
    .argument('[email-id]', 'an id, a unique prefix of one, or latest', 'latest')
    .option('--csv', 'one row per recipient, for a spreadsheet')
    .option('--opens', 'with --json: every recorded fetch')
    .addHelpText(
      'after',
      `
Examples:
  $ mailtrack report
  $ mailtrack report em_7k3f --json | jq '.recipients[] | select(.verdict == "opened") | .email_address'`,
    )
    .action(async (emailId: string, _options: unknown, command: Command) => {
      const { runReport } = await import('../runs/report.js');
      await runReport(emailId, command.optsWithGlobals());
    });
}
