/** A real front before a real server: what docs/deploy.md says of nginx, and a browser that opens a delivered message. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { printKey } from '../../src/tracking/key.js';
import { networkPrefix } from '../../src/tracking/network.js';
import { pixelImage, pixelPath } from '../../src/tracking/pixel.js';
import { sealToken } from '../../src/tracking/token.js';
import { makeCertificate } from '../smtp-client/certificate.js';
import { testKey, testRing } from '../tracking/keys.js';
import { jsonLines, User } from './command.js';
import { readMail } from './mail.js';
import { checkDocumentedBlock, type Nginx, nginxMissing, startNginx } from './nginx.js';

const reason = nginxMissing();
const chromium = ['chromium', 'chromium-browser', 'google-chrome'].find(
  name => spawnSync(name, ['--version']).status === 0,
);
/** An address of this machine that is not loopback: with it, nginx and `serve` see different clients. */
const outward = Object.values(networkInterfaces())
  .flat()
  .find(one => one?.family === 'IPv4' && !one.internal)?.address;
const trustsProxies = spawnSync(process.execPath, [resolve('bin/mailtrack.js'), 'serve', '--help'])
  .stdout.toString()
  .includes('--trusted-proxy');

describe.skipIf(reason !== undefined)(`behind nginx${reason ? ` (${reason})` : ''}`, () => {
  let user: User;
  let nginx: Nginx | undefined;
  beforeEach(() => {
    user = new User();
    mkdirSync(join(user.folder, 'data', 'mailtrack'), { recursive: true });
    user.write('data/mailtrack/key', `${printKey(testKey(7))}\n`);
  });
  afterEach(async () => {
    await nginx?.stop();
    user.leave();
  });

  it('is set up by a block that nginx -t takes as it is documented', () => {
    const { status, stderr } = checkDocumentedBlock(makeCertificate('DNS:t.example.com'));
    expect([status, stderr]).toEqual([0, expect.stringContaining('test is successful')]);
  });

  const token = sealToken(testRing, { purpose: 'pixel', emailNumber: 42, recipientNumber: 1 });
  const portOf = (url: string) => Number(new URL(url).port);
  const look = (agent: string, method = 'GET') =>
    fetch(`${nginx?.url}${pixelPath(token)}`, { method, headers: { 'user-agent': agent } });

  function rows(): unknown[] {
    const database = new Database(user.database, { readonly: true });
    const found = database
      .prepare(
        `SELECT method, user_agent, network FROM fetches LEFT JOIN user_agents USING (user_agent_id) ORDER BY fetched_at`,
      )
      .all();
    database.close();
    return found;
  }

  it('a pixel is the same octets, and is recorded', async () => {
    const server = await user.serve();
    nginx = await startNginx(portOf(server.url));
    const answer = await look('Thunderbird/128');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toContain('no-store');
    expect(answer.headers.get('etag')).toBeNull();
    expect(Buffer.from(await answer.arrayBuffer()).equals(pixelImage)).toBe(true);
    expect(rows()).toMatchObject([{ method: 'GET', user_agent: 'Thunderbird/128' }]);
    expect((await server.stop()).status).toBe(0);
  });

  it.each([
    ['documented', undefined],
    [
      'JSON',
      `log_format facts escape=json '{"time":"$time_iso8601","msec":"$msec","address":"$remote_addr","method":"$request_method","uri":"$request_uri","status":$status,"agent":"$http_user_agent"}';`,
    ],
    [
      'common',
      `log_format facts '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent';`,
    ],
  ])(
    'what it logged while the server was down is recovered from its %s log, and nothing else',
    async (_, log) => {
      const server = await user.serve();
      nginx = await startNginx(portOf(server.url), '127.0.0.1', log);
      await look('Thunderbird/128 "Gr\u00fc" \\');
      await look('Thunderbird/128 "Gr\u00fc" \\');
      await look('curl/8', 'HEAD');
      await fetch(`${nginx.url}/healthz`);
      await server.stop();
      expect((await look('Outlook')).status).toBe(502);
      expect((await look('Outlook')).status).toBe(502);

      const first = await user.run(['ingest', nginx.accessLog, '--json']);
      expect(jsonLines(first.stdout)[0]).toMatchObject({
        lines: 6,
        added: 2,
        known: 3,
        others: 1,
        unverifiable: 0,
        unreadable: 0,
      });
      const again = await user.run(['ingest', nginx.accessLog, '--json']);
      expect(jsonLines(again.stdout)[0]).toMatchObject({ added: 0, known: 5 });
      expect(rows()).toHaveLength(5);
    },
  );

  // Enabled as soon as serve has the option.
  it.skipIf(!trustsProxies || chromium === undefined || outward === undefined)(
    'Chromium opens a delivered message, and the open has the network nginx saw',
    async () => {
      const server = await user.serve(['--trusted-proxy', '127.0.0.0/8']);
      nginx = await startNginx(portOf(server.url), outward);
      // A tracking URL on a plain address of the network is refused, as it should be.
      const local = nginx.url.replace(outward ?? '', '127.0.0.1');
      const html = await deliver(local, nginx.url);
      await openInChromium(html);
      expect(rows()).toMatchObject([
        {
          method: 'GET',
          user_agent: expect.stringContaining('Chrome/'),
          network: networkPrefix(outward ?? ''),
        },
      ]);
      expect((await server.stop()).status).toBe(0);
    },
    90_000,
  );

  it.skipIf(chromium === undefined)(
    'Chromium opens a delivered message, and the report knows',
    async () => {
      const server = await user.serve();
      nginx = await startNginx(portOf(server.url));
      const html = await deliver(nginx.url);
      await openInChromium(html);
      expect(rows()).toMatchObject([{ method: 'GET', user_agent: expect.stringContaining('Chrome/') }]);
      const { stdout } = await user.run(['report', '--json']);
      expect(jsonLines(stdout)[0]).toMatchObject({ totals: { fetches: 1, none: 0 } });
      expect((await server.stop()).status).toBe(0);
    },
    90_000,
  );

  /** @returns the file with the HTML of the message as the sandbox stored it. */
  async function deliver(trackingUrl: string, seenUrl = trackingUrl): Promise<string> {
    const sandbox = await user.sandbox();
    user.environment['MAILTRACK_FROM'] = 'anthony@example.org';
    user.environment['MAILTRACK_SMTP_URL'] = sandbox.url;
    user.environment['MAILTRACK_TRACKING_URL'] = trackingUrl;
    user.write('msg.html', '<title>Hello</title><p>Hello</p>');
    const sent = await user.run(['send', 'msg.html', '--to', 'a@example.com']);
    expect(sent.stderr).toContain('accepted');
    expect(sent.status).toBe(0);
    await sandbox.stop();
    const [name = ''] = readdirSync(join(user.folder, 'inbox'));
    const mail = await readMail(readFileSync(join(user.folder, 'inbox', name)));
    user.write('mail.html', (mail.html ?? '').replaceAll(trackingUrl, seenUrl));
    return join(user.folder, 'mail.html');
  }

  function openInChromium(file: string): Promise<number | null> {
    const child = spawn(
      chromium ?? '',
      [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--no-first-run',
        `--user-data-dir=${user.folder}/browser`,
        '--dump-dom',
        `file://${file}`,
      ],
      { stdio: 'ignore', timeout: 60_000 },
    );
    return new Promise((done, fail) => {
      child.once('error', fail);
      child.once('exit', done);
    });
  }
});
