import type { Command } from 'commander';
import { packageVersion } from '../package-folder.js';
import { joinParagraphs, layOut } from '../terminal/lay-out.js';
import { createCommand } from './commander.js';
import { helpWidth } from './output.js';
import type { Streams } from './streams.js';

interface CommandEntry {
  readonly name: string;
  readonly says: string;
  /** Imports arguments, options and help of the command. */
  readonly load: () => Promise<(command: Command) => void>;
}

const commands: readonly CommandEntry[] = [
  {
    name: 'send',
    says: 'Send a template to people: group mail (--to, --cc, --bcc) or one message each (--each)',
    load: async () => (await import('./commands/send.js')).defineSend,
  },
  {
    name: 'check',
    says: 'Everything that is wrong with a template, a list and the message they make; sends nothing',
    load: async () => (await import('./commands/check.js')).defineCheck,
  },
  {
    name: 'preview',
    says: 'Copies as they would be sent: on the terminal, in files or in the browser',
    load: async () => (await import('./commands/preview.js')).definePreview,
  },
  {
    name: 'resume',
    says: 'Go on with an email that was not finished: its pending and deferred recipients',
    load: async () => (await import('./commands/resume.js')).defineResume,
  },
  {
    name: 'cancel',
    says: 'End an email for good: nothing more of it is sent',
    load: async () => (await import('./commands/cancel.js')).defineCancel,
  },
  {
    name: 'serve',
    says: 'Answer the pixels and record who opened',
    load: async () => (await import('./commands/serve.js')).defineServe,
  },
  {
    name: 'report',
    says: 'Who opened an email',
    load: async () => (await import('./commands/report.js')).defineReport,
  },
  {
    name: 'explain',
    says: 'Everything known about one recipient of an email, and why the report says what it says',
    load: async () => (await import('./commands/explain.js')).defineExplain,
  },
  {
    name: 'list',
    says: 'Emails, newest first',
    load: async () => (await import('./commands/list.js')).defineList,
  },
  {
    name: 'pull',
    says: 'Fetch what a server elsewhere recorded',
    load: async () => (await import('./commands/pull.js')).definePull,
  },
  {
    name: 'ingest',
    says: 'Recover opens from the access log of a reverse proxy',
    load: async () => (await import('./commands/ingest.js')).defineIngest,
  },
  {
    name: 'suppress',
    says: 'People who are never mailed: add them, remove, list, import, export',
    load: async () => (await import('./commands/suppress.js')).defineSuppress,
  },
  {
    name: 'optout',
    says: 'Stop tracking somebody, in mail that was sent and in mail to come',
    load: async () => (await import('./commands/people.js')).defineOptOut,
  },
  {
    name: 'forget',
    says: 'Erase a person, and never mail them again',
    load: async () => (await import('./commands/people.js')).defineForget,
  },
  {
    name: 'export',
    says: 'Everything that is held about a person, as JSON',
    load: async () => (await import('./commands/people.js')).defineExport,
  },
  {
    name: 'purge',
    says: 'Remove what is older than the retention periods of the configuration',
    load: async () => (await import('./commands/people.js')).definePurge,
  },
  {
    name: 'inbox',
    says: 'Read what came back: bounces, complaints, automatic replies and answers',
    load: async () => (await import('./commands/inbox.js')).defineInbox,
  },
  {
    name: 'sandbox',
    says: 'A local SMTP server that accepts everything and delivers nothing',
    load: async () => (await import('./commands/sandbox.js')).defineSandbox,
  },
  {
    name: 'demo',
    says: 'The whole loop in seconds, offline: send, open, report',
    load: async () => (await import('./commands/demo.js')).defineDemo,
  },
  {
    name: 'self',
    says: 'A link that marks a browser as your own, so that it does not count',
    load: async () => (await import('./commands/self.js')).defineSelf,
  },
  {
    name: 'keys',
    says: 'The keys that seal tokens: list them, make a new one, drop one',
    load: async () => (await import('./commands/keys.js')).defineKeys,
  },
  {
    name: 'config',
    says: 'The settings, and where they come from',
    load: async () => (await import('./commands/config.js')).defineConfig,
  },
  {
    name: 'commands',
    says: 'Every command with its options, as JSON',
    load: async () => (await import('./commands/commands.js')).defineCommands,
  },
  {
    name: 'help',
    says: 'Help for a command, or a topic: exit-codes, environment, template, csv, config, privacy, cron',
    load: async () => (await import('./commands/help.js')).defineHelp,
  },
];

