import { readdirSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { SMTPServer } from 'smtp-server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { jsonLines, User } from './command.js';

let user: User;
let closing: (() => void)[];

beforeEach(async () => {
  closing = [];
  user = new User();
  const sandbox = await user.sandbox();
  user.environment['MAILTRACK_FROM'] = 'anthony@example.org';
  user.environment['MAILTRACK_SMTP_URL'] = sandbox.url;
  user.write('msg.txt', '---\nsubject: Hello\n---\nHello {{ email }}\n');
  user.write('list.csv', `email\n${everybody.join('\n')}\n`);
});
afterEach(() => {
  for (const close of closing) close();
  user.leave();
});

const everybody = Array.from({ length: 20 }, (_, index) => `p${index}@example.com`);
const sendAll = ['send', 'msg.txt', '--each', 'list.csv', '--yes', '--no-track'];
const sendOnce = [...sendAll, '--id', 'weekly/2026-W48'];

const received = () =>
  readdirSync(join(user.folder, 'inbox'))
    .map(name => name.replace(/^\d+-(.*)\.eml$/, '$1'))
    .sort();
const resultOf = (stdout: string) => jsonLines(stdout).at(-1);
const idOf = (stdout: string) => String(resultOf(stdout)?.['email_id']);

/** A server that never greets, or accepts messages and never answers the one of that number. */
async function silentAt(step: 'connection' | number): Promise<{ url: string; reached: Promise<void> }> {
  let reach: () => void = () => undefined;
  const reached = new Promise<void>(resolve => {
    reach = resolve;
  });
  let messages = 0;
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    onConnect: (_session, done) => (step === 'connection' ? reach() : done()),
    onData(stream, _session, done) {
      stream.resume();
      stream.once('end', () => {
        messages += 1;
        if (messages === step) reach();
        else done();
      });
    },
  });
  server.on('error', () => undefined);
  await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening));
  closing.push(() => server.close());
  return { url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`, reached };
}

/** `send` is killed once the server has come so far. */
async function killAt(step: 'connection' | number): Promise<void> {
  const server = await silentAt(step);
  const sending = user.start([...sendOnce, '--connections', '1', '--smtp', server.url]);
  await server.reached;
  sending.kill('SIGKILL');
  await sending.ended;
}

describe('an email with --id', () => {
  it('is sent once, however often it is called, and ends with the state of that email', async () => {
    const first = await user.run([...sendOnce, '--json']);
    expect(first.status).toBe(0);
    expect(jsonLines(first.stdout)[0]).toMatchObject({ type: 'plan', send_id: 'weekly/2026-W48' });
    const again = await user.run(sendOnce);
    const emailId = idOf(first.stdout);
    expect([again.status, again.stderr.replace(/\d+ [A-Z][a-z]+ \d{4}, \d\d:\d\d UTC\S*/, '‹time›')]).toEqual(
      [
        0,
        `• Nothing was sent: the email with --id weekly/2026-W48 was sent on ‹time› as ${emailId}: 20 of 20 sent
  \`mailtrack report ${emailId}\` has each recipient.
`,
      ],
    );
    const json = await user.run([...sendOnce, '--json']);
    expect([json.status, json.stderr, jsonLines(json.stdout)]).toEqual([
      0,
      '',
      [
        {
          type: 'result',
          email_id: emailId,
          recipients: 20,
          accepted: 20,
          deferred: 0,
          rejected: 0,
          uncertain: 0,
          pending: 0,
          skipped: 0,
          seconds: 0,
          sent_earlier: true,
          send_id: 'weekly/2026-W48',
          created_at: expect.stringMatching(/^20.*Z$/),
          cancelled_at: null,
          being_sent: false,
          differs: [],
        },
      ],
    ]);
    expect(await user.run([...sendOnce, '--quiet'])).toEqual({ status: 0, stdout: '', stderr: '' });
    // Nobody logs in, so no password is missed.
    const login = ['--smtp', 'smtp://anthony@mail.example.org'];
    expect(await user.run([...sendOnce, ...login, '--quiet'])).toEqual({ status: 0, stdout: '', stderr: '' });
    expect((await user.run([...sendAll, ...login, '--id', 'another'])).stderr).toContain(
      'there is no password for anthony at mail.example.org',
    );
    expect(received()).toEqual([...everybody].sort());
  });

  it('is sent by one of three processes that are started at the same time', async () => {
    const both = await Promise.all([1, 2, 3].map(() => user.run([...sendOnce, '--json'])));
    expect(received()).toEqual([...everybody].sort());
    const results = both.map(({ stdout }) => resultOf(stdout));
    const emailId = results.find(result => result?.['sent_earlier'] !== true)?.['email_id'];
    expect(results.filter(result => result?.['sent_earlier'] === true)).toHaveLength(2);
    expect(new Set(results.map(result => result?.['email_id']))).toEqual(new Set([emailId]));
  });

  it('says who sends it while another process does', async () => {
    const server = await silentAt('connection');
    const sending = user.start([...sendOnce, '--smtp', server.url]);
    await server.reached;
    const [again, json] = await Promise.all([user.run(sendOnce), user.run([...sendOnce, '--json'])]);
    expect(again.status).toBe(75);
    expect(again.stderr).toContain(` by process ${sending.pid} on `);
    expect(again.stderr).toContain(
      ': 0 of 20 sent, 20 pending so far\n  Wait for it, or end it with SIGTERM',
    );
    expect(json.status).toBe(75);
    expect(resultOf(json.stdout)).toMatchObject({ sent_earlier: true, being_sent: true, pending: 20 });
    expect(JSON.parse(json.stderr)).toMatchObject({
      error: {
        code: 'email-locked',
        message: expect.stringContaining(`by process ${sending.pid} on `),
      },
    });
    sending.kill('SIGKILL');
    await sending.ended;
  });

  it.each([
    ['before the first message', 'connection', '0 of 20 sent, 20 pending', 20],
    ['between a message and its reply', 3, '2 of 20 sent, 1 uncertain, 17 pending', 17],
  ] as const)('killed %s, says so and leaves the rest to resume', async (_, step, totals, rest) => {
    await killAt(step);
    const again = await user.run(sendOnce);
    expect(again.status).toBe(75);
    expect(again.stderr).toContain(` and is not finished: ${totals}\n  \`mailtrack resume em_`);
    expect(received()).toEqual([]);
    // By the id the script gave, which it need not read from anywhere.
    const resumed = await user.run(['resume', 'weekly/2026-W48']);
    expect([resumed.status, received().length]).toEqual([rest === 20 ? 0 : 75, rest]);
    expect((await user.run(sendOnce)).status).toBe(rest === 20 ? 0 : 75);
    expect(received()).toHaveLength(rest);
  });

  it('is sent by the next call when the first was killed before it opened the email', async () => {
    user.write('list.csv', 'email\np0@example.com\n');
    const sending = user.start(sendOnce);
    sending.kill('SIGKILL');
    await sending.ended;
    expect((await user.run(sendOnce)).status).toBe(0);
    expect(received()).toEqual(['p0@example.com']);
  });

  it('ends with 1 when somebody was rejected', async () => {
    expect((await user.run(sendOnce)).status).toBe(0);
    const database = new Database(user.database);
    database.exec("UPDATE recipients SET state = 'rejected' WHERE position = 3");
    database.close();
    expect(await user.run(sendOnce)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining(': 19 of 20 sent, 1 rejected\n'),
    });
  });

  it('sends nothing under the id of a cancelled email', async () => {
    await killAt('connection');
    expect((await user.run(['cancel', 'weekly/2026-W48'])).status).toBe(0);
    expect(await user.run(sendOnce)).toMatchObject({
      status: 0,
      stderr: expect.stringContaining(' and then cancelled: 0 of 20 sent, 20 skipped\n'),
    });
    expect(received()).toEqual([]);
  });

  it('says what differs when it would send something else, also with --quiet', async () => {
    expect((await user.run(sendOnce)).status).toBe(0);
    user.write('msg.txt', '---\nsubject: Hello again\n---\nHello {{ email }}\n');
    user.write('list.csv', `email\n${everybody.join('\n')}\nnew@example.com\n`);
    const again = await user.run([...sendOnce, '--quiet']);
    expect(again.status).toBe(0);
    expect(again.stderr).toContain(
      `! Not what this command would send now. What differs: msg.txt, list.csv, the subject, the number of recipients (21, then 20).
  An email of one id is sent once. Use another --id for another email.
`,
    );
    const json = await user.run([...sendOnce, '--set', 'month=May', '--json']);
    expect(resultOf(json.stdout)?.['differs']).toEqual([
      'msg.txt',
      'list.csv',
      'the subject',
      'the values of --set',
      'the number of recipients (21, then 20)',
    ]);
    expect(received()).toHaveLength(20);
  });

  it('knows an email of that id although its files are gone or wrong now', async () => {
    expect((await user.run(sendOnce)).status).toBe(0);
    user.write('list.csv', 'email\nann@@example.com\n');
    const again = await user.run(sendOnce);
    expect([again.status, again.stderr]).toEqual([
      0,
      expect.stringContaining('! What this command would send now cannot be compared: '),
    ]);
    expect(resultOf((await user.run([...sendOnce, '--json'])).stdout)?.['differs']).toBeNull();
  });

  it('takes the place of the guess by the day: another id is another email, and no id asks', async () => {
    expect((await user.run(sendOnce)).status).toBe(0);
    expect((await user.run([...sendAll, '--id', 'weekly/2026-W49'])).status).toBe(0);
    expect(received()).toHaveLength(40);
    expect(await user.run(sendAll)).toMatchObject({
      status: 64,
      stderr: expect.stringContaining('mailtrack: the same email was sent '),
    });
  });

  it('does not go with --again, and is taken by no dry run', async () => {
    expect(await user.run([...sendOnce, '--again'])).toEqual({
      status: 64,
      stdout: '',
      stderr:
        'mailtrack: --again does not go with --id: an email of one id is sent once\n  Use another --id to send it again.\n',
    });
    const rehearsed = await user.run([...sendOnce, '--dry-run']);
    expect([rehearsed.status, rehearsed.stderr]).toEqual([0, expect.not.stringContaining('Warning')]);
    expect((await user.run(sendOnce)).status).toBe(0);
    const later = await user.run([...sendOnce, '--dry-run']);
    expect([later.status, later.stderr.replaceAll(/\s+/g, ' ')]).toEqual([
      0,
      expect.stringContaining(
        'Warning without --dry-run nothing would be sent: the email with --id weekly/2026-W48 was sent ',
      ),
    ]);
  });

  it('is in list, report and the database', async () => {
    const emailId = idOf((await user.run([...sendOnce, '--json'])).stdout);
    expect((await user.run([...sendAll, '--again', '--json'])).status).toBe(0);
    const list = JSON.parse((await user.run(['list', '--json'])).stdout) as { emails: object[] };
    expect(list.emails).toMatchObject([{ send_id: null }, { send_id: 'weekly/2026-W48', email_id: emailId }]);
    const report = JSON.parse((await user.run(['report', 'weekly/2026-W48', '--json'])).stdout);
    expect(report).toMatchObject({ email: { email_id: emailId, send_id: 'weekly/2026-W48' } });
    expect((await user.run(['list'])).stdout).toMatch(/^Email +Id +Sent/);
    expect((await user.run(['report', emailId])).stdout).toContain(`${emailId} (weekly/2026-W48), `);
  });

  it('warns when the database is a copy, which may not know what was sent since', async () => {
    expect((await user.run([...sendAll, '--again'])).status).toBe(0);
    const database = new Database(user.database);
    database.exec("UPDATE origin SET host = 'elsewhere'");
    database.close();
    const sent = await user.run(sendOnce);
    expect([sent.status, sent.stderr.replaceAll(/\s+/g, ' ')]).toEqual([
      0,
      expect.stringContaining(
        'Warning the database was copied from elsewhere, and may not know that this id was used since',
      ),
    ]);
  });

  it.each([
    ['', 'It is empty; a variable in it may not be set.'],
    ['x'.repeat(256), 'It has to be at most 255 characters.'],
    ['w 48', 'It has to be of ASCII letters, digits and signs, without spaces.'],
    ['März', 'It has to be of ASCII letters, digits and signs, without spaces.'],
    ['latest', 'It must not be latest or begin with em_, which name emails already.'],
    ['em_7k3f', 'It must not be latest or begin with em_, which name emails already.'],
  ])('does not take %j', async (id, why) => {
    expect(await user.run([...sendAll, '--id', id])).toMatchObject({
      status: 64,
      stderr: expect.stringContaining(why),
    });
  });
});

