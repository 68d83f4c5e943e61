import type { Command } from 'commander';
import { pastTime } from '../options.js';

export function defineInbox(command: Command): void {
  command
    .argument(
      '[source...]',
      'a Maildir, an mbox, .eml files or a folder of them, or - for one message on standard input',
    )
    .option('--email <id>', 'only what is about this email')
    .option(
      '--since <time>',
      'only messages since then: 2026-11-30, 2026-11-30T09:00Z, or 7d for seven days ago',
      pastTime,
    )
    .option('--dry-run', 'tell what came back, and record nothing')
    .addHelpText(
      'after',
      `
Examples:
  $ mailtrack inbox ~/Maildir
  $ mailtrack inbox ~/Maildir ~/mail/bounces.mbox --since 7d
  $ mailtrack inbox --dry-run --email latest returned/

Reads what came back by mail: failures, delays, complaints, automatic replies and answers. Nothing in the mailbox is moved,
marked or deleted. What is read once is known the next time. An address whose mail fails for good, or whose owner
complains, is not mailed any more, when the message proves whose copy it is about.
mailtrack report shows what came back. A mailbox on an IMAP server has to be fetched into a Maildir before (mbsync, getmail).`,
    )
    .action(async (sources: readonly string[], _options: unknown, command: Command) => {
      const { runInbox } = await import('../runs/inbox.js');
      await runInbox(sources, command.optsWithGlobals());
    });
}
