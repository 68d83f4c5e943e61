/** Every flag and every setting has a row that shows that its value arrives; a new one without a row fails here. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { settings } from '../../../src/cli/config/settings.js';
import { createProgram } from '../../../src/cli/program.js';
import { Streams } from '../../../src/cli/streams.js';
import { draftFlags, draftSettings } from './draft-flags.js';
import { requestFlags, transportSettings } from './send-flags.js';
import { serveFlags, serveSettings } from './serve-flags.js';

/** Flags that are tried in a test of their own, by file; each is written there. */
const tried: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'test/cli/wiring/send.test.ts': {
    mailtrack: '--no-input',
    send: '--smtp --dry-run --out --diff --yes --confirm --again --id --allow',
    resume: '--smtp --resend-uncertain --resolve --recipient --accept-changed',
  },
  'test/cli/wiring/other.test.ts': {
    report: '--csv --opens',
    list: '--limit',
    add: '--reason',
    remove: '--unsubscribed --forgotten',
    optout: '--undo',
    forget: '--yes',
    import:
      '--reason --encoding --delimiter --header-row --sheet --visible-rows --email-column --several-addresses --skip-invalid',
    inbox: '--email --since --dry-run',
    preview: '--row --all --html --out',
    drop: '--yes',
    show: '--origin',
    mailtrack: '--version --config --profile --db --json --quiet --no-color',
  },
  'test/e2e/resume.test.ts': { resume: '--accept-copy' },
  'test/e2e/preview.test.ts': { preview: '--open' },
  'test/cli/wiring/serve.test.ts': { sandbox: '--port --dir' },
  'test/e2e/serve.test.ts': { mailtrack: '--verbose' },
};

const triedSettings: Readonly<Record<string, string>> = {
  default_domain: 'test/cli/wiring/draft.test.ts',
  'contacts.file': 'test/cli/wiring/draft.test.ts',
  'store.url': 'test/cli/wiring/draft.test.ts',
  'tracking.own_networks': 'test/cli/wiring/other.test.ts',
  'privacy.retention': 'test/cli/wiring/other.test.ts',
  'smtp.password_command': 'test/cli/wiring/send.test.ts',
  'inbox.verp': 'test/cli/wiring/send.test.ts',
  'dkim.domain': 'test/e2e/dkim.test.ts',
  'dkim.selector': 'test/e2e/dkim.test.ts',
  'dkim.key_file': 'test/e2e/dkim.test.ts',
  'dkim.ed25519_selector': 'test/e2e/dkim.test.ts',
  'dkim.ed25519_key_file': 'test/e2e/dkim.test.ts',
};

function hasRow(command: string, flag: string): boolean {
  if (['send', 'check', 'preview'].includes(command) && flag in draftFlags) return true;
  if (['send', 'resume'].includes(command) && flag in requestFlags) return true;
  if (command === 'serve' && flag in serveFlags) return true;
  return Object.values(tried).some(commands => commands[command]?.split(' ').includes(flag));
}

it('every flag of every command has a row', async () => {
  const program = await createProgram(['help'], new Streams(process));
  const commands = [program, ...program.commands.flatMap(one => [one, ...one.commands])];
  const without = commands.flatMap(command =>
    command.options
      .map(({ long }) => long ?? '')
      .filter(flag => !hasRow(command.name(), flag))
      .map(flag => `${command.name()} ${flag}`),
  );
  expect(without).toEqual([]);
});

it('every setting that something heeds has a row', () => {
  const rows = { ...draftSettings, ...transportSettings, ...serveSettings, ...triedSettings };
  expect(
    settings.filter(({ key, unused }) => unused !== true && !(key in rows)).map(({ key }) => key),
  ).toEqual([]);
});

it('the tests that the rows name speak of the flag or the setting', () => {
  const flags = Object.entries(tried).flatMap(([file, commands]) =>
    Object.values(commands).flatMap(words => words.split(' ').map(flag => [file, flag] as const)),
  );
  const keys = Object.entries(triedSettings).map(([key, file]) => [file, key.replace(/^.*\./, '')] as const);
  const silent = [...flags, ...keys].filter(([file, word]) => !readFileSync(file, 'utf8').includes(word));
  expect(silent).toEqual([]);
});
