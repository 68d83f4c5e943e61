import type { Command } from 'commander';

export function defineIngest(command: Command): void {
  command
    .argument('<log>', 'access log of the reverse proxy before serve, or - for standard input')
    .addHelpText(
      'after',
      `
Examples:
  $ mailtrack ingest /var/log/nginx/access.log
  $ mailtrack ingest /var/log/nginx/access.log.2.gz
  $ zstdcat access.log.zst | mailtrack ingest -

Recovers opens that serve did not record, such as while it was down. Common and combined format, with or without the
virtual host before them, and JSON of nginx and Caddy. The same log again adds nothing, and neither does what serve
recorded or counted. Run it where serve keeps its database; elsewhere run mailtrack pull before.`,
    )
    .action(async (log: string, _options: unknown, command: Command) => {
      const { runIngest } = await import('../runs/ingest.js');
      await runIngest(log, command.optsWithGlobals());
    });
}
