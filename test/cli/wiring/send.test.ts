/** The flags and settings that say how an email is sent: what `send` and `resume` hand to the use case and to the transport. */
import { existsSync, readdirSync } from 'node:fs';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Problem, Problems } from '../../../src/problem.js';
import { openStore } from '../../../src/store/open-store.js';
import type { SendRequest, StopRequest } from '../../../src/workflow/send-email.js';
import { Place, type Said, seen } from './in-process.js';
import { requestFlags, transportSettings } from './send-flags.js';

// Nothing is sent: what would be is looked at.
vi.mock('../../../src/workflow/send-email.js', async importOriginal => ({
  ...(await importOriginal<object>()),
  sendEmail: async (request: SendRequest, _: unknown, stop: StopRequest) => {
    seen.request = request;
    whileSending(stop);
    await request.lock?.release();
    const { emailId } = request.email;
    return { kind: 'send-finished', emailId, counts: { ...none }, recipients: 0, seconds: 0 };
  },
}));
vi.mock('../../../src/smtp-client/transport.js', () => ({
  createSmtpTransport: (server: unknown) => {
    seen.server = server;
    return {};
  },
}));

vi.mock('../../../src/cli/prompt.js', async importOriginal => ({
  ...(await importOriginal<object>()),
  ask: async () => {
    seen.asked = true;
    return 'n';
  },
}));

const none = { pending: 0, sending: 0, accepted: 0, deferred: 0, rejected: 0, uncertain: 0, skipped: 0 };

let whileSending: (stop: StopRequest) => void = () => undefined;
let place: Place;
let sent = 0;
beforeAll(() => {
  place = new Place();
  place.write('note.txt', 'Hello');
  place.write('people.csv', 'email,name\nann@x.example,Ann\n');
});
afterAll(() => place.close());

const local = ['--smtp', 'smtp://127.0.0.1:2525'];
const base = ['--from', 'me@y.example', '--no-track'];

/** Another email each time, to one person. */
function send(...argv: readonly string[]): Promise<Said> {
  sent += 1;
  return place.run(
    'send',
    'note.txt',
    ...base,
    '--to',
    'bob@x.example',
    '--subject',
    `Number ${sent}`,
    ...argv,
  );
}

/** All that it said, and of what it threw the advice, too. */
function words({ stdout, stderr, error }: Said): string {
  const problems = error instanceof Problems ? error.problems : [error];
  return [
    stdout,
    stderr,
    ...problems.map(problem => `${String(problem)} ${(problem as Problem | undefined)?.fix}`),
  ].join('\n');
}

