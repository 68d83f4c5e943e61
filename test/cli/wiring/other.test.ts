/** The flags of commands that only read, and those of every command. */
import { existsSync, readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openStore } from '../../../src/store/open-store.js';
import { pack, workbookParts } from '../../recipients/workbook.js';
import { emailOf, recipientOf } from '../../workflow/sent-email.js';
import { Place } from './in-process.js';

// The process that reads workbooks is a program that has been built; this one runs from its sources.
vi.mock('../../../src/system/workbook-apart.js', async () => ({
  readWorkbookApart: (await import('../../../src/recipients/xlsx-records.js')).readWorkbook,
}));

// What is read of a log is the matter of its own tests; here, with which options.
const ingested: unknown[] = [];
vi.mock('../../../src/workflow/ingest-log.js', () => ({
  ingestLog: async (_lines: unknown, _ports: unknown, options: unknown) => {
    ingested.push(options);
    return {};
  },
}));

let place: Place;
beforeAll(async () => {
  place = new Place();
  place.write('note.txt', 'Hello {{ name }}');
  place.write('page.html', '<p>Hello {{ name }}</p>');
  place.write('people.csv', 'email,name\nann@x.example,Ann\nbob@x.example,Bob\n');
  const store = await openStore('own.db');
  for (const [at, emailId] of ['em_aaaaaaaaaaaa', 'em_bbbbbbbbbbbb'].entries())
    await store.ledger.openEmail({ ...emailOf(emailId), emailNumber: at + 1 }, [recipientOf(0)]);
  await store.close();
});
afterAll(() => place.close());

describe('report', () => {
  it('heeds --csv, --opens with --json, and --json', async () => {
    const report = (...argv: string[]) => place.run('report', 'em_aaaaaaaaaaaa', '--db', 'own.db', ...argv);
    const [plain, csv, json, opens] = await Promise.all([]).then(async () => [
      await report(),
      await report('--csv'),
      await report('--json'),
      await report('--json', '--opens'),
    ]);
    expect(csv?.stdout).toMatch(/^"email_address",/);
    expect(plain?.stdout).not.toContain('"email_address"');
    expect(JSON.parse(json?.stdout ?? '')).not.toHaveProperty('opens');
    expect(JSON.parse(opens?.stdout ?? '')).toHaveProperty('opens', []);
  });
});

it('self prints a link below tracking.url', async () => {
  place.write('self.toml', 'tracking.url = "https://t.example/x/"');
  const { stdout } = await place.run('self', '--config', 'self.toml');
  expect(stdout).toMatch(/^https:\/\/t\.example\/x\/self\/[a-z2-7]{44}\n$/);
  const { stdout: json } = await place.run('self', '--config', 'self.toml', '--json');
  expect(JSON.parse(json)).toMatchObject({ schema: 'mailtrack.self/1' });
  place.write('self.toml', '');
  expect((await place.run('self', '--config', 'self.toml')).error).toMatchObject({
    code: 'tracking-url',
    message: 'there is no tracking URL',
    fix: 'Set MAILTRACK_TRACKING_URL, or write url under [tracking].',
  });
});

it('report and explain heed tracking.own_networks', async () => {
  const store = await openStore('networks.db');
  const email = emailOf('em_dddddddddddd');
  await store.ledger.openEmail(email, [recipientOf(1)]);
  await store.fetchLog.appendFetches([
    {
      emailNumber: 1,
      recipientNumber: 1,
      fetchedAt: Date.UTC(2026, 10, 24),
      method: 'GET',
      userAgent: 'Thunderbird/128.0',
      network: '198.51.100.0/24',
      kind: 'human',
      confidence: 0.85,
      rule: 'mail-client',
    },
  ]);
  await store.close();
  const opened = async (own: string) => {
    place.write('own.toml', `tracking.own_networks = ["${own}"]`);
    const read = async (...argv: string[]) =>
      (await place.run(...argv, '--db', 'networks.db', '--config', 'own.toml', '--json')).stdout;
    const { totals } = JSON.parse(await read('report', 'latest')) as { totals: { opened: number } };
    const explained = await read('explain', 'latest', 'r1@example.com');
    return [totals.opened, explained.includes('own-network')];
  };
  expect(await opened('192.0.2.0/24')).toEqual([1, false]);
  expect(await opened('198.51.100.9')).toEqual([0, true]);
  place.write('own.toml', 'tracking.own_networks = ["office"]');
  expect((await place.run('report', '--db', 'networks.db', '--config', 'own.toml')).error).toMatchObject({
    code: 'config',
    message: 'tracking.own_networks: "office" is not a network in CIDR notation',
    fix: 'Write addresses or networks such as "198.51.100.0/24" or "2001:db8::/48".',
  });
});

