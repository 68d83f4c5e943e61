import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { defineCancel } from './commands/cancel.js';
import { defineCommands } from './commands/commands.js';
import { defineConfig } from './commands/config.js';
import { defineDemo } from './commands/demo.js';
import { defineList } from './commands/list.js';
import { defineReport } from './commands/report.js';
import { defineResume } from './commands/resume.js';
import { defineSandbox } from './commands/sandbox.js';
import { defineSend } from './commands/send.js';
import { defineServe } from './commands/serve.js';
import { defineTopics } from './help-topics.js';

/**
 * The command tree. Only commander and the options are loaded here; what a command needs it imports when it runs,
 * so that `--help` costs no more than Node itself.
 */
export function createProgram(): Command {
  const program = new Command('mailtrack')
    .description('Group mail and mail merge from a terminal, with a list of who opened it.')
    .version(packageVersion(), '--version', 'print the version')
    .option('--config <file>', 'configuration file instead of mailtrack.toml')
    .option('--profile <name>', 'use the table [profiles.<name>] of the configuration')
    .option('--db <url|path>', 'database; default: one per user')
    .option('--json', 'machine-readable output on stdout')
    .option('-q, --quiet', 'say only what went wrong')
    .option('-v, --verbose', 'say more')
    .option('--no-color', 'no colour')
    .option('--no-input', 'never ask')
    .helpOption('-h, --help', 'print help')
    .configureHelp({ showGlobalOptions: false, sortSubcommands: false })
    .showSuggestionAfterError()
    .addHelpText('after', examples)
    .exitOverride();

  for (const define of [
    defineSend,
    defineResume,
    defineCancel,
    defineServe,
    defineReport,
    defineList,
    defineSandbox,
    defineDemo,
    defineConfig,
    defineCommands,
    defineTopics,
  ]) {
    define(program);
  }
  return program;
}

const examples = `
Examples:
  $ mailtrack demo                                        see the whole loop, without an account
  $ mailtrack send msg.mjml --to alice,bob --cc carol     group mail: one message, a copy each
  $ mailtrack send msg.md --each people.csv               one message each
  $ mailtrack serve --port 8080                           the pixel server
  $ mailtrack report latest                               who opened it

Every command has its own --help. Topics: mailtrack help exit-codes, environment, template, csv, config, privacy`;

function packageVersion(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
