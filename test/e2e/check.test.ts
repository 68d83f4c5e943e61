/** `check` as it is run: everything at once, on stdout, without a server; and that `send` refuses what is left over. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { jsonLines, User } from './command.js';

let user: User;
beforeEach(() => {
  user = new User();
  user.environment['MAILTRACK_FROM'] = 'anthony@example.org';
  user.environment['MAILTRACK_SMTP_URL'] = 'smtp://127.0.0.1:9';
  user.write('good.md', '---\nsubject: Hello\n---\nHello {{ name }}, [read](https://example.org/).\n');
  user.write('people.csv', 'email,name\nann@example.com,Ann\nbob@example.com,Bob\n');
});
afterEach(() => user.leave());

interface CheckJson {
  readonly schema: string;
  readonly findings: readonly {
    severity: string;
    code: string;
    message: string;
    file: string;
    line: number;
  }[];
  readonly recipients: number | null;
}

async function check(...args: string[]) {
  const { status, stdout, stderr } = await user.run(['check', ...args, '--json']);
  expect(stderr).toBe('');
  const [result, ...others] = jsonLines(stdout) as unknown as CheckJson[];
  expect(others).toEqual([]);
  const { findings = [], recipients } = result ?? {};
  const told = findings.map(({ severity, code, file, line }) => `${severity} ${code} ${file}:${line}`);
  return { status, schema: result?.schema, told, findings, recipients };
}

describe('mailtrack check', () => {
  it('finds nothing wrong with a good message, and leaves nothing behind', async () => {
    expect(await check('good.md', '--each', 'people.csv', '--no-track')).toMatchObject({
      status: 0,
      schema: 'mailtrack.check/1',
      told: [],
      recipients: 2,
    });
    const words = await user.run(['check', 'good.md', '--each', 'people.csv', '--no-track']);
    expect(words).toMatchObject({
      status: 0,
      stdout:
        'Lists\n  people.csv: addresses from "email", names from "name"\n\n✓ nothing to object to in 2 copies\n',
      stderr: '',
    });
    expect(() => new Database(user.database, { readonly: true })).toThrow();
  });

  it('warns of a server that is missing, which send needs', async () => {
    delete user.environment['MAILTRACK_SMTP_URL'];
    const args = ['good.md', '--each', 'people.csv', '--no-track'];
    expect((await check(...args)).findings).toEqual([
      {
        severity: 'warning',
        code: 'config',
        message: 'there is no SMTP server, which `send` needs',
        fix: 'Pass --smtp smtp://user@host:587, set MAILTRACK_SMTP_URL, or write url = "…" under [smtp] into mailtrack.toml.',
        file: null,
        line: null,
        column: null,
      },
    ]);
    expect(await user.run(['check', ...args])).toMatchObject({
      status: 0,
      stdout: [
        'Lists',
        '  people.csv: addresses from "email", names from "name"',
        '',
        'Warnings',
        '  there is no SMTP server, which `send` needs [config]',
        '    Pass --smtp smtp://user@host:587, set MAILTRACK_SMTP_URL, or write url = "…" under [smtp] into mailtrack.toml.',
        '',
        '• 0 errors, 1 warning in 2 copies',
        '',
      ].join('\n'),
    });
  });

  it('tells everything about the message at once, with its lines', async () => {
    user.write(
      'bad.html',
      '<p>Dear *|FNAME|* {{ name }}</p>\n<img src="http://example.org/a.png">\n<a href="/plan">The plan</a>\n',
    );
    user.write('people.csv', 'email,name\nann@example.com,Ann\nbob@example.com,{{ first_name }}\n');
    const { status, told, recipients } = await check(
      ...['bad.html', '--each', 'people.csv', '--no-track', '--subject', 'GOOD NEWS {{ email }}'],
      ...['--header', `X-Long: ${'x'.repeat(1_000)}`],
    );
    expect({ status, recipients }).toEqual({ status: 1, recipients: 2 });
    expect(told).toEqual([
      'error template-placeholder bad.html:1',
      'error template-placeholder people.csv:3',
      'error header-line bad.html:null',
      'warning image-without-alt bad.html:2',
      'warning image-http bad.html:2',
      'error link bad.html:3',
    ]);
  });

  it('tells the sender and the fields of another program in the round in which the template does not compile', async () => {
    user.write('bad.html', '<p>{% if name %}Hello</p>\n<p>Dear *|FNAME|*</p>\n');
    delete user.environment['MAILTRACK_FROM'];
    const { told } = await check('bad.html', '--each', 'people.csv', '--no-track', '--subject', 'Hello');
    expect(told).toEqual([
      'error template-syntax bad.html:1',
      'error template-placeholder bad.html:2',
      'error config null:null',
    ]);
  });

  it('tells words left over in the round in which a row is refused', async () => {
    user.write('left.html', '<p>Dear [First Name]</p>\n<p>Hello</p>\n');
    user.write('two.csv', 'email,First Name\nann@example.com,Ann\na@example.com ::: b@example.com,Bob\n');
    const args = ['left.html', '--each', 'two.csv', '--no-track', '--subject', 'Hello'];
    const { told } = await check(...args);
    expect(told).toEqual(['error address-syntax two.csv:3', 'error template-placeholder left.html:1']);
    expect((await check(...args, '--allow-placeholders')).told).toEqual(['error address-syntax two.csv:3']);
  });

  it('ends with 0 when there are only warnings', async () => {
    user.write('shout.txt', 'Hello\n');
    expect(
      await check('shout.txt', '--to', 'ann@example.com', '--no-track', '--subject', 'READ THIS'),
    ).toMatchObject({
      status: 0,
      told: ['warning subject-capitals shout.txt:null'],
    });
  });

  it('names the row of a copy that is worse than others', async () => {
    user.write('link.md', '---\nsubject: Hello\n---\nHello, [read]({{ url }}).\n');
    user.write('urls.csv', 'email,url\nann@example.com,https://example.org/\nbob@example.com,example.org\n');
    const { status, findings } = await check('link.md', '--each', 'urls.csv', '--no-track');
    expect(status).toBe(1);
    expect(findings).toMatchObject([
      {
        code: 'template-link',
        message:
          'href="{{ url }} comes to "example.org", which has no scheme, and leads nowhere (1 of 2 copies: urls.csv:3)',
        file: 'link.md',
        line: 4,
        rows: [{ file: 'urls.csv', lines: [3] }],
      },
    ]);
  });

  it('finds a subject that one recipient’s values make too long for a line', async () => {
    user.write('people.csv', `email,name\nann@example.com,Ann\nbob@example.com,${'b'.repeat(400)}\n`);
    const subject = '{{ name }}{{ name }}{{ name }}';
    const { findings } = await check(
      ...['good.md', '--each', 'people.csv', '--no-track', '--subject', subject],
    );
    expect(findings.map(({ code, file, line }) => [code, file, line])).toEqual([
      ['subject-length', 'people.csv', 3],
      ['header-line', 'people.csv', 3],
    ]);
  });

  it('wants of a list a link to unsubscribe and a sender of its own', async () => {
    const rows = Array.from({ length: 51 }, (_, index) => `p${index}@example.com,P`);
    user.write('list.csv', `email,name\n${rows.join('\n')}\n`);
    user.environment['MAILTRACK_TRACKING_URL'] = 'https://t.example.org';
    const args = ['--each', 'list.csv', '--from', 'anthony@gmail.com'];
    expect((await check('good.md', ...args)).told).toEqual([
      'warning unsubscribe-missing good.md:null',
      'warning from-freemail good.md:null',
    ]);
    user.write('good.md', '---\nsubject: Hello\n---\nHello {{ name }}. [No more]({{ unsubscribe_url }})\n');
    expect((await check('good.md', ...args)).told).toEqual(['warning from-freemail good.md:null']);
  });

  it('has what send refuses among its findings: template, list, people and setup', async () => {
    user.write('bad.csv', 'email,name\nann@@example.com,Ann\nbob@example.com,\n');
    expect(await check('good.md', '--each', 'bad.csv')).toMatchObject({
      status: 1,
      told: [
        'error tracking-url null:null',
        'error address-syntax bad.csv:2',
        'error template-field good.md:4',
      ],
      recipients: null,
    });
    expect((await check('missing.md', '--each', 'people.csv', '--no-track')).told).toEqual([
      'error input-missing null:null',
    ]);
  });

  it('is asked wrongly with 64', async () => {
    expect(
      await user.run(['check', 'good.md', '--to', 'a@example.com', '--each', 'people.csv']),
    ).toMatchObject({
      status: 64,
      stdout: '',
    });
    expect(await user.run(['check', 'good.md', '--no-track'])).toMatchObject({ status: 64, stdout: '' });
    expect((await user.run(['check'])).status).toBe(64);
    expect((await user.run(['check', 'good.md', '--connections', '4'])).status).toBe(64);
  });
});

describe('a folder beside that of the template', () => {
  const template = `<mjml><mj-head><mj-include path="../parts/a.css" type="css" /></mj-head><mj-body>
<mj-include path="../parts/a.mjml" /></mj-body></mjml>`;
  const part = `<mj-section><mj-column><mj-image src="../parts/a.png" alt="A" /><mj-social>
<mj-social-element name="github" href="https://example.org/">Code</mj-social-element></mj-social></mj-column></mj-section>`;
  const args = ['mails/msg.mjml', '--to', 'ann@example.com', '--no-track', '--subject', 'Hi'];
  beforeEach(() => {
    for (const folder of ['mails', 'parts']) mkdirSync(join(user.folder, folder));
    user.write('mails/msg.mjml', template);
    user.write('parts/a.mjml', part);
    user.write('parts/a.css', '.a { color: red }');
    user.write('parts/a.png', 'x');
  });

  it('is read with --root alone', async () => {
    const { told, findings } = await check(...args);
    expect(told).toEqual(['error template-syntax mails/msg.mjml:1']);
    expect(findings[0]?.message).toBe(
      'mj-include of ../parts/a.css: it leads out of the folder of the template',
    );
    // What MJML takes from elsewhere is told, too.
    expect((await check(...args, '--root', 'parts')).told).toEqual(['warning mjml-icons parts/a.mjml:2']);
  });

  it('is one that there is', async () => {
    const { status, stderr } = await user.run(['check', ...args, '--root', 'prats']);
    expect({ status, stderr }).toEqual({
      status: 66,
      stderr: `mailtrack: --root prats: there is no such folder
  Name the folder whose files the template may include and show.
`,
    });
  });
});

describe('what is left over', () => {
  const dry = ['--no-track', '--dry-run', '--each', 'people.csv'];

  it('is refused by send before anything leaves', async () => {
    user.write(
      'people.csv',
      'email,name\nann@example.com,Ann\nbob@example.com,undefined\neve@example.com,undefined\n',
    );
    const { status, stdout, stderr } = await user.run(['send', 'good.md', ...dry, '--out', 'copies']);
    expect({ status, stdout }).toEqual({ status: 65, stdout: '' });
    expect(stderr).toBe(
      'people.csv:3: "undefined" is left over in 2 of 3 copies: people.csv:3, people.csv:4\n  Correct the value. Or pass --allow-placeholders if it is meant to be read.\n',
    );
    user.write('template.md', '---\nsubject: Hello\n---\n\nDear *|FNAME|*,\n');
    expect((await user.run(['send', 'template.md', ...dry])).stderr).toContain(
      'template.md:5:6: "*|FNAME|*" is left over in 3 of 3 copies\n  Write {{ name }} in its place.',
    );
  });

  it('is sent when that was said to be meant, and shown', async () => {
    user.write('people.csv', 'email,name\nann@example.com,NaN\n');
    const { status, stderr } = await user.run(['send', 'good.md', ...dry, '--allow-placeholders']);
    expect(status).toBe(0);
    expect(stderr).toMatch(/Warning +"NaN" is left over in 1 of 1 copies/);
    expect(
      await check('good.md', '--each', 'people.csv', '--no-track', '--allow-placeholders'),
    ).toMatchObject({
      status: 0,
      told: ['warning template-placeholder people.csv:2'],
    });
  });
});