it('list heeds --limit and --db', async () => {
  const count = async (...argv: string[]) => {
    const { stdout } = await place.run('list', ...argv);
    return [...stdout.matchAll(/em_[ab]{12}/g)].length;
  };
  expect([await count('--db', 'own.db'), await count('--db', 'own.db', '--limit', '1')]).toEqual([2, 1]);
  expect(await count('--db', 'absent.db')).toBe(0);
});

describe('one person', () => {
  const run = async (...argv: string[]) => place.run(...argv, '--db', 'people.db');
  const json = async (...argv: string[]) =>
    JSON.parse((await run(...argv, '--json')).stdout) as Readonly<Record<string, unknown>>;
  beforeAll(async () => {
    const store = await openStore('people.db');
    const email = { ...emailOf('em_cccccccccccc'), cancelledAt: new Date(0) };
    await store.ledger.openEmail(email, [recipientOf(0), recipientOf(1)]);
    await store.ledger.cancelEmail(email.emailId, new Date(0));
    await store.close();
  });

  it('optout ends tracking, and heeds --undo', async () => {
    expect(await json('optout', 'R0@example.com')).toMatchObject({
      schema: 'mailtrack.optout/1',
      opted_out: true,
      is_new: true,
      copies: 1,
    });
    expect((await run('optout', 'r0@example.com')).stderr).toBe(
      'r0@example.com is not tracked any more, also not by 1 copy of theirs sent before.\n  A server elsewhere is told by the next `mailtrack pull`.\n',
    );
    expect(await json('export', 'r0@example.com')).toMatchObject({
      schema: 'mailtrack.export/1',
      opted_out_at: expect.any(String) as string,
      forgotten: false,
      copies: [{ email_id: 'em_cccccccccccc', email_address: 'r0@example.com', tracked: true, fetches: [] }],
    });
    expect((await run('optout', 'r0@example.com', '--undo')).stderr).toBe(
      'r0@example.com may be tracked again, by copies that are sent from now on.\n',
    );
    expect((await run('optout', 'r0@example.com', '--undo')).stderr).toBe(
      'r0@example.com had not opted out.\n',
    );
  });

  it('forget erases them, heeds --yes, and suppress remove heeds --forgotten', async () => {
    const { stderr } = await run('forget', 'r1@example.com', '--yes');
    expect(stderr).toContain('Forgotten, with 1 copy. Nobody of this address is mailed any more.\n');
    expect(await json('export', 'r1@example.com')).toMatchObject({ forgotten: true, copies: [] });
    const send = () =>
      run(
        'send',
        'note.txt',
        '--to',
        'r1@example.com',
        '--dry-run',
        '--no-track',
        '--from',
        'a@x.example',
        '--subject',
        'S',
      );
    expect((await send()).error).toMatchObject({
      problems: [
        {
          message: 'nobody is left: r1@example.com is suppressed',
          fix: '`mailtrack suppress list` says why; it does not show people who were forgotten.',
        },
      ],
    });
    const { keys } = (await json('keys', 'list')) as { keys: { id: number }[] };
    await run('keys', 'rotate');
    expect((await run('keys', 'drop', String(keys[0]?.id), '--yes')).error).toMatchObject({
      code: 'key',
      message: `key ${keys[0]?.id} is needed to recognise 1 person who was forgotten`,
      fix: 'Keep it: without it they could be mailed again. It does not seal new mail once there is a newer one.',
    });
    const refused = await run('suppress', 'remove', 'r1@example.com');
    expect(refused.error).toMatchObject({
      problems: [{ code: 'confirmation-needed', message: 'r1@example.com was forgotten' }],
    });
    expect(await json('suppress', 'remove', 'r1@example.com', '--forgotten')).toMatchObject({
      removed: 1,
      unknown: [],
    });
    expect(await json('export', 'r1@example.com')).toMatchObject({ forgotten: false });
  });

  it('export of nobody, from no database, is empty', async () => {
    const { stdout } = await place.run('export', 'ann@x.example', '--db', 'absent.db');
    expect(JSON.parse(stdout)).toEqual({
      schema: 'mailtrack.export/1',
      email_address: 'ann@x.example',
      opted_out_at: null,
      suppression: null,
      forgotten: false,
      copies: [],
    });
    expect(existsSync('absent.db')).toBe(false);
  });

  it.each(['optout', 'forget', 'export'])('%s refuses what is not an address', async command => {
    expect((await run(command, 'ann')).error).toMatchObject({ code: 'address-syntax' });
  });

  it('purge heeds privacy.retention and privacy.keep_user_agent', async () => {
    const store = await openStore('people.db');
    await store.fetchLog.appendFetches([
      {
        emailNumber: 1,
        recipientNumber: 0,
        fetchedAt: 0,
        method: 'GET',
        userAgent: 'Old/1.0',
        network: '',
        kind: 'human',
        confidence: 1,
        rule: 'mail-client',
      },
    ]);
    await store.close();
    expect((await run('purge')).stderr).toBe(
      'Everything is kept: neither privacy.retention nor privacy.keep_user_agent is set.\n0 records removed; user agents of 0 fetches forgotten.\n',
    );
    place.write('keep.toml', 'privacy.keep_user_agent = "30d"');
    expect(await json('purge', '--config', 'keep.toml')).toMatchObject({ removed: 0, user_agents: 1 });
    place.write('keep.toml', 'privacy.retention = "13 months"');
    expect(await json('purge', '--config', 'keep.toml')).toMatchObject({ removed: 1, user_agents: 0 });
  });
});