describe('send', () => {
  it('has four sessions, one message under way in each and a quarter of an hour for retries', async () => {
    await send(...local);
    expect(seen.request).toMatchObject({
      connections: 4,
      window: 1,
      rate: undefined,
      retryForMs: 900_000,
      interleave: false,
      limit: undefined,
      resumed: false,
      reversePath: 'me@y.example',
    });
    expect((seen.request as SendRequest).email.sendId).toBeUndefined();
    expect(seen.server).toEqual({ host: '127.0.0.1', port: 2525, tls: 'none' });
  });

  it.each(Object.entries(requestFlags))('passes on %s', async (_, [argv, request]) => {
    await send(...local, ...argv);
    expect(seen.request).toMatchObject(request);
  });

  it('passes on --smtp', async () => {
    await send('--smtp', 'smtps://mail.example.org:4650');
    expect(seen.server).toMatchObject({ host: 'mail.example.org', port: 4650, tls: 'implicit' });
  });

  it('is asked to finish by the first signal, and to end at once by the second', async () => {
    const steps: unknown[] = [];
    whileSending = ({ drain, abort }) => {
      const look = () => steps.push([drain.aborted ? drain.reason : '', abort.aborted]);
      look();
      process.emit('SIGTERM', 'SIGTERM');
      look();
      process.emit('SIGINT', 'SIGINT');
      look();
    };
    await send(...local);
    whileSending = () => undefined;
    expect(steps).toEqual([
      ['', false],
      ['SIGTERM', false],
      ['SIGTERM', true],
    ]);
  });

  it('passes on --id, and sends an email of it once', async () => {
    await send(...local, '--id', 'weekly-7');
    expect((seen.request as SendRequest).email.sendId).toBe('weekly-7');
    expect(words(await send(...local, '--id', 'weekly-7'))).toContain('weekly-7');
    expect(seen.request).toBeUndefined();
  });

  it('heeds --again', async () => {
    await send(...local, '--subject', 'Twice');
    expect(words(await send(...local, '--subject', 'Twice'))).toContain('--again');
    expect(seen.request).toBeUndefined();
    await send(...local, '--subject', 'Twice', '--again');
    expect(seen.request).toBeDefined();
  });

  it.each([
    [23, undefined],
    [25, expect.anything()],
  ])('takes the same email after %i h for a mistake, or not', async (hours, request) => {
    const again = ['--subject', `Sent ${hours} h ago`, '--db', 'again.db'];
    await send(...local, ...again);
    const database = new Database(`${place.folder}/again.db`);
    const sentAt = new Date(Date.now() - hours * 3_600_000).toISOString();
    database.prepare('UPDATE emails SET created_at = ?').run(sentAt);
    database.close();
    await send(...local, ...again);
    expect(seen.request).toEqual(request);
  });

  it('heeds --yes and --confirm for a list, and asks without them', async () => {
    const list = (...argv: string[]) =>
      place.run(
        'send',
        'note.txt',
        ...base,
        ...local,
        '--each',
        'people.csv',
        '--subject',
        `List ${sent++}`,
        ...argv,
      );
    expect(words(await list())).toContain('--yes');
    expect(seen.request).toBeUndefined();
    await list('--yes');
    expect(seen.request).toBeDefined();
    expect(words(await list('--confirm', '2'))).toContain('--confirm');
    expect(seen.request).toBeUndefined();
    await list('--confirm', '1');
    expect(seen.request).toBeDefined();
  });

  it('heeds --no-input: nobody is asked, who could be', async () => {
    const terminals = [process.stdin, process.stderr].map(stream => [stream, stream.isTTY] as const);
    for (const [stream] of terminals) stream.isTTY = true;
    delete process.env['CI'];
    process.env['TERM'] = 'xterm';
    const list = ['--each', 'people.csv', '--subject', 'Asked'];
    await place.run('send', 'note.txt', ...base, ...local, ...list);
    const asked = seen.asked;
    await place.run('send', 'note.txt', ...base, ...local, ...list, '--no-input');
    expect([asked, seen.asked]).toEqual([true, undefined]);
    for (const [stream, before] of terminals) stream.isTTY = before;
  });

  it('heeds --dry-run, --out and --diff', async () => {
    await send('--dry-run');
    expect([seen.request, existsSync('copies')]).toEqual([undefined, false]);
    await send('--dry-run', '--out', 'copies');
    expect(readdirSync('copies')).toHaveLength(1);
    const diff = await send('--dry-run', '--diff', '--to', 'ann@x.example');
    const plain = await send('--dry-run', '--to', 'ann@x.example');
    expect(words(diff).length).toBeGreaterThan(words(plain).length);
  });

  it('heeds --allow, by the code of the error', async () => {
    place.write('bad.html', '<p>Hello <a href="page.html">there</a></p>');
    const bad = (...argv: string[]) =>
      place.run(
        'send',
        'bad.html',
        ...base,
        ...local,
        '--to',
        'bob@x.example',
        '--subject',
        `Bad ${sent++}`,
        ...argv,
      );
    const refused = await bad();
    const [, code = ''] = /--allow ([a-z-]+)/.exec(words(refused)) ?? [];
    expect([seen.request, code]).toEqual([undefined, expect.stringMatching(/^[a-z-]+$/)]);
    await bad('--allow', code);
    expect(seen.request).toBeDefined();
  });
});

it.each(Object.entries(transportSettings))('send passes on the setting %s', async (_, [text, expected]) => {
  place.write('set.toml', text);
  process.env['MAILTRACK_SMTP_PASSWORD'] = 'secret';
  place.write('ca.pem', 'an authority');
  await send('--config', 'set.toml', ...(text.includes('[smtp]') ? [] : local));
  delete process.env['MAILTRACK_SMTP_PASSWORD'];
  expect({ ...(seen.request as object), server: seen.server }).toMatchObject(expected);
});

