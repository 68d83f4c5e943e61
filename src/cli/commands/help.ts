import type { Command } from 'commander';
import { Problem } from '../../problem.js';
import { configTopic } from '../topics/config.js';
import { cronTopic } from '../topics/cron.js';
import { csvTopic } from '../topics/csv.js';
import { environmentTopic } from '../topics/environment.js';
import { exitCodesTopic } from '../topics/exit-codes.js';
import { privacyTopic } from '../topics/privacy.js';
import { templateTopic } from '../topics/template.js';

/**
 * Texts behind `mailtrack help <topic>`: what belongs to no single command. Lines at the left edge are paragraphs, and end
 * where the terminal does; indented lines are code, commands, or terms with their descriptions two blanks behind them.
 */
export const topics: Readonly<Record<string, string>> = {
  'exit-codes': exitCodesTopic,
  environment: environmentTopic,
  template: templateTopic,
  csv: csvTopic,
  config: configTopic,
  privacy: privacyTopic,
  cron: cronTopic,
};

export function defineHelp(command: Command): void {
  command
    .argument('[command|topic]')
    .addHelpText('after', examples)
    .action((name: string | undefined) => {
      const program = command.parent ?? command;
      const text = name === undefined ? undefined : topics[name];
      if (text !== undefined) {
        program.configureOutput().writeOut?.(`${text}\n`);
        return;
      }
      const found = program.commands.find(candidate => candidate.name() === name);
      if (name !== undefined && found === undefined) {
        throw new Problem('usage', `there is no command or topic ${JSON.stringify(name)}`, {
          fix: `Topics: ${Object.keys(topics).join(', ')}. \`mailtrack --help\` lists the commands.`,
        });
      }
      (found ?? program).outputHelp();
    });
}

const examples = `
Examples:
  $ mailtrack help send
  $ mailtrack help template`;
