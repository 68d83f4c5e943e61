import { createRequire } from 'node:module';

/**
 * commander, which is CommonJS, by `require`: for `import` Node starts a parser that finds out what a CommonJS file exports,
 * and a third of the time that `--help` takes goes into it.
 */
const commander = createRequire(import.meta.url)('commander') as typeof import('commander');

export const { CommanderError, createCommand, createOption, InvalidArgumentError } = commander;
