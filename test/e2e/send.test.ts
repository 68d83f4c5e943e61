/** The main job against a real Postfix: sent by the built command, read back from its Maildir by another parser. */
import Database from 'better-sqlite3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { jsonLines, User } from './command.js';
import { rawField, readMail } from './mail.js';
import { type Postfix, postfixAvailable, startPostfix } from './postfix.js';

interface ReportJson {
  readonly totals: object;
  readonly recipients: readonly { readonly email_address: string; readonly verdict: string }[];
  readonly opens: readonly object[];
}

const reason = postfixAvailable();
const gmail = 'Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)';
const thunderbird = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.5.0';

describe.skipIf(reason !== undefined)(`mailtrack and Postfix${reason ? ` (${reason})` : ''}`, () => {
  let postfix: Postfix;
  let user: User;
  beforeAll(async () => {
    postfix = await startPostfix();
  });
  afterAll(() => postfix?.stop());
  beforeEach(() => {
    user = new User();
    user.environment['MAILTRACK_FROM'] = 'Anthony <anthony@example.org>';
    user.environment['MAILTRACK_SMTP_URL'] = `smtp://127.0.0.1:${postfix.port}`;
  });
  afterEach(() => user.leave());

  async function deliveredTo(address: string) {
    await postfix.queueEmpty();
    const stored = await postfix.maildirOf(address);
    expect(stored, address).toHaveLength(1);
    return stored[0] as Buffer;
  }

  function writeGroup(tag: string): void {
    user.write(
      'contacts.csv',
      `alias,name,email\nalice,"Archer, Alice",alice-${tag}@example.com\nbob,Bob Čapek,bob-${tag}@example.com\n`,
    );
    user.write(
      'mailtrack.toml',
      `[contacts]\nfile = "contacts.csv"\n[aliases]\ncarol = ["Carol <carol-${tag}@example.net>"]\ndave = ["dave-${tag}@example.net"]\n`,
    );
    user.write(
      'msg.mjml',
      '---\nsubject: Grüße an alle\n---\n<mjml><mj-body><mj-section><mj-column><mj-text>Hello {{ name | default: "you" }}</mj-text></mj-column></mj-section></mj-body></mjml>',
    );
  }
  const group = ['--to', 'alice,bob', '--cc', 'carol', '--bcc', 'dave'];

  it('sends group mail in one session, alike but for the pixels, and tells who opened', async () => {
    writeGroup('g');
    const server = await user.serve();
    user.environment['MAILTRACK_TRACKING_URL'] = server.url;
    const before = (await postfix.log()).length;
    const sent = await user.run(['send', 'msg.mjml', ...group, '--json']);
    expect(sent).toMatchObject({ status: 0 });
    const lines = jsonLines(sent.stdout);
    expect(lines.map(line => line['type'])).toEqual([
      'plan',
      'recipient',
      'recipient',
      'recipient',
      'recipient',
      'result',
    ]);
    expect(lines[0]).toMatchObject({ mode: 'group', recipients: 4, visible: 3, subject: 'Grüße an alle' });

    const addresses = [
      'alice-g@example.com',
      'bob-g@example.com',
      'carol-g@example.net',
      'dave-g@example.net',
    ];
    const stored = await Promise.all(addresses.map(deliveredTo));
    const mails = await Promise.all(stored.map(readMail));
    for (const name of ['From', 'To', 'Cc', 'Subject', 'Date', 'Message-ID']) {
      const values = stored.map(message => JSON.stringify(rawField(message, name)));
      expect(new Set(values).size, name).toBe(1);
    }
    expect(mails[0]?.to?.map(({ name, address }) => `${name} ${address}`)).toEqual([
      'Archer, Alice alice-g@example.com',
      'Bob Čapek bob-g@example.com',
    ]);
    for (const [index, mail] of mails.entries()) {
      expect(rawField(stored[index] as Buffer, 'Bcc')).toEqual([]);
      const own = index === 3;
      // Postfix notes the envelope recipient in its own trace fields; the message itself has no trace of Bcc.
      const message = mail.raw.replaceAll(
        /^(X-Original-To|Delivered-To|\tfor|Received):? .*\n(\t.*\n)*/gm,
        '',
      );
      expect(message.includes('dave-g'), own ? 'even in his own copy' : '').toBe(false);
      expect(mail.text).not.toContain('tracking.png');
    }
    expect(new Set(mails.map(mail => mail.pixel)).size).toBe(4);
    expect(
      (await postfix.log()).slice(before).match(/disconnect from .* mail=4 rcpt=4 data=4/g) ??
        (await sessionsSince(before)),
    ).toHaveLength(1);

    const answer = await fetch(mails[1]?.pixel ?? '', { headers: { 'user-agent': thunderbird } });
    expect([
      answer.status,
      answer.headers.get('content-type'),
      (await answer.arrayBuffer()).byteLength,
    ]).toEqual([200, 'image/png', 67]);

    const emailId = String(lines[0]?.['email_id']);
    const report = JSON.parse((await user.run(['report', emailId, '--json'])).stdout) as ReportJson;
    expect(report.totals).toMatchObject({ recipients: 4, accepted: 4, opened: 1, none: 3, fetches: 1 });
    const verdicts = report.recipients.map(({ email_address, verdict }) => [email_address, verdict]);
    expect(verdicts).toEqual(
      addresses.map(address => [address, address.startsWith('bob') ? 'opened' : 'none']),
    );
    const seen = await user.run(['report']);
    expect(seen.stdout).toMatch(/bob-g@example\.com.*opened|opened.*bob-g@example\.com/);

    const database = new Database(user.database, { readonly: true });
    expect(database.prepare('SELECT email_id, email_address, kind FROM email_opens').all()).toEqual([
      { email_id: emailId, email_address: 'bob-g@example.com', kind: 'human' },
    ]);
    database.close();
    expect(await server.stop()).toMatchObject({ status: 0 });
  });

  async function sessionsSince(offset: number): Promise<string[]> {
    for (;;) {
      const found = (await postfix.log()).slice(offset).match(/disconnect from .* mail=4 rcpt=4 data=4/g);
      if (found !== null) return found;
      await new Promise(resolve => setImmediate(resolve));
    }
  }

  it('reads article tokens, and takes a forged one for nothing', async () => {
    writeGroup('a');
    const server = await user.serve();
    user.environment['MAILTRACK_TRACKING_URL'] = server.url;
    const sent = await user.run(['send', 'msg.mjml', ...group, '--token-format', 'article', '--json']);
    expect(sent).toMatchObject({ status: 0 });
    const emailId = String(jsonLines(sent.stdout)[0]?.['email_id']);
    const { pixel = '' } = await readMail(await deliveredTo('bob-a@example.com'));
    const token = /\/email_opened\/([^/]+)\/tracking\.png$/.exec(pixel)?.[1] ?? '';
    expect(JSON.parse(Buffer.from(token, 'base64url').toString())).toEqual({
      email_id: emailId,
      email_address: 'bob-a@example.com',
    });
    const forged = Buffer.from(
      JSON.stringify({ email_id: emailId, email_address: 'eve@example.com' }),
    ).toString('base64url');
    const fetchPixel = (value: string) =>
      fetch(`${server.url}/email_opened/${value}/tracking.png`, { headers: { 'user-agent': gmail } });
    const answers = [await fetchPixel(forged), await fetchPixel(token)];
    for (const answer of answers)
      expect([answer.status, (await answer.arrayBuffer()).byteLength]).toEqual([200, 67]);
    const report = JSON.parse((await user.run(['report', '--json', '--opens'])).stdout) as ReportJson;
    expect(report.totals).toMatchObject({ opened: 1, none: 3, fetches: 1 });
    expect(report.opens).toMatchObject([{ email_address: 'bob-a@example.com', kind: 'image-proxy' }]);
    const database = new Database(user.database, { readonly: true });
    expect(database.prepare('SELECT count(*) FROM fetches').pluck().get()).toBe(1);
    database.close();
    await server.stop();
  });

  it('sends a thousand different people their own message, whatever their names', async () => {
    const names = [
      'Doe, Jane',
      'O"Hara "Red" Sam',
      'Žofie Müller',
      '山田 太郎',
      '👩‍👩‍👧 Family',
      "D'Arcy",
      'Ångström; Bo',
      'x@bank.example',
    ];
    const rows = Array.from({ length: 1_000 }, (_, index) => ({
      email: `p${index}@example.com`,
      name: `${names[index % names.length]} ${index}`,
      company: index % 3 === 0 ? `Ox & "Cow", <${index}>` : `株式会社 ${index}`,
    }));
    const cell = (value: string) => `"${value.replaceAll('"', '""')}"`;
    user.write(
      'people.csv',
      `email,name,company\n${rows.map(row => [row.email, row.name, row.company].map(cell).join(',')).join('\n')}\n`,
    );
    user.write('msg.md', 'Dear {{ name }},\n\nwe greet **{{ company }}**.\n');
    user.environment['MAILTRACK_TRACKING_URL'] = 'http://127.0.0.1:9';
    const sent = await user.run([
      'send',
      'msg.md',
      '--each',
      'people.csv',
      '--subject',
      'To {{ name }}',
      '--yes',
      '--json',
    ]);
    expect(sent).toMatchObject({ status: 0 });
    expect(jsonLines(sent.stdout).at(-1)).toMatchObject({
      type: 'result',
      recipients: 1_000,
      accepted: 1_000,
      pending: 0,
    });

    await postfix.queueEmpty();
    const delivered = await postfix.delivered();
    const pixels = new Set<string | undefined>();
    const ids = new Set<string | undefined>();
    for (const { email, name, company } of rows) {
      const [stored, ...more] = delivered.get(email) ?? [];
      expect(more, email).toEqual([]);
      const mail = await readMail(stored as Buffer);
      expect(mail.to).toEqual([{ name, address: email }]);
      expect(mail.subject).toBe(`To ${name}`);
      expect(mail.text?.replaceAll(/\s+/g, ' ').trim()).toBe(`Dear ${name}, we greet ${company}.`);
      expect(rawField(stored as Buffer, 'Bcc')).toEqual([]);
      pixels.add(mail.pixel);
      ids.add(mail.messageId);
    }
    expect([pixels.size, ids.size]).toEqual([1_000, 1_000]);
  });

  it('goes on after SIGKILL in the middle; nobody has two copies but who was listed as uncertain', async () => {
    const count = 400;
    user.write(
      'people.csv',
      `email\n${Array.from({ length: count }, (_, index) => `k${index}@example.com`).join('\n')}\n`,
    );
    user.write('msg.md', 'Hello {{ email }}');
    user.environment['MAILTRACK_TRACKING_URL'] = 'http://127.0.0.1:9';
    const first = user.start(['send', 'msg.md', '--each', 'people.csv', '--subject', 'S', '--yes', '--json']);
    let settled = 0;
    first.stdout?.on('data', (chunk: Buffer) => {
      settled += chunk.toString().split('"type":"recipient"').length - 1;
      if (settled > 50) first.kill('SIGKILL');
    });
    expect((await first.ended).status).toBe('SIGKILL');

    const resumed = await user.run(['resume', '--json']);
    const result = jsonLines(resumed.stdout).at(-1) as Record<string, number>;
    expect(result['pending']).toBe(0);
    expect(result['uncertain']).toBeLessThanOrEqual(4);
    expect(resumed.status).toBe(result['uncertain'] === 0 ? 0 : 75);
    expect((result['accepted'] ?? 0) + (result['uncertain'] ?? 0)).toBe(count);

    await postfix.queueEmpty();
    const database = new Database(user.database, { readonly: true });
    const states = new Map(
      database.prepare('SELECT email_address, state FROM recipients').raw().all() as [string, string][],
    );
    database.close();
    const delivered = await postfix.delivered();
    for (const [address, state] of states) {
      const copies = delivered.get(address)?.length ?? 0;
      if (state === 'accepted') expect(copies, address).toBe(1);
      else expect(copies, address).toBeLessThanOrEqual(1);
    }
  });
});