it('a flag of send wins over its setting', async () => {
  place.write(
    'set.toml',
    'from = "other@y.example"\n[send]\nrate = "7/s"\nconnections = 9\nwindow = 11\n[smtp]\nurl = "smtp://127.0.0.1:2626"\n',
  );
  const flags = ['--rate', '30/m', '--connections', '3', '--window', '5'];
  await send('--config', 'set.toml', ...local, ...flags);
  expect(seen.request).toMatchObject({
    rate: { count: 30, perMs: 60_000 },
    connections: 3,
    window: 5,
    reversePath: 'me@y.example',
  });
  expect(seen.server).toMatchObject({ port: 2525 });
});

it('send and resume give each copy a reverse-path of its own with inbox.verp', async () => {
  place.write('set.toml', '[inbox]\nverp = "bounces@y.example"\n');
  const pathOf = (number: number) => (seen.request as SendRequest).ownReversePath?.(number);
  await send('--config', 'set.toml', ...local);
  const paths = [1, 2].map(pathOf);
  expect(paths[0]).toMatch(/^bounces\+[a-z2-7]{44}@y\.example$/);
  expect(paths[1]).not.toBe(paths[0]);
  const { emailId } = (seen.request as SendRequest).email;
  await place.run('resume', emailId, '--config', 'set.toml', ...local);
  expect([1, 2].map(pathOf)).toEqual(paths);
  await send(...local);
  expect(pathOf(1)).toBeUndefined();
});

it('send runs the command of smtp.password_command', async () => {
  place.write(
    'set.toml',
    '[smtp]\nurl = "smtp://ann@127.0.0.1:25"\npassword_command = "echo from-command"\n',
  );
  await send('--config', 'set.toml');
  expect(seen.server).toMatchObject({ user: 'ann', password: 'from-command' });
});

describe('resume', () => {
  let emailId: string;
  const state = async () => {
    const store = await openStore(`${place.folder}/resumed.db`);
    const counts = await store.reader.countStates(emailId);
    await store.close();
    return Object.entries(counts).flatMap(([name, count]) => (count > 0 ? [`${name} ${count}`] : []));
  };
  beforeAll(async () => {
    await send(...local, '--db', 'resumed.db', '--to', 'ann@x.example');
    ({ emailId } = (seen.request as SendRequest).email);
  });

  const resume = (...argv: string[]) => place.run('resume', emailId, '--db', 'resumed.db', ...local, ...argv);

  it.each(Object.entries(requestFlags))('passes on %s', async (_, [argv, request]) => {
    await resume(...argv);
    expect(seen.request).toMatchObject({ ...request, resumed: true });
  });

  it.each([
    [[], undefined],
    [['--resend-uncertain'], 'resend'],
    [['--resolve', 'accepted'], 'accepted'],
    [['--resolve', 'skip'], 'skip'],
  ])('with %j decides about the uncertain: %s', async (argv, uncertain) => {
    await resume(...argv);
    expect((seen.request as SendRequest).uncertain).toBe(uncertain);
  });

  it('passes on --smtp', async () => {
    await resume('--smtp', 'smtps://mail.example.org:4650');
    expect(seen.server).toMatchObject({ host: 'mail.example.org', port: 4650 });
  });

  it('heeds --accept-changed', async () => {
    place.write('note.txt', 'Hello, and more');
    expect(words(await resume())).toContain('--accept-changed');
    expect(seen.request).toBeUndefined();
    await resume('--accept-changed');
    expect(seen.request).toBeDefined();
    place.write('note.txt', 'Hello');
  });

  it('heeds --recipient: one is given up, another is called accepted, and nothing is sent', async () => {
    expect(await state()).toEqual(['pending 2']);
    await resume('--resolve', 'skip', '--recipient', 'ann@x.example');
    expect([seen.request, await state()]).toEqual([undefined, ['pending 1', 'skipped 1']]);
    const store = await openStore(`${place.folder}/resumed.db`);
    for (const position of [0, 1]) await store.ledger.recordIntent(emailId, position, new Date());
    await store.ledger.markAbandonedUncertain(emailId, new Date());
    await store.close();
    await resume('--resolve', 'accepted', '--recipient', 'bob@x.example');
    expect([seen.request, await state()]).toEqual([undefined, ['accepted 1', 'skipped 1']]);
  });
});
