/** The flags and settings that say who gets what: `send`, `check` and `preview` make the same draft of them. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { DraftPorts } from '../../../src/workflow/read-draft.js';
import { decided, draftFlags, draftSettings, unsaid } from './draft-flags.js';
import { Arrived, Place, seen } from './in-process.js';

vi.mock('../../../src/workflow/plan-email.js', () => ({
  planEmail: (draft: unknown, ports: unknown) => {
    seen.draft = draft;
    seen.ports = ports;
    throw new Arrived();
  },
}));

let place: Place;
beforeAll(() => {
  place = new Place();
  place.write('note.txt', 'Hello');
});
afterAll(() => place.close());

async function draftOf(command: string, argv: readonly string[]): Promise<unknown> {
  const isTracked = argv.includes('--track-anyway');
  const rehearsal = command === 'send' ? ['--dry-run'] : [];
  const flags = argv.filter(flag => flag !== '--track-anyway');
  const { error } = await place.run(
    command,
    'note.txt',
    ...rehearsal,
    ...(isTracked ? [] : ['--no-track']),
    ...flags,
  );
  if (!(error instanceof Arrived)) throw error;
  return seen.draft;
}

describe.each(['send', 'check', 'preview'])('%s', command => {
  it('makes a draft of defaults where nothing is said', async () => {
    const own = command === 'preview' ? { maxVisible: Number.POSITIVE_INFINITY } : {};
    const left = { check: { allowPlaceholders: 'when-alone' }, preview: { allowPlaceholders: true } }[
      command
    ];
    expect(await draftOf(command, [])).toMatchObject({
      templatePath: 'note.txt',
      folder: process.cwd(),
      ...unsaid,
      ...left,
      ...own,
    });
  });
});

it.each(Object.entries(draftFlags))('send passes on %s', async (_, [argv, draft]) => {
  expect(await draftOf('send', argv)).toMatchObject(draft);
});

it.each(['check', 'preview'])('%s passes on all of them, said at once', async command => {
  const unlike = ['--each', '--no-track', '--smtp'];
  const rows = Object.entries(draftFlags).filter(([flag]) => !unlike.includes(flag));
  const expected: Record<string, unknown> = {};
  for (const [flag, [, draft]] of rows) Object.assign(expected, decided[command]?.[flag] ?? draft);
  Object.assign(expected, {
    named: { to: ['a@x.example'], cc: ['b@x.example'], bcc: ['c@x.example'], each: [] },
    attachments: ['one.pdf', 'two.pdf'],
    attachmentColumns: ['ticket'],
  });
  expect(
    await draftOf(
      command,
      rows.flatMap(([, [argv]]) => argv),
    ),
  ).toMatchObject(expected);
  for (const flag of unlike) {
    const [argv, draft] = draftFlags[flag] ?? [[], {}];
    expect(await draftOf(command, argv)).toMatchObject(draft);
  }
});

it.each(Object.entries(draftSettings))('the setting %s is in the draft', async (_, [line, draft]) => {
  place.write('set.toml', `${line}\n`);
  expect(await draftOf('send', ['--track-anyway', '--config', 'set.toml', ...needsUrl(line)])).toMatchObject(
    draft,
  );
});

function needsUrl(line: string): readonly string[] {
  return line.startsWith('tracking.url') ? [] : ['--tracking-url', 'https://other.example'];
}

describe('the address book', () => {
  const bookOf = async (text: string) => {
    place.write('set.toml', text);
    await draftOf('send', ['--config', 'set.toml', '--to', 'ann']);
    return (seen.ports as DraftPorts).addressBook;
  };

  it('has the people of contacts.file', async () => {
    place.write('people.csv', 'alias,name,email\nann,Ann Ample,ann@one.example\n');
    const book = await bookOf('contacts.file = "people.csv"\n');
    await book.prepare?.(['ann']);
    expect(JSON.stringify(book.resolve('ann'))).toContain('ann@one.example');
  });

  it('has the aliases of the configuration, and its default_domain', async () => {
    const book = await bookOf('default_domain = "dom.example"\n[aliases]\nteam = ["x@two.example"]\n');
    expect(JSON.stringify(book.resolve('team'))).toContain('x@two.example');
    expect(JSON.stringify(book.resolve('bob'))).toContain('bob@dom.example');
  });
});

it('what must never be mailed comes from the database that --db, MAILTRACK_DB or store.url names', async () => {
  const { openStore } = await import('../../../src/store/open-store.js');
  const store = await openStore('own.db');
  await store.close();
  place.write('set.toml', 'store.url = "sqlite:other.db"\n');
  const named = async (...argv: string[]) => {
    const { stderr, error } = await place.run('report', 'em_zzzz', ...argv);
    return `${stderr}${String(error)}`;
  };
  expect(await named('--db', 'absent.db')).toContain('absent.db');
  expect(await named('--config', 'set.toml')).toContain('other.db');
});
