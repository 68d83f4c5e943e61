/** Sender and server on two machines: two homes, two databases, one key. */
import { copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { jsonLines, type Server, User } from './command.js';

const thunderbird = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.5.0';

let home: User;
let away: User;
let server: Server;
let url: string;

beforeEach(async () => {
  home = new User();
  away = new User();
  await home.run(['keys', 'rotate']);
  mkdirSync(join(away.folder, 'data', 'mailtrack'), { recursive: true });
  copyFileSync(keyOf(home), keyOf(away));
  server = await away.serve(['--exchange', '127.0.0.1:0']);
  url = `http://${server.private}`;
});
afterEach(() => {
  home.leave();
  away.leave();
});

const keyOf = (user: User) => join(user.folder, 'data', 'mailtrack', 'key');

async function send(): Promise<readonly string[]> {
  const sandbox = await home.sandbox();
  home.environment['MAILTRACK_FROM'] = 'anthony@example.org';
  home.environment['MAILTRACK_SMTP_URL'] = sandbox.url;
  home.environment['MAILTRACK_TRACKING_URL'] = server.url;
  home.write(
    'msg.html',
    '<title>Hello</title><p>Hello</p><p><a href="{{ unsubscribe_url }}">no more</a></p>',
  );
  const args = ['send', 'msg.html', '--each', 'a@example.com,b@example.com,c@example.com'];
  expect(await home.run(args)).toMatchObject({ status: 0 });
  await sandbox.stop();
  return readdirSync(join(home.folder, 'inbox'))
    .sort()
    .map(name => home.read(`inbox/${name}`).replaceAll('=\r\n', '').replaceAll('=3D', '='));
}

async function report() {
  const { stdout } = await home.run(['report', '--json', '--opens']);
  return jsonLines(stdout)[0] as {
    totals: Record<string, number>;
    recipients: { email_address: string; verdict: string }[];
    opens: { email_address: string; kind: string; datetime_opened: string }[];
  };
}

it('the report at home agrees with what the server saw, which never knew an address', async () => {
  const mails = await send();
  const pixels = mails.map(mail => /https?:\/\/[^"]+tracking\.png/.exec(mail)?.[0] ?? '');
  const links = mails.map(mail => /https?:\/\/[^">\s]+\/unsubscribe\/[a-z2-7]+/.exec(mail)?.[0] ?? '');
  await fetch(pixels[0] ?? '', { headers: { 'user-agent': thunderbird } });
  await fetch(pixels[0] ?? '', { headers: { 'user-agent': thunderbird } });
  await fetch(pixels[1] ?? '', { headers: { 'user-agent': 'curl/8' } });
  await fetch(links[2] ?? '', { method: 'POST', body: 'List-Unsubscribe=One-Click' });
  expect((await report()).totals).toMatchObject({ fetches: 0, none: 3 });

  const pulled = await home.run(['pull', url, '--json']);
  expect(pulled.status).toBe(0);
  expect(jsonLines(pulled.stdout)).toEqual([
    {
      schema: 'mailtrack.pull/1',
      url,
      source: expect.stringMatching(/^[0-9a-f]{32}$/),
      fetches: 3,
      counted: 0,
      known: 0,
      of_unknown_emails: 0,
      unsubscribes: 1,
      opt_outs: 0,
      told: 0,
      untold: 0,
      passed_over: 0,
    },
  ]);
  const { totals, recipients, opens } = await report();
  expect(totals).toMatchObject({ fetches: 3, opened: 1, machine: 1, none: 1 });
  expect(recipients.map(({ email_address, verdict }) => `${email_address} ${verdict}`)).toEqual([
    'a@example.com opened',
    'b@example.com machine',
    'c@example.com none',
  ]);
  const facts = new Database(away.database, { readonly: true });
  const times = facts.prepare('SELECT fetched_at FROM fetches ORDER BY 1').pluck().all();
  expect(facts.prepare('SELECT count(*) FROM recipients').pluck().get()).toBe(0);
  facts.close();
  expect(opens.map(open => open.datetime_opened).sort()).toEqual(times);

  // Once more, with nothing new; and who unsubscribed there is not mailed from here.
  const again = await home.run(['pull', url]);
  expect([again.status, again.stdout, again.stderr]).toEqual([
    0,
    '',
    `0 fetches and 0 unsubscribes came from ${url}.\n`,
  ]);
  expect((await report()).totals).toEqual(totals);
  const plan = await home.run(['send', 'msg.html', '--each', 'c@example.com', '--dry-run']);
  expect(plan.stderr).toBe(
    'mailtrack: nobody is left: c@example.com is suppressed\n' +
      '  `mailtrack suppress list` says why; it does not show people who were forgotten.\n',
  );
  await server.stop();
});

it('another key, an address that is none and a server that is away are said', async () => {
  const stranger = new User();
  await stranger.run(['keys', 'rotate']);
  const other = await stranger.run(['pull', url]);
  expect(other.status).toBe(77);
  expect(other.stderr).toMatch(
    /^mailtrack: http:\/\/127\.0\.0\.1:\d+ has none of the keys here \([0-9a-f]{16}\)\n {2}Give both the same key file; `mailtrack keys list` shows what a machine has\.\n$/,
  );
  stranger.leave();

  const publicly = await home.run(['pull', server.url]);
  expect([publicly.status, publicly.stderr]).toEqual([
    69,
    `mailtrack: ${server.url} answers 404, which is not the exchange of mailtrack\n  Name the address of \`mailtrack serve --exchange\`, not its public one.\n`,
  ]);
  await server.stop();
  const gone = await home.run(['pull', url]);
  expect([gone.status, gone.stderr]).toEqual([
    69,
    `mailtrack: ${url} cannot be reached: connection refused\n  Is \`mailtrack serve --exchange\` running there, and the tunnel or front open? What came before is stored.\n`,
  ]);
  const plain = await home.run(['pull', 'http://t.example.com']);
  expect([plain.status, plain.stderr]).toEqual([
    64,
    'mailtrack: "http://t.example.com" is not an address to pull from\n  Name https://…, or http:// on this machine or network: ssh -L 8081:127.0.0.1:8081 server.\n',
  ]);
});

it('a connection that breaks in the middle is no harm', async () => {
  const mails = await send();
  const pixel = /https?:\/\/[^"]+tracking\.png/.exec(mails[0] ?? '')?.[0] ?? '';
  for (let index = 0; index < 5; index += 1) await fetch(pixel, { headers: { 'user-agent': thunderbird } });
  let cutAfter = 0;
  // Passes requests on, and of answers so many octets.
  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const answer = await fetch(`${url}${request.url}`, {
      method: 'POST',
      body: Buffer.concat(chunks),
      headers: { authorization: request.headers.authorization ?? '' },
    });
    const body = Buffer.from(await answer.arrayBuffer());
    response.writeHead(answer.status, { 'content-length': body.length });
    if (body.length <= cutAfter) response.end(body);
    else response.write(body.subarray(0, cutAfter), () => response.destroy());
  }
  const proxy = createServer((request, response) => void pass(request, response));
  await new Promise<void>(resolve => proxy.listen(0, '127.0.0.1', resolve));
  const { port } = proxy.address() as { port: number };
  for (cutAfter of [0, 400, 900]) {
    expect((await home.run(['pull', `http://127.0.0.1:${port}`])).status).toBe(69);
  }
  expect((await report()).totals['fetches']).toBe(0);
  cutAfter = 1_000_000;
  expect((await home.run(['pull', `http://127.0.0.1:${port}`])).status).toBe(0);
  expect((await report()).totals['fetches']).toBe(5);
  proxy.close();
  proxy.closeAllConnections();
  await server.stop();
});
