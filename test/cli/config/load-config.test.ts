import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ConfigRequest, loadConfig } from '../../../src/cli/config/load-config.js';
import { Problems } from '../../../src/problem.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mailtrack-config-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, text: string): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), text);
}

const load = (changes: Partial<ConfigRequest> = {}) =>
  loadConfig({
    flags: new Map(),
    environment: { XDG_CONFIG_HOME: join(folder, 'home') },
    folder: join(folder, 'work', 'deep'),
    ...changes,
  });

async function values(changes: Partial<ConfigRequest> = {}) {
  return Object.fromEntries([...(await load(changes)).values].map(([key, { value }]) => [key, value]));
}

async function problems(changes: Partial<ConfigRequest> = {}) {
  const error = await load(changes).then(
    () => new Problems([]),
    (thrown: Problems) => thrown,
  );
  return error.problems.map(({ message, where, fix }) => [where?.line, message, fix]);
}

describe('loadConfig', () => {
  it('takes a flag before the environment, the environment before the project, the project before the user', async () => {
    write(
      'home/mailtrack/config.toml',
      'from = "user"\nreply_to = "user"\ndefault_domain = "user"\n[store]\nurl = "user"',
    );
    write('work/mailtrack.toml', 'from = "project"\nreply_to = "project"\n[store]\nurl = "project"');
    const flags = new Map([['from', { name: '--from', value: 'flag' }]]);
    const environment = {
      XDG_CONFIG_HOME: join(folder, 'home'),
      MAILTRACK_FROM: 'env',
      MAILTRACK_DB: 'env',
      MAILTRACK_CONTACTS: '',
    };
    expect(await values({ flags, environment })).toEqual({
      from: 'flag',
      'store.url': 'env',
      reply_to: 'project',
      default_domain: 'user',
    });
  });

  it('says where a value comes from', async () => {
    write('work/mailtrack.toml', '\n[smtp]\n# a comment\nurl = "x"\nuser = "y"\n');
    const { values: found } = await load();
    expect(found.get('smtp.user')?.origin).toEqual({
      kind: 'project',
      file: join(folder, 'work/mailtrack.toml'),
      line: 5,
    });
  });

  it('lets a profile override, key by key', async () => {
    write(
      'work/mailtrack.toml',
      'from = "a"\nreply_to = "r"\n[smtp]\nurl = "x"\n[profiles.test]\nfrom = "b"\nsmtp.url = "y"\n',
    );
    expect(await values({ profile: 'test' })).toEqual({ from: 'b', reply_to: 'r', 'smtp.url': 'y' });
    expect(await problems({ profile: 'tset' })).toEqual([
      [undefined, 'there is no profile "tset"', 'Add a table [profiles.tset].'],
    ]);
  });

  it('reads a named file instead of the others, and says when it is not there', async () => {
    write('work/mailtrack.toml', 'from = "project"');
    write('other.toml', 'from = "other"');
    expect(await values({ file: join(folder, 'other.toml') })).toEqual({ from: 'other' });
    await expect(load({ file: 'nope.toml' })).rejects.toMatchObject({ code: 'config' });
  });

  it('says that a folder is not a configuration file', async () => {
    await expect(load({ file: folder })).rejects.toMatchObject({
      problems: [
        {
          code: 'config',
          message: `the configuration file ${folder} cannot be read: it is a folder`,
          fix: 'Make it readable for you, or name another with --config or MAILTRACK_CONFIG.',
        },
      ],
    });
  });

  it('names every unknown key and wrong value with its line', async () => {
    write(
      'work/mailtrack.toml',
      'form = "a"\n[send]\nconnections = 0\nmax_visible = "many"\n[smtp]\ntls = "yes"\n[alias]\nx = "y"\n',
    );
    expect(await problems()).toEqual([
      [1, 'unknown key "form"', 'Did you mean "from"?'],
      [3, 'send.connections has to be a whole number from 1 to 100', undefined],
      [4, 'send.max_visible has to be a whole number from 1 to 10000', undefined],
      [6, 'smtp.tls has to be one of "implicit", "starttls", "none"', undefined],
      [8, 'unknown key "alias.x"', '`mailtrack help config` lists the keys.'],
    ]);
  });

  it('says where a file is not TOML', async () => {
    write('work/mailtrack.toml', 'from = "a"\nsmtp = [\n');
    const [[line, message] = []] = await problems();
    expect([line, message]).toEqual([expect.any(Number), expect.stringContaining('TOML')]);
  });

  it('keeps apart what each place says, the strongest first, a profile above its own file', async () => {
    write('home/mailtrack/config.toml', '[smtp]\nurl = "u"\n');
    write('work/mailtrack.toml', '[smtp]\nport = 25\n[profiles.test]\nsmtp.url = "p"\n');
    const { layers } = await load({ profile: 'test' });
    expect(layers.map(({ place, values }) => [place.kind, [...values.keys()]])).toEqual([
      ['flag', []],
      ['environment', []],
      ['project', ['smtp.url']],
      ['project', ['smtp.port']],
      ['user', ['smtp.url']],
    ]);
    expect(layers[2]?.place).toBe(layers[3]?.place);
  });

  it('refuses a file that is longer than any configuration', async () => {
    write('work/mailtrack.toml', '#'.repeat(250_001));
    await expect(load()).rejects.toThrow('the file has more than 250,000 characters');
  });

  it('keeps aliases with their members', async () => {
    write('work/mailtrack.toml', '[aliases]\nteam = ["alice", "bob"]\n"night watch" = "carol"\n');
    expect([...(await load()).aliases]).toEqual([
      ['team', ['alice', 'bob']],
      ['night watch', ['carol']],
    ]);
  });
});
