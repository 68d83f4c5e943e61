/** A command line that is not understood is told in the form of every other problem, once, in words or in JSON. */
import { describe, expect, it } from 'vitest';
import { explain } from '../../src/cli/explain.js';
import { createProgram } from '../../src/cli/program.js';
import { KeptStreams } from './wiring/in-process.js';

async function complaint(...argv: readonly string[]) {
  const streams = new KeptStreams();
  const program = await createProgram(argv, streams);
  const error: unknown = await program
    .parseAsync([...argv], { from: 'user' })
    .catch((thrown: unknown) => thrown);
  const named = argv.find(word => program.commands.some(one => one.name() === word));
  const status = explain(error, { json: argv.includes('--json'), streams, command: undefined, named });
  return [status, streams.said.stderr];
}

describe('in words', () => {
  it.each([
    [['send', '--eech', 'people.csv'], "mailtrack: unknown option '--eech'\n  Did you mean --each?\n"],
    [['sned'], "mailtrack: unknown command 'sned'\n  Did you mean send?\n"],
    [
      ['send'],
      "mailtrack: missing required argument 'template'\n  `mailtrack send --help` shows how to write it.\n",
    ],
    [
      ['send', 'msg.md', '--smtp'],
      "mailtrack: option '--smtp <url>' argument missing\n  `mailtrack send --help` shows how to write it.\n",
    ],
    [
      ['send', 'msg.md', '--rate', '5 is invalid. '],
      "mailtrack: option '--rate <n/unit>' argument '5 is invalid. ' is invalid\n  It has to be a rate such as 10/s, 100/m or 300/h.\n",
    ],
    [
      ['report', 'latest', 'again'],
      "mailtrack: too many arguments for 'report'. Expected 1 argument but got 2.\n  `mailtrack report --help` shows how to write it.\n",
    ],
    [['--profil', 'x'], "mailtrack: unknown option '--profil'\n  Did you mean --profile?\n"],
    [
      ['help', 'weather'],
      'mailtrack: there is no command or topic "weather"\n  Topics: exit-codes, environment, template, csv, config, privacy, cron. `mailtrack --help` lists the commands.\n',
    ],
  ] as const)('%j', async (argv, said) => {
    expect(await complaint(...argv)).toEqual([64, said]);
  });

  it('a command of a group that is missing: the help of the group, and nothing else', async () => {
    const [status, said] = await complaint('suppress');
    expect(status).toBe(64);
    expect(said).toMatch(/^Usage: mailtrack suppress \[options\] \[command\]\n/);
    expect(said).not.toContain('mailtrack: ');
  });
});

describe('in JSON, one object and nothing else', () => {
  it.each([
    [['--json', 'send', '--eech', 'x'], "unknown option '--eech'", 'Did you mean --each?'],
    [['--json', 'suppress'], 'a command is missing', '`mailtrack suppress --help` lists them.'],
    [['--json'], 'a command is missing', '`mailtrack --help` lists them.'],
    [
      ['--json', 'serve', '--port', 'x'],
      "option '-p, --port <port>' argument 'x' is invalid",
      'It has to be a port, a whole number from 0 to 65535; 0 takes any free one.',
    ],
  ] as const)('%j', async (argv, message, fix) => {
    const [status, said] = await complaint(...argv);
    expect([status, JSON.parse(String(said))]).toEqual([
      64,
      { error: { code: 'usage', message, fix, file: null, line: null, column: null } },
    ]);
  });
});
