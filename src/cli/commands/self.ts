import type { Command } from 'commander';

export function defineSelf(command: Command): void {
  command
    .addHelpText(
      'after',
      `
Examples:
  $ mailtrack self

Prints a link below tracking.url. Open it in a browser of yours and press the button: a cookie tells mailtrack serve from then on that
the fetches of this browser are your own. It works where web mail loads images from their own address; mail programs and proxies of
mail providers send no cookie. Networks of your own: tracking.own_networks.`,
    )
    .action(async (_options: unknown, command: Command) => {
      const { runSelf } = await import('../runs/self.js');
      await runSelf(command.optsWithGlobals());
    });
}
