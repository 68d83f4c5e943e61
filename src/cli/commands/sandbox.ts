import type { Command } from 'commander';
import { listenPort } from '../options.js';

export function defineSandbox(command: Command): void {
  command
    .option('-p, --port <port>', 'default 1025; 0 takes any free one', listenPort)
    .option('-d, --dir <folder>', 'where each message is stored as .eml', 'inbox')
    .addHelpText(
      'after',
      `
Examples:
  $ mailtrack sandbox --port 1025 --dir inbox/
  $ mailtrack send msg.mjml --to alice@example.com --smtp smtp://127.0.0.1:1025 --tracking-url http://127.0.0.1:8080`,
    )
    .action(async (_options: unknown, command: Command) => {
      const { runSandbox } = await import('../runs/sandbox.js');
      await runSandbox(command.optsWithGlobals());
    });
}
