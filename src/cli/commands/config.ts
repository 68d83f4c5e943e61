import type { Command } from 'commander';

export function defineConfig(config: Command): void {
  config.helpCommand(false).addHelpText('after', examples);
  config
    .command('show')
    .description('Every setting that has a value')
    .helpOption('-h, --help', 'print help')
    .option('--origin', 'and the file, variable or flag it comes from')
    .addHelpText('after', examples)
    .action(async (_options: unknown, command: Command) => {
      const { runConfigShow } = await import('../runs/config.js');
      await runConfigShow(command.optsWithGlobals());
    });
  config
    .command('trust')
    .description('Let this project’s mailtrack.toml decide where your password goes, and run its commands')
    .helpOption('-h, --help', 'print help')
    .addHelpText('after', examples)
    .action(async (_options: unknown, command: Command) => {
      const { runConfigTrust } = await import('../runs/config.js');
      await runConfigTrust(command.optsWithGlobals());
    });
}

const examples = `
Examples:
  $ mailtrack config show --origin
  $ mailtrack config trust`;