/**
 * The command tree. Each file that is loaded takes a millisecond, so that of the commands only those are defined whose name
 * is on the line; of the others name and description are all that help and suggestions need.
 */
export async function createProgram(argv: readonly string[], streams: Streams): Promise<Command> {
  const program = createCommand('mailtrack')
    .configureOutput({
      writeOut: text => streams.write('stdout', printHelp(text, helpWidth(streams.stdout))),
      // Help instead of a command that is missing. A program that reads JSON is told by `explain` alone.
      writeErr: text => {
        if (!isJson(argv)) streams.write('stderr', printHelp(text, helpWidth(streams.stderr)));
      },
      // `explain` says it, in the form of every other problem.
      outputError: () => undefined,
      // Lines are ended below, where paragraphs, examples and topics go through as well.
      getOutHelpWidth: () => unlimited,
      getErrHelpWidth: () => unlimited,
    })
    .description('Group mail and mail merge from a terminal, with a list of who opened it.')
    // Read only where it is printed: half a millisecond.
    .version(argv.includes('--version') ? packageVersion() : '', '--version', 'print the version')
    .option('--config <file>', 'configuration file instead of mailtrack.toml')
    .option('--profile <name>', 'use the table [profiles.<name>] of the configuration')
    .option('--db <url|path>', 'database; default: one per user')
    .option('--json', 'machine-readable output on stdout')
    .option('-q, --quiet', 'say only what went wrong')
    .option('-v, --verbose', 'say more')
    .option('--no-color', 'no colour')
    .option('--no-input', 'never ask')
    .helpOption('-h, --help', 'print help')
    .configureHelp({
      showGlobalOptions: false,
      sortSubcommands: false,
      subcommandTerm: command => command.name(),
    })
    .showSuggestionAfterError()
    .addHelpText('after', examples)
    .exitOverride()
    // Among the options, so that every command gets it with them.
    .setOptionValue('streams', streams);

  program.helpCommand(false);
  const all = argv.includes('commands') || argv.includes('help');
  for (const { name, says, load } of commands) {
    const command = program.command(name).description(says).helpOption('-h, --help', 'print help');
    if (all || argv.includes(name)) (await load())(command);
  }
  return program;
}

/** Whether the line or the environment asks for JSON, before the options are read. */
export function isJson(argv: readonly string[]): boolean {
  return argv.includes('--json') || process.env['MAILTRACK_OUTPUT'] === 'json';
}

const unlimited = 100_000;

/** Help as it is written in the sources, in lines of at most `width` columns. */
export function printHelp(text: string, width: number): string {
  return layOut(joinParagraphs(text), width);
}

const examples = `
Examples:
  $ mailtrack demo                                        see the whole loop, without an account
  $ mailtrack send msg.mjml --to alice,bob --cc carol     group mail: one message, a copy each
  $ mailtrack send msg.md --each people.csv               one message each
  $ mailtrack check msg.md --each people.csv              what is wrong with it, before it is sent
  $ mailtrack preview msg.md --each people.csv --open     how it looks, wide and narrow
  $ mailtrack serve --port 8080                           the pixel server
  $ mailtrack report latest                               who opened it

Every command has its own --help. Topics: mailtrack help exit-codes, environment, template, csv, config, privacy,
cron`;
