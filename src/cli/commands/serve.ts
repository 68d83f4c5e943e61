import type { Command } from 'commander';
import { collect, listenAddress, listenPort } from '../options.js';

export function defineServe(command: Command): void {
  command
    .option('-p, --port <port>', 'default 8080; 0 takes any free one', listenPort)
    .option('--host <address>', 'address to listen on; default all interfaces')
    .option(
      '--trusted-proxy <cidr>',
      'a front whose X-Forwarded-For is believed, such as 127.0.0.1 or 10.0.0.0/8; repeatable',
      collect,
    )
    .option(
      '--tls-cert <file>',
      'serve https with this certificate (PEM, with its chain); a renewed one is taken by itself',
    )
    .option('--tls-key <file>', 'and its private key')
    .option(
      '--metrics [host:port]',
      'numbers for Prometheus at /metrics there; default 127.0.0.1:8081',
      listenAddress,
    )
    .option(
      '--exchange [host:port]',
      'mailtrack pull fetches facts there, with the same key; default 127.0.0.1:8081',
      listenAddress,
    )
    .option(
      '--private-host <name>',
      'a name under which --metrics and --exchange are asked for, beside addresses and localhost; repeatable',
      collect,
    )
    .addHelpText(
      'after',
      `
Examples:
  $ mailtrack serve --port 8080                                  for everybody
  $ mailtrack serve --host 127.0.0.1 --trusted-proxy 127.0.0.1   behind a TLS front such as nginx
  $ mailtrack serve --metrics --exchange                         numbers and facts, on 127.0.0.1:8081

On a terminal it prints a line per fetch; elsewhere JSON, an object a line. SIGHUP reads the keys again.
Ends with 0 on SIGINT or SIGTERM, after everything is on disk; with 74 when fetches were lost.`,
    )
    .action(async (_options: unknown, command: Command) => {
      const { runServe } = await import('../runs/serve.js');
      await runServe(command.optsWithGlobals());
    });
}
