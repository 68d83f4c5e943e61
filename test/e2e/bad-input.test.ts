/** What a user is told when something is wrong: the whole text, the exit code, and that nothing was sent. */
import { createServer, type Server } from 'node:net';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore } from '../../src/store/open-store.js';
import { User } from './command.js';

let user: User;
let server: Server;
let connections = 0;

beforeEach(async () => {
  user = new User();
  connections = 0;
  // Counts whoever connects: nobody should, before everything is right.
  server = createServer(socket => {
    connections += 1;
    socket.destroy();
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  user.environment['MAILTRACK_FROM'] = 'anthony@example.org';
  user.environment['MAILTRACK_SMTP_URL'] = `smtp://127.0.0.1:${port}`;
  user.environment['MAILTRACK_TRACKING_URL'] = 'http://127.0.0.1:9';
  user.write('msg.txt', '---\nsubject: Hello\n---\nHello {{ name | default: "you" }}\n');
});
afterEach(async () => {
  user.leave();
  await new Promise(resolve => server.close(resolve));
});

async function refusal(args: readonly string[], input?: string) {
  const { status, stdout, stderr } = await user.run(args, input);
  expect(stdout).toBe('');
  expect(connections).toBe(0);
  return [status, stderr.replaceAll(user.folder, '~').trimEnd()];
}

const send = (...args: string[]) => refusal(['send', 'msg.txt', ...args]);

describe('recipients', () => {
  it('that are unknown', async () => {
    user.write('mailtrack.toml', '[aliases]\nalice = ["alice@example.com"]\n');
    expect(await send('--to', 'alcie')).toEqual([
      65,
      'mailtrack: --to: "alcie" is neither an address nor in the address book\n  Did you mean alice?',
    ]);
  });

  it.each([
    ['alice@@example.com', 'two "@"'],
    ['alice@example.com\r\nRCPT TO:<evil@example.net>', 'control character U+000D'],
    ['alice@example.com\n', 'control character U+000A'],
    ['alice@exa\u2028mple.com', 'control character U+2028'],
    ['"x@y z"@example.com', 'a quoted local part'],
    ['alice@example.com (c)', 'a space in the domain'],
    ['alice@', 'nothing after the "@"'],
  ])('that are no address: %j', async (address, why) => {
    const [status, text] = await send('--to', address);
    expect(status).toBe(65);
    expect(text).toContain(`is not an address: ${why}`);
  });

  it('too many to see each other', async () => {
    user.write(
      'team.csv',
      `email\n${Array.from({ length: 21 }, (_, index) => `p${index}@example.com`).join('\n')}\n`,
    );
    expect(await send('--to', 'team.csv', '--cc', 'boss@example.com')).toEqual([
      64,
      [
        'mailtrack: 22 people would see these 22 addresses: p0@example.com, p1@example.com, p2@example.com, p3@example.com, p4@example.com and 17 more',
        '  Send each a message of their own: --each team.csv,boss@example.com. Or pass --expose 22 if everybody may see everybody.',
      ].join('\n'),
    ]);
    expect((await send('--to', 'team.csv', '--expose', '21', '--confirm', '20'))[1]).toContain(
      '--confirm 20, but there are 21 recipients',
    );
  });

  it('in a list without anybody to ask', async () => {
    user.write('team.csv', 'email\nalice@example.com\n');
    const [status, text] = await send('--each', '@team.csv');
    expect(status).toBe(64);
    expect(text).toContain('sending to 1 recipients has to be confirmed\n  Pass --yes, or --confirm 1');
  });

  it('named in both ways', async () => {
    expect((await send('--to', 'a@example.com', '--each', 'b@example.com'))[0]).toBe(64);
  });

  it('not at all', async () => {
    expect(await send()).toEqual([
      64,
      'mailtrack: there are no recipients\n  Name them with --to, --cc, --bcc or --each.',
    ]);
  });
});

describe('lists', () => {
  it('name every bad row at once, with its line', async () => {
    user.write(
      'list.csv',
      'email,name\nann@@example.com,A\n"bob@example.com","B\n b"\ncarol@example.com\n,D\n',
    );
    expect(await send('--each', 'list.csv', '--yes')).toEqual([
      65,
      [
        'list.csv:2: "ann@@example.com" is not an addr-spec: two "@"',
        'list.csv:3: control character U+000A in the name',
        '  Correct the row, or pass --skip-invalid to leave such rows out.',
        'list.csv:5: 1 cell, but 2 columns',
        '  Put cells that hold the delimiter or a line end into quotes, or pass --skip-invalid to leave such rows out.',
        'list.csv:6: there is no address',
        '  Correct the row, or pass --skip-invalid to leave such rows out.',
      ].join('\n'),
    ]);
  });

  it('of objects name the line, or of an array the row', async () => {
    const rows = ['{"email":"a@example.com","tags":"x"}', '{"email":"b@example.com","tags":["x","y"]}'];
    user.write('list.ndjson', rows.join('\n'));
    user.write('list.json', `[${rows.join()}]`);
    for (const file of ['list.ndjson', 'list.json']) {
      expect(await send('--each', file, '--yes')).toEqual([
        65,
        [
          `${file}:2: the value of "tags" is an array`,
          '  Correct the row, or pass --skip-invalid to leave such rows out.',
        ].join('\n'),
      ]);
    }
  });

  it('in another encoding are read when it is named', async () => {
    user.write('list.csv', Buffer.from('email,name\na@example.com,J\u00f6rg\n', 'latin1'));
    expect(await send('--each', 'list.csv', '--yes')).toEqual([
      65,
      'list.csv:2: column "name" is not valid UTF-8\n  Pass --encoding windows-1252 if a program on Windows saved this list; otherwise save it as "CSV UTF-8".',
    ]);
    const args = ['--each', 'list.csv', '--dry-run', '--encoding', 'windows-1252'];
    const { status, stderr } = await user.run(['send', 'msg.txt', ...args]);
    expect([status, stderr]).toEqual([0, expect.stringContaining('Jörg <a@example.com>')]);
  });

  it('with addresses that may be mistyped are warned of, and no more', async () => {
    user.write('list.csv', 'email\njane@gmial.com\njoe@gmail.com\njim@\u0430pple.example\n');
    const { status, stdout } = await user.run([
      'send',
      'msg.txt',
      '--each',
      'list.csv',
      '--dry-run',
      '--json',
    ]);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      recipients: 3,
      warnings: expect.arrayContaining([
        '1 address may be mistyped: jane@gmial.com (gmail.com?) list.csv:2',
        '1 address has a domain of Latin and other letters that look like them: jim@xn--pple-43d.example (\u0430pple.example) list.csv:4',
      ]) as unknown,
    });
  });

  it('say which columns there are when email is missing', async () => {
    expect(
      (await refusal(['send', 'msg.txt', '--each', '-', '--yes'], 'adress;name\na@example.com;A\n'))[1],
    ).toContain('standard input:1: there is no column "email"; there are: "adress", "name"');
  });

  it('name the row that lacks a field', async () => {
    user.write('msg.txt', '---\nsubject: Hi\n---\nHello {{ first_name }}\n');
    const rows = Array.from(
      { length: 800 },
      (_, index) => `p${index}@example.com,${index === 698 ? '' : 'Ann'}`,
    );
    user.write('list.csv', `email,first_name\n${rows.join('\n')}\n`);
    expect(await send('--each', 'list.csv', '--yes')).toEqual([
      65,
      [
        'msg.txt:4:10: 1 of 800 recipients lack the field "first_name": list.csv:700',
        '  Fill it in, or give it a default: {{ first_name | default: "…" }}.',
      ].join('\n'),
    ]);
  });

  it('help with a misspelt field', async () => {
    user.write('msg.txt', '---\nsubject: Hi\n---\n\nHello {{ frist_name }}\n');
    user.write('list.csv', 'email,first_name\na@example.com,Ann\n');
    expect(await send('--each', 'list.csv', '--yes')).toEqual([
      65,
      [
        'msg.txt:5:10: there is no field "frist_name"',
        '  Did you mean "first_name"? There are: email, name, role, email_id, unsubscribe_url, stop_tracking_url, first_name.',
      ].join('\n'),
    ]);
  });

  it('of which --where leaves nobody', async () => {
    user.write('list.csv', 'email,city\na@example.com,Bonn\nb@example.com,Köln\n');
    expect(await send('--each', 'list.csv', '--yes', '--where', 'city = Ulm')).toEqual([
      64,
      'mailtrack: nobody is left: --where leaves out 2 rows',
    ]);
  });

  it('chosen from by what --where cannot mean', async () => {
    user.write('list.csv', 'email,city\na@example.com,Bonn\n');
    expect(await send('--each', 'list.csv', '--yes', '--where', 'city = New York')).toEqual([
      64,
      [
        'mailtrack: option \'--where <expr>\' argument \'city = New York\' is invalid\n  "and" or the end is expected before "York".',
        `Such as --where 'city = "New York" and vip is not empty'.`,
      ].join(' '),
    ]);
    expect(await send('--each', 'list.csv', '--yes', '--where', 'town = Bonn')).toEqual([
      65,
      'list.csv: there is no column "town" for --where\n  There are: "email", "city".',
    ]);
    expect(await send('--to', 'a@example.com', '--where', 'city = Bonn')).toEqual([
      64,
      [
        'mailtrack: --where chooses among the rows of lists, and there is no list',
        '  Name a list with @people.csv, or leave --where out.',
      ].join('\n'),
    ]);
  });

  it('with one address and different fields', async () => {
    user.write('list.csv', 'email,name\na@example.com,Ann\nA@example.com,Bea\n');
    expect((await send('--each', 'list.csv', '--yes'))[1]).toContain(
      'list.csv:3: a@example.com is in 2 rows with different fields: list.csv:2, list.csv:3',
    );
  });
});