describe('suppress', () => {
  const suppress = (...argv: string[]) => place.run('suppress', ...argv, '--db', 'suppressed.db');
  const listed = async (...argv: string[]) => {
    const { stdout } = await suppress('list', '--json', ...argv);
    const { suppressions } = JSON.parse(stdout) as {
      suppressions: { email_address: string; reason: string }[];
    };
    return suppressions.map(({ email_address, reason }) => `${email_address} ${reason}`).sort();
  };

  it('heeds --reason of add, --limit of list, and --unsubscribed of remove', async () => {
    await suppress('add', 'ann@x.example', 'bob@x.example', '--reason', 'asked');
    expect(await listed()).toEqual(['ann@x.example asked', 'bob@x.example asked']);
    expect(await listed('--limit', '1')).toHaveLength(1);
    const store = await openStore('suppressed.db');
    await store.ledger.openEmail(emailOf('em_cccccccccccc'), [recipientOf(0)]);
    await store.fetchLog.recordUnsubscribes([{ emailNumber: 1, recipientNumber: 0, at: new Date() }]);
    await store.close();
    expect((await suppress('remove', 'r0@example.com')).error).toBeDefined();
    expect((await suppress('remove', 'r0@example.com', '--unsubscribed')).error).toBeUndefined();
    expect((await suppress('export')).stdout).toMatch(
      /^"email_address",[^\r]*\r\n"ann@x.example","suppressed"/,
    );
    await suppress('remove', 'ann@x.example', 'bob@x.example');
    expect(await listed()).toEqual([]);
  });

  it.each([
    ['--reason', 'old', 'email\nann@x.example\n', 'ann@x.example old'],
    ['--encoding', 'windows-1252', 'email;reason\nann@x.example;\x80\n', 'ann@x.example €'],
    ['--delimiter', '|', 'email|reason\nann@x.example|a;b,c\n', 'ann@x.example a;b,c'],
    ['--header-row', '2', 'email of all\nemail\nann@x.example\n', 'ann@x.example '],
    ['--email-column', 'where', 'where\nann@x.example\n', 'ann@x.example '],
    ['--several-addresses', 'first', 'email\n"ann@x.example, bob@x.example"\n', 'ann@x.example '],
    ['--skip-invalid', undefined, 'email\nann@x.example\nbob\n', 'ann@x.example '],
  ])('import heeds %s', async (flag, value, text, expected) => {
    place.write('stop.csv', Buffer.from(text, flag === '--encoding' ? 'latin1' : 'utf8'));
    await suppress('import', 'stop.csv', flag, ...(value === undefined ? [] : [value]));
    expect(await listed()).toEqual([expected]);
    await suppress('remove', 'ann@x.example');
  });

  it('import heeds --sheet and --visible-rows', async () => {
    const parts = workbookParts([
      { name: 'First', rows: { 1: ['email'], 2: ['ann@x.example'] } },
      { name: 'Other', rows: { 1: ['email'], 2: ['bob@x.example'], 3: ['cy@x.example'] } },
    ]);
    const other = 'xl/worksheets/sheet2.xml';
    parts[other] = parts[other]?.replace('<row r="3">', '<row r="3" hidden="1">') ?? '';
    place.write('stop.xlsx', pack(parts));
    const { error } = await suppress('import', 'stop.xlsx', '--sheet', 'Other', '--visible-rows');
    expect(error).toBeUndefined();
    expect(await listed()).toEqual(['bob@x.example ']);
    await suppress('import', 'stop.xlsx', '--sheet', 'Other');
    expect(await listed()).toEqual(['bob@x.example ', 'cy@x.example ']);
    await suppress('remove', 'bob@x.example', 'cy@x.example');
  });
});

