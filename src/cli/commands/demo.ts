import type { Command } from 'commander';

export function defineDemo(command: Command): void {
  command.addHelpText('after', examples).action(async (_options: unknown, command: Command) => {
    const { runDemo } = await import('../runs/demo.js');
    await runDemo(command.optsWithGlobals());
  });
}

const examples = `
Examples:
  $ mailtrack demo`;