describe('the same email within a day', () => {
  it('says that nobody got it when the login was refused, and goes on with resume', async () => {
    const refusing = new SMTPServer({
      hideSTARTTLS: true,
      allowInsecureAuth: true,
      onAuth: (_auth, _session, done) => done(new Error('no')),
    });
    refusing.on('error', () => undefined);
    await new Promise<void>(listening => refusing.listen(0, '127.0.0.1', listening));
    closing.push(() => refusing.close());
    const { port } = refusing.server.address() as AddressInfo;
    const sandboxUrl = user.environment['MAILTRACK_SMTP_URL'] ?? '';
    user.environment['MAILTRACK_SMTP_PASSWORD'] = 'wrong';
    user.environment['MAILTRACK_SMTP_URL'] = `smtp://anthony@127.0.0.1:${port}`;
    const first = await user.run([...sendAll, '--json']);
    expect(first.status).toBe(77);
    user.environment['MAILTRACK_SMTP_URL'] = sandboxUrl;
    const emailId = idOf(first.stdout);
    const again = await user.run([...sendAll, '--json']);
    expect(again.status).toBe(64);
    expect(JSON.parse(again.stderr)).toMatchObject({
      error: {
        code: 'already-sent',
        message: expect.stringMatching(
          new RegExp(
            `^the same email was begun .* as ${emailId} and is not finished: 0 of 20 sent, 20 pending$`,
          ),
        ),
        fix: expect.stringContaining(`\`mailtrack resume ${emailId}\` sends it to the rest.`),
      },
    });
    expect((await user.run(['resume', emailId])).status).toBe(0);
    expect(received()).toEqual([...everybody].sort());
  });

  it('is noticed of a template with a carousel, which MJML compiles to other octets each time', async () => {
    user.write(
      'letter.mjml',
      `---
subject: Hello
---
<mjml><mj-body><mj-section><mj-column>
<mj-navbar hamburger="hamburger"><mj-navbar-link href="https://example.com/">Home</mj-navbar-link></mj-navbar>
<mj-carousel><mj-carousel-image src="https://example.com/1.png" alt="One" /></mj-carousel>
</mj-column></mj-section></mj-body></mjml>`,
    );
    const send = ['send', 'letter.mjml', '--to', 'ann@example.com,bea@example.com', '--no-track'];
    expect((await user.run(send)).status).toBe(0);
    expect((await user.run(send)).status).toBe(64);
    expect(received()).toEqual(['ann@example.com', 'bea@example.com']);
  });

  it('is sent by one of two processes that are started at the same time', async () => {
    const both = await Promise.all([user.run(sendAll), user.run(sendAll)]);
    expect(both.map(({ status }) => status).sort()).toEqual([0, 64]);
    expect(received()).toEqual([...everybody].sort());
  });
});

it('makes the rest of the copies with the carousel of the first ones after a kill', async () => {
  user.write(
    'letter.mjml',
    '---\nsubject: Hello\n---\n<mjml><mj-body><mj-section><mj-column><mj-carousel><mj-carousel-image src="https://example.com/1.png" alt="One" /></mj-carousel></mj-column></mj-section></mj-body></mjml>',
  );
  const send = ['send', 'letter.mjml', '--each', 'list.csv', '--yes', '--no-track', '--limit', '2'];
  expect((await user.run(send)).status).toBe(75);
  expect((await user.run(['resume'])).status).toBe(0);
  const carousels = readdirSync(join(user.folder, 'inbox')).map(
    name => /mj-carousel-radio-([0-9a-f]+)/.exec(user.read(`inbox/${name}`).replaceAll('=\r\n', ''))?.[1],
  );
  expect(carousels).toHaveLength(20);
  expect(new Set(carousels).size).toBe(1);
  expect(carousels[0]).toMatch(/^[0-9a-f]+$/);
});