describe('inbox', () => {
  const answer = (id: string, day: number) =>
    `From: r0@example.com\nSubject: Re: S\nDate: ${day} Nov 2026 09:00:00 +0000\nMessage-ID: <${id}@x.example>\nIn-Reply-To: <m@example.com>\n\nYes.\n`;
  const inbox = async (...argv: string[]) => {
    const { stdout } = await place.run('inbox', 'answers', '--db', 'sent.db', '--json', ...argv);
    const { facts, earlier, others } = JSON.parse(stdout) as {
      facts: unknown[];
      earlier: number;
      others: number;
    };
    return [facts.length, earlier, others];
  };

  it('heeds --dry-run, --since and --email', async () => {
    place.write('answers/1.eml', answer('1', 24));
    place.write('answers/2.eml', answer('2', 26));
    const store = await openStore('sent.db');
    await store.ledger.openEmail({ ...emailOf('em_aaaaaaaaaaaa'), messageId: '<n@example.com>' }, [
      recipientOf(0),
    ]);
    await store.ledger.openEmail({ ...emailOf('em_bbbbbbbbbbbb'), emailNumber: 2 }, [recipientOf(0)]);
    await store.close();
    expect(await inbox('--dry-run')).toEqual([2, 0, 0]);
    expect(await inbox('--dry-run', '--since', '2026-11-25T00:00Z')).toEqual([1, 1, 0]);
    expect(await inbox('--dry-run', '--email', 'em_a')).toEqual([0, 0, 2]);
    expect(await inbox('--email', 'em_b')).toEqual([2, 0, 0]);
    expect(await inbox()).toEqual([0, 0, 0]);
  });

  it('says where mail has to be read from', async () => {
    const error = async (...argv: string[]) => (await place.run('inbox', ...argv)).error;
    const fix =
      'Fetch it into a Maildir with mbsync, getmail or offlineimap, and name that: mailtrack inbox ~/Maildir';
    expect(await error()).toMatchObject({
      code: 'usage',
      message: 'inbox needs a source: a Maildir, an mbox, .eml files or a folder of them, or -',
      fix: 'For example: mailtrack inbox ~/Maildir',
    });
    expect(await error('imaps://ann:secret@x.example/INBOX')).toMatchObject({
      code: 'usage',
      message: 'this version cannot read a mailbox on an IMAP server',
      fix,
    });
    place.write('imap.toml', '[inbox]\nurl = "imaps://ann@x.example/INBOX"\n');
    expect(await error('--config', 'imap.toml')).toMatchObject({
      code: 'config',
      message: 'inbox.url names a mailbox on an IMAP server, which this version cannot read',
      fix,
    });
    expect(await error('absent', 'answers', 'gone')).toMatchObject({
      problems: [{ message: 'absent does not exist' }, { message: 'gone does not exist' }],
    });
    expect(await error('answers', '--db', 'absent.db')).toMatchObject({ code: 'email-unknown' });
    expect(String(await error('answers', '--since', 'yesterday'))).toContain(
      'It has to be a time such as 2026-11-30 or 2026-11-30T09:00Z, or how long ago: 7d.',
    );
  });
});

