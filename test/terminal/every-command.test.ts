/** Commands as they are run, at four widths: no line they say is longer than the terminal or ends inside a word. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { explain } from '../../src/cli/explain.js';
import { KeptStreams, Place } from '../cli/wiring/in-process.js';
import { tooLong } from './too-long.js';

let place: Place;
beforeAll(() => {
  place = new Place();
  place.write('msg.md', '---\nsubject: Hello\nfrom: anthony@example.org\n---\nHello {{ name }}.\n');
  place.write('people.csv', 'email,name\nann@example.com,Ann\nbob@example.com,Bob\n');
  place.write('bad.csv', 'email,name\nann@@example.com,Ann\nbob@example.com\n');
  place.write('never.csv', 'email\ncarol@example.com\ndave@example.com\n');
  place.write('mailtrack.toml', '[smtp]\npassword_command = "pass show mail"\n');
  place.write('empty.toml', '');
  place.write('settings.toml', '[smtp]\nprot = 25\n');
  place.write(
    'access.log',
    'a line that no front writes, and that is too long for a terminal of forty columns\n',
  );
  place.write('mail/cur/1:2,S', 'From: bob@example.com\nSubject: Hello\n\nHello.\n');
  place.write('mail/new/1', 'From: bob@example.com\nSubject: Re: Hello\n\nThanks.\n');
});
afterAll(() => place.close());

const draft = ['msg.md', '--each', 'people.csv', '--no-track'];
const server = ['--smtp', 'smtp://127.0.0.1:1'];

/** In this order: some make what others show. */
const commands: Readonly<Record<string, readonly string[]>> = {
  'the files of a preview': ['preview', ...draft, '--out', 'copies'],
  'a preview of a message that names a field nobody has': [
    'preview',
    'msg.md',
    '--each',
    'never.csv',
    '--no-track',
  ],
  'a dry run': ['send', ...draft, ...server, '--dry-run', '--out', 'dry'],
  'config trust': ['config', 'trust'],
  'the demonstration': ['demo'],
  'a key that is made': ['keys', 'rotate'],
  'a send without a server': ['--config', 'empty.toml', 'send', ...draft, ...server, '--yes', '--again'],
  'resume without a server': ['--config', 'empty.toml', 'resume', 'latest', ...server],
  'the log of a front': ['ingest', 'access.log'],
  'a server that cannot be asked': ['pull', 'http://127.0.0.1:1'],
  'people who are put on the list': ['suppress', 'add', 'eve@example.com', '--reason', 'asked by telephone'],
  'a list of people who are never mailed': ['suppress', 'import', 'never.csv'],
  'somebody who is taken off the list': ['suppress', 'remove', 'eve@example.com', 'nobody@example.com'],
  'mail that came back': ['inbox', 'mail'],
  'an email that is explained': ['explain', 'latest', 'ann@example.com'],
  'error 64, an option': ['send', 'msg.md', '--eech', 'people.csv'],
  'error 64, no confirmation': ['send', ...draft, ...server, '--no-input', '--again'],
  'error 65, rows of a list': ['send', 'msg.md', '--each', 'bad.csv', '--no-track', ...server, '--yes'],
  'error 66, an email': ['report', 'em_zzzzzzzzzzzz'],
  'error 66, a file': ['preview', 'nothing.md', '--each', 'people.csv', '--no-track'],
  'error 74, a database': ['list', '--db', 'people.csv'],
  'error 78, a setting': ['--config', 'settings.toml', 'list'],
};

it.each(Object.keys(commands))('fits 40, 80, 100 and 120 columns: %s', async name => {
  for (const width of [40, 80, 100, 120]) {
    const streams = new KeptStreams(width);
    const { error } = await place.runOn(streams, ...(commands[name] ?? []));
    const status = error === undefined ? 0 : explain(error, { json: false, streams, command: undefined });
    const named = /^error (\d+)/.exec(name)?.[1];
    if (named !== undefined) expect([status, error]).toEqual([Number(named), error]);
    const said = `${streams.said.stdout}${streams.said.stderr}`;
    expect(said, String(width)).not.toBe('');
    expect(said, String(width)).not.toContain('fault of mailtrack');
    expect(tooLong([said], width), String(width)).toEqual([]);
  }
});
