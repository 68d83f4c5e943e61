import type { Command } from 'commander';

export function definePull(command: Command): void {
  command
    .argument('<url>', 'private address of a mailtrack serve --exchange')
    .addHelpText(
      'after',
      `
Examples:
  $ mailtrack pull http://127.0.0.1:8081      through: ssh -N -L 8081:127.0.0.1:8081 server
  $ mailtrack pull https://private.example.com && mailtrack report

Takes over fetches and unsubscribes that came since the last time; cut and repeated, nothing is there twice.
It proves itself with the key both have. Exit codes: 0, 69 not reached, 77 other key or clock.`,
    )
    .action(async (url: string, _options: unknown, command: Command) => {
      const { runPull } = await import('../runs/pull.js');
      await runPull(url, command.optsWithGlobals());
    });
}
