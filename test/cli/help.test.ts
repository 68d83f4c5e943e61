import { expect, it } from 'vitest';
import { settings } from '../../src/cli/config/settings.js';
import { createProgram } from '../../src/cli/program.js';
import { Streams } from '../../src/cli/streams.js';

const streams = new Streams(process);

it('has examples in the help of every command', async () => {
  const program = await createProgram(['help'], streams);
  const without: string[] = [];
  for (const command of program.commands.flatMap(one => [one, ...one.commands])) {
    let said = '';
    command.configureOutput({ writeOut: text => (said += text) }).outputHelp();
    if (!/\nExamples:\n {2}\$ mailtrack /.test(said)) without.push(command.name());
  }
  expect(without).toEqual([]);
});

it('names the options that say who gets what in check and preview as in send', async () => {
  const program = await createProgram(['help'], streams);
  const flagsOf = (name: string) =>
    program.commands.find(one => one.name() === name)?.options.map(({ flags }) => flags) ?? [];
  const shared = flagsOf('check');
  expect(shared).toEqual(
    expect.arrayContaining([
      '-t, --to <recipients>',
      '--each <recipients>',
      '--set <key=value>',
      '--no-track',
    ]),
  );
  expect(flagsOf('send')).toEqual(expect.arrayContaining(shared));
  expect(flagsOf('preview')).toEqual(expect.arrayContaining(shared));
  for (const flag of ['--limit <n>', '-y, --yes', '--rate <n/unit>']) expect(shared).not.toContain(flag);
});

/** What `mailtrack help <topic>` prints. */
async function topic(name: string): Promise<string> {
  const program = await createProgram(['help'], streams);
  let said = '';
  program.configureOutput({ writeOut: text => (said += text) });
  await program.parseAsync(['help', name], { from: 'user' });
  return said;
}

it('names every setting in help config, with what it says and its variable', async () => {
  const text = await topic('config');
  const list = text.slice(text.indexOf('Every setting:')).replaceAll(/\s+/g, ' ');
  for (const { key, says, environment = '', unused } of settings) {
    const name = key.slice(key.indexOf('.') + 1);
    const variable = environment === '' ? '' : ` (${environment})`;
    expect(list).toContain(` ${name} ${says}${variable}${unused ? '; not used yet' : ''}`);
  }
  for (const table of new Set(settings.flatMap(({ key }) => key.match(/^\w+(?=\.)/) ?? [])))
    expect(list).toContain(` [${table}] `);
});

it('names every variable of a setting in help environment', async () => {
  const text = await topic('environment');
  for (const { environment } of settings) if (environment !== undefined) expect(text).toContain(environment);
});
