/** One database, which a process with better-sqlite3 and a process with Node's own SQLite use at the same time. */
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createNodeDriver } from '../../src/store/sqlite/node-sqlite.js';
import { jsonLines, User } from './command.js';

const hidden = { NODE_OPTIONS: `--require=${JSON.stringify(resolve('test/e2e/hide-better-sqlite.cjs'))}` };
const hasBoth = createNodeDriver() !== undefined;

let user: User;
beforeEach(() => {
  user = new User();
});
afterEach(() => user.leave());

/** Starts what `start` starts with Node's own SQLite. */
function withNodesOwn<T>(start: () => T): T {
  Object.assign(user.environment, hidden);
  try {
    return start();
  } finally {
    delete user.environment['NODE_OPTIONS'];
  }
}

describe.skipIf(!hasBoth)('two drivers on one database (this Node has no node:sqlite: skipped)', () => {
  it('serve of one records what send of the other sent, and both tell one report', async () => {
    const server = await withNodesOwn(() => user.serve());
    const sandbox = await user.sandbox();
    user.environment['MAILTRACK_FROM'] = 'anthony@example.org';
    user.environment['MAILTRACK_SMTP_URL'] = sandbox.url;
    user.environment['MAILTRACK_TRACKING_URL'] = server.url;
    user.write('msg.html', '<title>Hello</title><p>The meeting is on Monday at eight in the evening.</p>');
    const args = ['send', 'msg.html', '--each', 'a@example.com,b@example.com,c@example.com', '--id', 'once'];

    const runs = await Promise.all([user.run(args), withNodesOwn(() => user.run(args))]);
    expect(runs.map(({ status }) => [0, 75].includes(Number(status)))).toEqual([true, true]);
    expect(await withNodesOwn(() => user.run(args))).toMatchObject({ status: 0 });
    const names = readdirSync(join(user.folder, 'inbox'));
    expect(names).toHaveLength(3);

    const agent = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.5.0';
    for (const name of names.slice(0, 2)) {
      const mail = user.read(`inbox/${name}`).replaceAll('=\r\n', '').replaceAll('=3D', '=');
      const pixel = /https?:\/\/[^"]+tracking\.png/.exec(mail)?.[0] ?? '';
      expect((await fetch(pixel, { headers: { 'user-agent': agent } })).status).toBe(200);
    }
    const [one, other] = await Promise.all([
      user.run(['report', '--json', '--opens']),
      withNodesOwn(() => user.run(['report', '--json', '--opens'])),
    ]);
    expect(other).toEqual(one);
    expect(jsonLines(one.stdout)[0]).toMatchObject({
      totals: { recipients: 3, accepted: 3, fetches: 2, opened: 2 },
    });
    expect((await server.stop()).status).toBe(0);
    await sandbox.stop();
  });
});
