import type { Command } from 'commander';
import { listEncodings } from '../../recipients/list-encoding.js';
import { compileAhead } from '../../system/compile-apart.js';
import { createOption } from '../commander.js';
import {
  assignment,
  collect,
  delimiter,
  duration,
  rate,
  sendId,
  where,
  wholeNumber,
  window,
} from '../options.js';

export function defineSend(command: Command): void {
  command
    .argument('<template>', 'a .mjml, .html, .md or .txt file')
    .optionsGroup('Who:')
    .option('-t, --to <recipients>', 'addresses, aliases, @list.csv or -; repeatable', collect)
    .option('--cc <recipients>', 'the same, in Cc', collect)
    .option('--bcc <recipients>', 'the same, in no header', collect)
    .option('--each <recipients>', 'one message for each instead', collect)
    .option(
      '--where <expr>',
      'only rows of lists such as "city = Bonn and vip is not empty"; repeatable',
      where,
    )
    .option('--sample <n>', 'only n of them, picked at random', wholeNumber(1))
    .option('--seed <text>', 'with --sample: the same text picks the same people')
    .option('--limit <n>', 'stop this run after n recipients; resume goes on', wholeNumber(1))
    .addOption(
      createOption('--duplicates <which>', 'rows with one address and different fields').choices([
        'first',
        'last',
        'each',
      ]),
    )
    .addOption(
      createOption(
        '--encoding <name>',
        'what CSV without a byte order mark is written in; default utf-8',
      ).choices(listEncodings),
    )
    .option('--delimiter <character>', 'between the cells of CSV, or tab; default: found', delimiter)
    .option('--header-row <n>', 'the line, or row of the sheet, that names the columns', wholeNumber(1))
    .option('--sheet <name>', 'of an .xlsx list; default: its first visible one')
    .option('--visible-rows', 'leave out hidden and filtered rows of .xlsx lists')
    .option('--email-column <name>', 'the column with the addresses; default: by its name')
    .option('--name-column <name>', 'the column with the names of people; default: by its name')
    .addOption(
      createOption('--several-addresses <which>', 'what several addresses in one cell mean').choices([
        'first',
        'each',
      ]),
    )
    .option('--skip-invalid', 'leave rows with errors out instead of stopping')
    .optionsGroup('What:')
    .option('--from <mailbox>', 'the sender')
    .option('--reply-to <mailbox>', 'where answers go')
    .option('-s, --subject <text>', 'wins over the template’s own; may use merge fields with --each')
    .option('--text <file>', 'the plain text part; default: made from the template')
    .option('--root <folder>', 'a folder whose files the template may use, beside those of its own')
    .option('--attach <file>', 'attach a file; repeatable', collect)
    .option(
      '--attach-column <column>',
      'attach to each copy the file that its row names; repeatable',
      collect,
    )
    .option('--set <key=value>', 'a merge field for everybody; repeatable', assignment)
    .option('--header <name:value>', 'a header field of your own; repeatable', collect)
    .option('--in-reply-to <message-id>', 'answer to a message')
    .option('--envelope-from <mailbox>', 'where bounces go (MAIL FROM)')
    .option('--list-unsubscribe', 'a button to unsubscribe; by itself with --each to more than 50')
    .option('--no-track', 'no pixel in any copy')
    .addOption(
      createOption('--token-format <format>', 'what pixel URLs look like').choices(['sealed', 'article']),
    )
    .optionsGroup('How:')
    .option('--smtp <url>', 'smtp://user@host:587 or smtps://user@host:465')
    .option('--tracking-url <url>', 'public base URL of mailtrack serve')
    .option('--rate <n/unit>', 'at most so many messages, such as 10/s or 300/h', rate)
    .option('--connections <n>', 'sessions at most; default 4', wholeNumber(1))
    .option('--window <n>', 'messages under way per session, or auto; default 1', window)
    .option('--interleave', 'spread the recipients of each domain over the run')
    .option('--retry-for <duration>', 'how long deferred recipients are retried; default 15m', duration)
    .optionsGroup('Safety:')
    .option('-n, --dry-run', 'do everything but send')
    .option('-o, --out <dir>', 'with --dry-run: write every copy as an .eml file')
    .option('--diff', 'show the first copy, and what differs in the others, before anything is sent')
    .option('-y, --yes', 'do not ask')
    .option('--confirm <n>', 'do not ask if there are exactly n recipients', wholeNumber(0))
    .option('--again', 'send although the same email was sent or begun within 24 hours')
    .option('--id <text>', 'send an email of this id once, ever; for cron jobs and scripts', sendId)
    .option('--expose <n>', 'show everybody exactly n addresses', wholeNumber(0))
    .option(
      '--allow-placeholders',
      'send what reads as a merge field left over, such as *|FNAME|* or undefined',
    )
    .option('--allow <code>', 'send in spite of an error of check, by its code; repeatable', collect)
    .option('--allow-local-tracking', 'accept a tracking URL that only this network reaches')
    .addHelpText('after', examples)
    .action(async (template: string, _options: unknown, command: Command) => {
      compileAhead(template);
      const { runSend } = await import('../runs/send.js');
      await runSend(template, command.optsWithGlobals());
    });
}

const examples = `
Examples:
  $ mailtrack send msg.mjml --to alice,bob --cc carol --bcc dave@example.com
  $ mailtrack send msg.md --each people.csv --subject "Hello {{ name }}" --dry-run --out preview/
  $ mailtrack send msg.md --each people.csv --dry-run --diff
  $ mailtrack send msg.md --each people.csv --confirm 1432
  $ mailtrack send msg.md --each people.csv --yes --id weekly-2026-48

Exit codes: 0 all accepted, 1 some rejected, 64 usage, 65 template, list or address, 69 server unreachable,
75 unfinished (resume is safe), 77 login or sender refused, 78 configuration. Next: mailtrack report latest`;