it('ingest passes on the setting privacy.keep_network', async () => {
  place.write('discreet.toml', 'privacy.keep_network = "none"\n');
  await place.run('keys', 'rotate');
  await place.run('ingest', 'access.log', '--db', 'logged.db', '--json');
  await place.run('ingest', 'access.log', '--db', 'logged.db', '--json', '--config', 'discreet.toml');
  expect(ingested).toEqual([{ keepNetwork: true }, { keepNetwork: false }]);
});

describe('preview', () => {
  const preview = (...argv: string[]) =>
    place.run(
      'preview',
      'page.html',
      '--from',
      'me@y.example',
      '--subject',
      'S',
      '--each',
      'people.csv',
      ...argv,
    );

  it('heeds --row, --all and --html', async () => {
    const [first, second, all, html] = [
      await preview(),
      await preview('--row', '2'),
      await preview('--all'),
      await preview('--html'),
    ].map(({ stdout }) => stdout);
    expect(first).toContain('Hello Ann');
    expect(first).not.toContain('Hello Bob');
    expect(second).toContain('Hello Bob');
    expect(second).not.toContain('Hello Ann');
    expect(all).toMatch(/Hello Ann[\s\S]*Hello Bob/);
    expect([first?.includes('<p'), html?.includes('<p')]).toEqual([false, true]);
  });

  it('heeds --out', async () => {
    await preview('--out', 'looks');
    expect(readdirSync('looks').sort()).toEqual(['1-ann@x.example.html', '1-ann@x.example.txt']);
  });
});

describe('keys', () => {
  it('drops one only with --yes', async () => {
    await place.run('keys', 'rotate');
    await place.run('keys', 'rotate');
    const ids = async () => {
      const { keys } = JSON.parse((await place.run('keys', 'list', '--json')).stdout) as {
        keys: { id: number }[];
      };
      return keys.map(({ id }) => id);
    };
    const [first = 0, ...rest] = await ids();
    const oldest = Math.min(first, ...rest);
    await place.run('keys', 'drop', String(oldest));
    expect(await ids()).toContain(oldest);
    await place.run('keys', 'drop', String(oldest), '--yes');
    expect(await ids()).not.toContain(oldest);
  });
});

describe('every command', () => {
  it('heeds --config, --profile and --origin of config show', async () => {
    place.write('set.toml', 'from = "one@y.example"\n[profiles.second]\nfrom = "two@y.example"\n');
    const shown = async (...argv: string[]) => (await place.run('config', 'show', ...argv)).stdout;
    expect(await shown()).not.toContain('one@y.example');
    expect(await shown('--config', 'set.toml')).toContain('one@y.example');
    expect(await shown('--config', 'set.toml', '--profile', 'second')).toContain('two@y.example');
    expect(await shown('--config', 'set.toml')).not.toContain('set.toml');
    expect(await shown('--config', 'set.toml', '--origin')).toContain('set.toml');
  });

  it('heeds --quiet', async () => {
    const send = (...argv: string[]) =>
      place.run(
        'send',
        'note.txt',
        '--from',
        'me@y.example',
        '--subject',
        'S',
        '--no-track',
        '--dry-run',
        '--to',
        'ann@x.example',
        '--set',
        'name=A',
        ...argv,
      );
    expect((await send()).stderr).toContain('me@y.example');
    expect((await send('--quiet')).stderr).not.toContain('me@y.example');
  });

  it('heeds --no-color', async () => {
    process.env['FORCE_COLOR'] = '1';
    const shown = async (...argv: string[]) => (await place.run('list', '--db', 'own.db', ...argv)).stdout;
    const [coloured, plain] = [await shown(), await shown('--no-color')];
    delete process.env['FORCE_COLOR'];
    expect([coloured.includes('\u001b['), plain.includes('\u001b[')]).toEqual([true, false]);
  });

  it('prints its version', async () => {
    expect((await place.run('--version')).stdout).toMatch(/^\d+\.\d+\.\d+/);
  });

  it('makes no database when it only reads', () => {
    expect(existsSync('absent.db')).toBe(false);
  });
});