describe('templates', () => {
  it('in another encoding', async () => {
    user.write('latin.html', Buffer.from('<p>Hi</p>\n<p>J\u00f6rg</p>\n', 'latin1'));
    expect(await refusal(['send', 'latin.html', '--to', 'alice@example.com', '--subject', 'S'])).toEqual([
      65,
      'latin.html:2: it is not valid UTF-8\n  Save the file as UTF-8.',
    ]);
  });

  it.each([
    ['does not parse', '---\nsubject: Hi\n---\n{% if name %}Hi', 'msg.txt:4:1: tag {% if name %} not closed'],
    ['has no subject', 'Hello', 'msg.txt: the message has no subject'],
    [
      'has a merge field in the subject of group mail',
      '---\nsubject: Hi {{ name }}\n---\nHello',
      'everybody sees one subject',
    ],
  ])('that %s', async (_, source, text) => {
    user.write('msg.txt', source);
    const [status, stderr] = await send('--to', 'alice@example.com');
    expect(status).toBe(65);
    expect(stderr).toContain(text);
  });

  it('with a link that rows lead astray', async () => {
    user.write('link.html', '<title>Hi</title>\n<a href="{{ link }}">Read on</a>\n');
    const links = [
      'https://example.com/1',
      'javascript:alert(1)',
      'https://example.com/3',
      'data:text/html,x',
    ];
    const rows = links.map((link, index) => `p${index}@example.com,${link.replaceAll(',', ';')}`);
    user.write('list.csv', `email,link\n${rows.join('\n')}\n`);
    const args = ['send', 'link.html', '--each', 'list.csv', '--yes'];
    expect(await refusal(args)).toEqual([
      65,
      [
        'link.html:2:4: href="{{ link }} comes to "javascript:alert(1)", which is neither http, https, mailto nor tel (2 of 4 copies: list.csv:3, list.csv:5)',
        '  Correct the value, or begin the address in the template: https://example.com/…',
      ].join('\n'),
    ]);
    const [, json] = await refusal([...args, '--json']);
    expect(JSON.parse(String(json))).toMatchObject({
      error: { code: 'template-link', rows: [{ file: 'list.csv', lines: [3, 5] }] },
    });
  });

  it('that would attach what is not theirs', async () => {
    user.write('msg.txt', '---\nsubject: Hi\nattachments: [/etc/hostname, ../x.pdf, plan.pdf]\n---\nHello\n');
    expect(await send('--to', 'alice@example.com')).toEqual([
      65,
      [
        'msg.txt: the attachment "/etc/hostname": it is not relative to the folder of the template',
        'msg.txt: the attachment "../x.pdf": it leads out of the folder of the template',
        '  Copy the file into that folder, or attach it with --attach.',
        'msg.txt: plan.pdf does not exist',
        '  Check the name and the folder.',
      ].join('\n'),
    ]);
  });

  it.each([
    ['is empty', '---\nsubject: Hi\n---\n', 'msg.txt: the template is empty'],
    ['holds a control character', 'Hi\n\u001b[2J', 'msg.txt:2:1: control character U+001B'],
    [
      'names another file',
      "Hi {% include 'x' %}",
      'msg.txt:1:4: include, render and layout are not available',
    ],
    [
      'has front matter without end',
      `---\na: &a [x,x]\n${'bcdefghijklmnop'.replaceAll(/./g, key => `${key}: &${key} [*${String.fromCharCode(key.charCodeAt(0) - 1)},*${String.fromCharCode(key.charCodeAt(0) - 1)}]\n`)}---\nHi`,
      'msg.txt:2: front matter: Excessive alias count indicates a resource exhaustion attack',
    ],
  ])('that %s', async (_, source, text) => {
    user.write('msg.txt', source);
    const [status, stderr] = await send('--to', 'alice@example.com');
    expect([status, String(stderr).split('\n')[0]]).toEqual([65, text]);
  });

  it('that is not there', async () => {
    expect(await refusal(['send', 'nope.md', '--to', 'alice@example.com'])).toEqual([
      66,
      'mailtrack: nope.md does not exist\n  Check the name and the folder.',
    ]);
  });
});

