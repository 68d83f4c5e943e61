import type { Command, Option } from 'commander';
import { createCommand } from '../commander.js';
import { wholeNumber } from '../options.js';
import { defineSend } from './send.js';

export function defineSuppress(suppress: Command): void {
  suppress.helpCommand(false).addHelpText('after', examples);
  suppress
    .command('add')
    .description('Never mail these people again')
    .argument('<address...>', 'their addresses')
    .helpOption('-h, --help', 'print help')
    .option('--reason <text>', 'why, for yourself')
    .addHelpText('after', examples)
    .action(async (addresses: readonly string[], _options: unknown, command: Command) => {
      const { runSuppressAdd } = await import('../runs/suppress.js');
      await runSuppressAdd(addresses, command.optsWithGlobals());
    });
  suppress
    .command('remove')
    .description('Take them off the list, so that they can be mailed again')
    .argument('<address...>', 'their addresses')
    .helpOption('-h, --help', 'print help')
    .option('--unsubscribed', 'also people who unsubscribed themselves')
    .option('--forgotten', 'also people who were forgotten')
    .addHelpText('after', examples)
    .action(async (addresses: readonly string[], _options: unknown, command: Command) => {
      const { runSuppressRemove } = await import('../runs/suppress.js');
      await runSuppressRemove(addresses, command.optsWithGlobals());
    });
  suppress
    .command('list')
    .description('List these people with the reason, the newest first')
    .helpOption('-h, --help', 'print help')
    .option('--limit <n>', 'how many; default 100, with --json all', wholeNumber(1))
    .addHelpText('after', examples)
    .action(async (_options: unknown, command: Command) => {
      const { runSuppressList } = await import('../runs/suppress.js');
      await runSuppressList(command.optsWithGlobals());
    });
  const fromFile = suppress
    .command('import')
    .description('Never mail the people of a list again')
    .argument('<file>', 'CSV, JSON or .xlsx, as send takes it, or - for CSV on standard input')
    .helpOption('-h, --help', 'print help')
    .option('--reason <text>', 'why, for rows that do not say');
  for (const option of listOptions()) fromFile.addOption(option);
  fromFile
    .addHelpText('after', examples)
    .action(async (file: string, _options: unknown, command: Command) => {
      const { runSuppressImport } = await import('../runs/suppress.js');
      await runSuppressImport(file, command.optsWithGlobals());
    });
  suppress
    .command('export')
    .description('The whole list as CSV, which import takes')
    .helpOption('-h, --help', 'print help')
    .addHelpText('after', examples)
    .action(async (_options: unknown, command: Command) => {
      const { runSuppressExport } = await import('../runs/suppress.js');
      await runSuppressExport(command.optsWithGlobals());
    });
}

/** Flags of `send` that say how a list is read. */
const howListsAreRead = [
  '--encoding',
  '--delimiter',
  '--header-row',
  '--sheet',
  '--visible-rows',
  '--email-column',
  '--several-addresses',
  '--skip-invalid',
];

function listOptions(): readonly Option[] {
  const send = createCommand('send');
  defineSend(send);
  return send.options.filter(({ long }) => howListsAreRead.includes(long ?? ''));
}

const examples = `
Examples:
  $ mailtrack suppress add ann@example.com --reason "asked by telephone"
  $ mailtrack suppress import do-not-mail.csv
  $ mailtrack suppress list
  $ mailtrack suppress remove ann@example.com

Nobody on the list gets a copy: send leaves them out and names them in the plan, resume skips them. A send that is under way
goes on as planned. People who press the link to unsubscribe are on the list by themselves.`;
