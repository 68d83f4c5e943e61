import type { Command } from 'commander';
import { compileAhead } from '../../system/compile-apart.js';
import { addOptionsOfSend } from './options-of-send.js';

export function defineCheck(command: Command): void {
  command.argument('<template>', 'a .mjml, .html, .md or .txt file');
  addOptionsOfSend(command);
  command
    .addHelpText('after', examples)
    .action(async (template: string, _options: unknown, command: Command) => {
      compileAhead(template);
      const { runCheck } = await import('../runs/check.js');
      await runCheck(template, command.optsWithGlobals());
    });
}

const examples = `
Examples:
  $ mailtrack check msg.mjml --to alice,bob --cc carol
  $ mailtrack check msg.md --each people.csv --subject "Hello {{ name }}"
  $ mailtrack check msg.md --each people.csv --json | jq '.findings[] | select(.severity == "error")'

Nothing is sent, and no server is asked. Errors are what send refuses, and what no reader could use; warnings are for you
to judge. Exit codes: 0 no errors, 1 errors, 64 usage, 78 configuration. Next: mailtrack preview, mailtrack send`;