describe('set-up', () => {
  it('says all that is missing at once', async () => {
    for (const name of ['FROM', 'SMTP_URL', 'TRACKING_URL']) delete user.environment[`MAILTRACK_${name}`];
    const [status, text] = await send('--to', 'alice@example.com');
    expect(status).toBe(78);
    expect(text).toContain('there is no SMTP server');
    expect(text).toContain('there is no tracking URL');
  });

  it('names unknown keys and wrong values with their lines', async () => {
    user.write('mailtrack.toml', 'form = "x"\n\n[send]\nconnections = "many"\n');
    expect(await refusal(['list'])).toEqual([
      78,
      [
        '~/mailtrack.toml:1: unknown key "form"',
        '  Did you mean "from"?',
        '~/mailtrack.toml:4: send.connections has to be a whole number from 1 to 100',
      ].join('\n'),
    ]);
  });

  it('refuses a private tracking URL when the mail leaves this machine', async () => {
    expect(await send('--to', 'a@example.com', '--smtp', 'smtp://mail.example.com')).toEqual([
      78,
      [
        'mailtrack: the tracking URL http://127.0.0.1:9 is on a private network, but the mail leaves through mail.example.com: nobody would ever be counted',
        '  Give the public address of `mailtrack serve`, or pass --allow-local-tracking.',
      ].join('\n'),
    ]);
  });

  it('refuses a pixel server that has another key', async () => {
    const other = new User();
    const serving = await other.serve();
    const [status, text] = await send('--to', 'a@example.com', '--tracking-url', serving.url);
    await serving.stop();
    other.leave();
    expect([status, text]).toEqual([78, expect.stringContaining('answers with another key')]);
  });

  it('refuses a password on the command line', async () => {
    const [status, text] = await send('--to', 'a@example.com', '--smtp', 'smtp://me:secret@127.0.0.1');
    expect([status, text]).toEqual([64, expect.stringContaining('the SMTP URL holds a password')]);
    expect(text).not.toContain('secret');
  });

  it.each(['99999', '0', 'abc'])(
    'refuses the port %s in an SMTP URL, and says nothing else of it',
    async port => {
      const url = `smtp://me:secret@127.0.0.1:${port}`;
      const words = [
        `mailtrack: the SMTP URL has the port "${port}": it has to be a port, a whole number from 1 to 65535`,
        '  Check --smtp, MAILTRACK_SMTP_URL and smtp.url.',
      ].join('\n');
      expect(await send('--to', 'a@example.com', '--smtp', url)).toEqual([64, words]);
      user.environment['MAILTRACK_SMTP_URL'] = url;
      expect(await send('--to', 'a@example.com')).toEqual([78, words]);
    },
  );

  it('runs no password command of a project that is not trusted', async () => {
    user.write('mailtrack.toml', '[smtp]\npassword_command = "touch ran"\n');
    user.environment['MAILTRACK_SMTP_URL'] = String(user.environment['MAILTRACK_SMTP_URL']).replace(
      '//',
      '//me@',
    );
    const [status, text] = await send('--to', 'a@example.com', '--quiet');
    expect([status, text]).toEqual([78, expect.stringContaining('this file is not trusted yet')]);
    expect(() => user.read('ran')).toThrow();
  });
});

