import type { Command } from 'commander';
import { compileAhead } from '../../system/compile-apart.js';
import { createOption, InvalidArgumentError } from '../commander.js';
import { wholeNumber } from '../options.js';
import { addOptionsOfSend } from './options-of-send.js';

export function definePreview(command: Command): void {
  command
    .argument('<template>', 'a .mjml, .html, .md or .txt file')
    .optionsGroup('Which copies:')
    .option('--row <n>', 'the copy of the n-th recipient; repeatable; default 1', rows)
    .addOption(createOption('--all', 'the first 20').conflicts('row'))
    .optionsGroup('How to look:')
    .addOption(createOption('--html', 'the HTML instead of the text part').conflicts(['out', 'open']))
    .addOption(createOption('-o, --out <dir>', 'write a .html and a .txt file per copy').conflicts('open'))
    .option('--open', 'a page with all of them, on wide and narrow screens, in the browser');
  addOptionsOfSend(command);
  command
    .addHelpText('after', examples)
    .action(async (template: string, _options: unknown, command: Command) => {
      compileAhead(template);
      const { runPreview } = await import('../runs/preview.js');
      await runPreview(template, command.optsWithGlobals());
    });
}

function rows(value: string, before: readonly number[] | undefined): readonly number[] {
  const row = wholeNumber(1)(value);
  if ((before?.length ?? 0) >= mostRows) throw new InvalidArgumentError(`At most ${mostRows} are shown.`);
  return [...(before ?? []), row];
}

const mostRows = 20;

const examples = `
Examples:
  $ mailtrack preview msg.mjml --to alice,bob
  $ mailtrack preview msg.md --each people.csv --row 1 --row 17
  $ mailtrack preview msg.mjml --each people.csv --all --open
  $ mailtrack preview msg.mjml --each people.csv --html > first.html

Nothing is sent, and the pixel is left out: looking at a preview is no open. Exit codes: 64 usage, 65 template, list or
address, 73 files cannot be written, 78 configuration. Next: mailtrack check, mailtrack send --dry-run`;
