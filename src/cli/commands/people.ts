/** The commands about one person: `optout`, `forget`, `export`; and `purge`, about everybody. */
import type { Command } from 'commander';

export function defineOptOut(command: Command): void {
  command
    .argument('<address...>', 'their addresses')
    .option('--undo', 'they agreed again: later copies may have a pixel')
    .addHelpText(
      'after',
      `
Examples:
  $ mailtrack optout ann@example.com
  $ mailtrack optout ann@example.com --undo

Nothing is recorded of their pixels from now on, also of mail that was sent before; the image is the same. Later copies have no
pixel. What was recorded before stays: forget erases it. A server elsewhere is told by the next mailtrack pull.`,
    )
    .action(async (addresses: readonly string[], _options: unknown, command: Command) => {
      const { runOptOut } = await import('../runs/people.js');
      await runOptOut(addresses, command.optsWithGlobals());
    });
}

export function defineForget(command: Command): void {
  command
    .argument('<address>', 'whom to forget')
    .option('-y, --yes', 'do not ask')
    .addHelpText(
      'after',
      `
Examples:
  $ mailtrack export ann@example.com > ann.json
  $ mailtrack forget ann@example.com

Erases the person from recipients, replies of servers, fetches, consents and everything that came back; reports keep the number of
copies. A hash of the address that only your key can make stays, so that no list and no server brings them back: nobody
who was forgotten is mailed. A server elsewhere is told by the next mailtrack pull. Lists, templates, logs of a proxy and copies of the
database are not mailtrack's to erase.`,
    )
    .action(async (address: string, _options: unknown, command: Command) => {
      const { runForget } = await import('../runs/people.js');
      await runForget(address, command.optsWithGlobals());
    });
}

export function defineExport(command: Command): void {
  command
    .argument('<address>', 'whose data')
    .addHelpText(
      'after',
      `
Examples:
  $ mailtrack export ann@example.com > ann.json

Prints everything that is held about a person as JSON: each copy with its fields, consent, transactions and fetches, what came back,
and whether they opted out or are never mailed.`,
    )
    .action(async (address: string, _options: unknown, command: Command) => {
      const { runExport } = await import('../runs/people.js');
      await runExport(address, command.optsWithGlobals());
    });
}

export function definePurge(command: Command): void {
  command
    .addHelpText(
      'after',
      `
Examples:
  $ mailtrack purge

Removes fetches and returned messages that are older than privacy.retention, such as "13 months", and user agents that are older
than privacy.keep_user_agent. Run it once a day, here and where mailtrack serve runs.`,
    )
    .action(async (_options: unknown, command: Command) => {
      const { runPurge } = await import('../runs/purge.js');
      await runPurge(command.optsWithGlobals());
    });
}