describe('the world', () => {
  it('without an SMTP server keeps the email for resume', async () => {
    const args = ['send', 'msg.txt', '--to', 'a@example.com', '--smtp', 'smtp://127.0.0.1:1', '--json'];
    const { status, stdout, stderr } = await user.run(args);
    expect(status).toBe(69);
    expect(JSON.parse(stderr)).toMatchObject({
      error: { code: 'server-unreachable', message: expect.stringContaining('connection refused') },
    });
    const result = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as object;
    expect(result).toMatchObject({ type: 'result', pending: 1, accepted: 0 });
    const sandbox = await user.sandbox();
    expect((await user.run(['resume', '--smtp', sandbox.url])).status).toBe(0);
    await sandbox.stop();
  });

  it('with a database that is locked', async () => {
    await (await openStore(user.database)).close();
    const database = new Database(user.database);
    database.pragma('journal_mode = DELETE');
    database.exec('CREATE TABLE IF NOT EXISTS x (a); BEGIN EXCLUSIVE');
    const [status, text] = await refusal(['list']);
    database.close();
    expect([status, text]).toEqual([74, expect.stringContaining('is locked by another program')]);
  });

  it('with a port that is taken', async () => {
    const { port } = server.address() as { port: number };
    for (const command of [['serve', '--host', '127.0.0.1'], ['sandbox']]) {
      expect(await refusal([...command, '--port', String(port)])).toEqual([
        74,
        `mailtrack: port ${port} is taken by another program\n  Choose another with --port.`,
      ]);
    }
  });

  it('with a folder that cannot be written to', async () => {
    user.write('file', '');
    expect(
      (await refusal(['send', 'msg.txt', '--to', 'a@example.com', '--dry-run', '--out', 'file/x']))[0],
    ).toBe(73);
  });
});

it('says errors as one object under --json', async () => {
  await (await openStore(user.database)).close();
  const [status, text] = await refusal(['report', 'zzzz', '--json']);
  expect(status).toBe(66);
  expect(JSON.parse(String(text))).toEqual({
    error: {
      code: 'email-unknown',
      message: 'there is no email "zzzz"',
      fix: '`mailtrack list` shows the emails. A send that was refused is not among them: send again.',
      file: null,
      line: null,
      column: null,
    },
  });
});
