/**
 * Every pair of layers: one holds the password and its server, the other says something of a server too. By the resolved
 * settings; test/e2e/canary.test.ts does the same with real sockets.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type Config, loadConfig } from '../../src/cli/config/load-config.js';
import { projectFile, trust } from '../../src/cli/config/trust.js';
import { readSmtpAddress } from '../../src/cli/smtp-address.js';
import { completeSmtpSettings } from '../../src/cli/smtp-settings.js';
import { Problem, Problems } from '../../src/problem.js';

type Layer = 'flag' | 'environment' | 'user' | 'trusted' | 'untrusted';
const layers: readonly Layer[] = ['flag', 'environment', 'user', 'trusted', 'untrusted'];
const own = 'smtps://anna@a.example:4465';
const canary = 'canary-4711';

/** What the second layer can say, as lines of a file; a flag and a variable have fewer words. */
const words: Readonly<Record<string, string>> = {
  url: 'url = "smtps://mallory@b.example:5465"',
  'url without user': 'url = "smtps://b.example:5465"',
  host: 'host = "b.example"\nuser = "mallory"',
  port: 'port = 5465',
  tls: 'tls = "starttls"',
  user: 'user = "mallory"',
  ca: 'ca = "ca.pem"',
  command: 'password_command = "echo theirs"',
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mailtrack-layers-'));
  vi.stubEnv('XDG_DATA_HOME', join(folder, 'data'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

class World {
  readonly flags = new Map<string, { name: string; value: string }>();
  readonly environment: Record<string, string> = { XDG_CONFIG_HOME: join(folder, 'home') };

  setUrl(layer: 'flag' | 'environment', url: string): void {
    if (layer === 'flag') this.flags.set('smtp.url', { name: '--smtp', value: url });
    else this.environment['MAILTRACK_SMTP_URL'] = url;
  }

  setPassword(password: string): void {
    vi.stubEnv('MAILTRACK_SMTP_PASSWORD', password);
  }

  write(layer: Layer, lines: string): void {
    const file = join(folder, layer === 'user' ? 'home/mailtrack/config.toml' : 'work/mailtrack.toml');
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `[smtp]\n${lines}\n`);
    writeFileSync(join(dirname(file), 'ca.pem'), `authority of ${layer}`);
  }

  async load(): Promise<Config> {
    mkdirSync(join(folder, 'work'), { recursive: true });
    const { flags, environment } = this;
    return loadConfig({ flags, environment, folder: join(folder, 'work') });
  }
}

/** The first layer holds the server a.example:4465 and the canary, the second says one thing more. */
async function play(first: Layer, second: Layer, word: string): Promise<string | undefined> {
  const world = new World();
  vi.stubEnv('MAILTRACK_SMTP_PASSWORD', '');
  if (first === 'flag' || first === 'environment') {
    world.setUrl(first, own);
    world.setPassword(canary);
  } else world.write(first, `url = "${own}"\npassword_command = "echo ${canary}"`);
  const line = words[word] ?? '';
  const url = /url = "(.*)"/.exec(line)?.[1];
  if (second === 'flag' || second === 'environment') {
    if (url === undefined) return undefined;
    world.setUrl(second, url);
  } else world.write(second, line);
  const config = await world.load();
  const project = projectFile(config);
  if (project !== undefined && [first, second].includes('trusted')) await trust(project);
  try {
    const { host, port, tls, user, password, ca } = await completeSmtpSettings(
      { config },
      readSmtpAddress({ config }),
    );
    return `${password ?? 'no password'} as ${user ?? 'nobody'} to ${host}:${port} ${tls}${ca === undefined ? '' : `, ${ca}`}`;
  } catch (error) {
    if (!(error instanceof Problem || error instanceof Problems)) throw error;
    return error.message.includes('not trusted') ? 'not trusted' : 'refused';
  }
}

it('sends the canary to the server it was configured for, over its transport, or nowhere', async () => {
  const outcomes = new Map<string, string[]>();
  for (const first of layers) {
    for (const second of layers) {
      const isOneFile = first.endsWith('trusted') && second.endsWith('trusted');
      if (first === second || isOneFile) continue;
      for (const word of Object.keys(words)) {
        for (const name of ['home', 'work', 'data'])
          rmSync(join(folder, name), { recursive: true, force: true });
        const outcome = await play(first, second, word);
        if (outcome === undefined) continue;
        outcomes.set(outcome, [...(outcomes.get(outcome) ?? []), `${first} + ${second} ${word}`]);
        const pair = `${first} + ${second} ${word}`;
        if (outcome.startsWith(canary)) expect(outcome, pair).toContain('to a.example:4465 implicit');
        // Whatever an untrusted file takes part in, no password leaves.
        if (outcome.includes('authority of untrusted') || outcome.startsWith('theirs'))
          expect(second, pair).not.toBe('untrusted');
        if (first === 'untrusted') expect(outcome, pair).not.toContain(canary);
      }
    }
  }
  expect(Object.fromEntries(outcomes)).toMatchInlineSnapshot(`
    {
      "canary-4711 as anna to a.example:4465 implicit": [
        "flag + user url",
        "flag + user url without user",
        "flag + user host",
        "flag + user command",
        "flag + trusted url",
        "flag + trusted url without user",
        "flag + trusted host",
        "flag + trusted command",
        "flag + untrusted url",
        "flag + untrusted url without user",
        "flag + untrusted host",
        "flag + untrusted command",
        "environment + user url",
        "environment + user url without user",
        "environment + user host",
        "environment + user command",
        "environment + trusted url",
        "environment + trusted url without user",
        "environment + trusted host",
        "environment + trusted command",
        "environment + untrusted url",
        "environment + untrusted url without user",
        "environment + untrusted host",
        "environment + untrusted command",
        "trusted + user url",
        "trusted + user url without user",
        "trusted + user host",
        "trusted + user command",
      ],
      "canary-4711 as anna to a.example:4465 implicit, authority of trusted": [
        "flag + trusted ca",
        "environment + trusted ca",
        "user + trusted ca",
      ],
      "canary-4711 as anna to a.example:4465 implicit, authority of user": [
        "flag + user ca",
        "environment + user ca",
        "trusted + user ca",
      ],
      "no password as nobody to b.example:5465 implicit": [
        "environment + flag url without user",
        "user + flag url without user",
        "user + environment url without user",
        "user + trusted url without user",
        "user + untrusted url without user",
        "trusted + flag url without user",
        "trusted + environment url without user",
        "untrusted + flag url without user",
        "untrusted + environment url without user",
      ],
      "not trusted": [
        "flag + untrusted ca",
        "environment + untrusted ca",
        "user + untrusted ca",
        "user + untrusted command",
        "untrusted + user url",
        "untrusted + user url without user",
        "untrusted + user host",
        "untrusted + user ca",
        "untrusted + user command",
      ],
      "refused": [
        "flag + environment url",
        "flag + environment url without user",
        "flag + user port",
        "flag + user tls",
        "flag + user user",
        "flag + trusted port",
        "flag + trusted tls",
        "flag + trusted user",
        "flag + untrusted port",
        "flag + untrusted tls",
        "flag + untrusted user",
        "environment + flag url",
        "environment + user port",
        "environment + user tls",
        "environment + user user",
        "environment + trusted port",
        "environment + trusted tls",
        "environment + trusted user",
        "environment + untrusted port",
        "environment + untrusted tls",
        "environment + untrusted user",
        "user + flag url",
        "user + environment url",
        "user + trusted url",
        "user + trusted host",
        "user + trusted port",
        "user + trusted tls",
        "user + trusted user",
        "user + untrusted url",
        "user + untrusted host",
        "user + untrusted port",
        "user + untrusted tls",
        "user + untrusted user",
        "trusted + flag url",
        "trusted + environment url",
        "trusted + user port",
        "trusted + user tls",
        "trusted + user user",
        "untrusted + flag url",
        "untrusted + environment url",
        "untrusted + user port",
        "untrusted + user tls",
        "untrusted + user user",
      ],
      "theirs as anna to a.example:4465 implicit": [
        "user + trusted command",
      ],
    }
  `);
});
