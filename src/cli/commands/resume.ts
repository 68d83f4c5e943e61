import type { Command } from 'commander';
import { createOption } from '../commander.js';
import { collect, duration, rate, wholeNumber, window } from '../options.js';

export function defineResume(command: Command): void {
  command
    .argument('[email-id]', 'also what --id said; default: the newest unfinished one')
    .option('--smtp <url>', 'smtp://user@host:587 or smtps://user@host:465')
    .option('--rate <n/unit>', 'at most so many messages, such as 10/s or 300/h', rate)
    .option('--connections <n>', 'sessions at most; default 4', wholeNumber(1))
    .option('--window <n>', 'messages under way per session, or auto; default 1', window)
    .option('--interleave', 'spread the recipients of each domain over the run')
    .option('--retry-for <duration>', 'how long deferred recipients are retried; default 15m', duration)
    .addOption(
      createOption('--resend-uncertain', 'send the same octets again to uncertain recipients').conflicts(
        'resolve',
      ),
    )
    .addOption(
      createOption('--resolve <as>', 'settle uncertain recipients without sending').choices([
        'accepted',
        'skip',
      ]),
    )
    .option(
      '--recipient <address>',
      'with --resolve: settle only this one and send nothing; skip takes pending and deferred ones, too; repeatable',
      collect,
    )
    .option('--accept-changed', 'go on although template or list changed; the rest gets the message as begun')
    .option('--accept-copy', 'go on although the database was copied from elsewhere')
    .option('--limit <n>', 'stop this run after n recipients', wholeNumber(1))
    .addHelpText(
      'after',
      `
Examples:
  $ mailtrack resume
  $ mailtrack resume em_7k3f --retry-for 2h
  $ mailtrack resume em_7k3f --resolve skip --recipient bob@example.com

Recipients whose delivery is uncertain are listed, never sent to again unless you say so.`,
    )
    .action(async (emailId: string | undefined, _options: unknown, command: Command) => {
      const { runResume } = await import('../runs/resume.js');
      await runResume(emailId, command.optsWithGlobals());
    });
}
