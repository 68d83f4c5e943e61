/** `privacy.keep_user_agent` of a running server. */
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { parseKeyRing } from '../../src/tracking/key.js';
import { pixelUrl } from '../../src/tracking/pixel.js';
import { sealToken } from '../../src/tracking/token.js';
import { jsonLines, User } from './command.js';

let user: User;
beforeEach(() => {
  user = new User();
});
afterEach(() => user.leave());

async function fetchAs(url: string, userAgent: string): Promise<void> {
  const ring = parseKeyRing(user.read('data/mailtrack/key'));
  if (!ring.ok) throw new Error(ring.why);
  const token = sealToken(ring.value, { purpose: 'pixel', emailNumber: 42, recipientNumber: 1 });
  await fetch(pixelUrl(url, token), { headers: { 'user-agent': userAgent } });
}

it('is forgotten by serve when it is older, and the verdict stays', async () => {
  const first = await user.serve();
  await fetchAs(first.url, 'Thunderbird/128');
  await first.stop();
  const database = new Database(user.database);
  database.exec("UPDATE fetches SET fetched_at = '2020-01-01T00:00:00.000Z'");

  user.write('mailtrack.toml', '[privacy]\nkeep_user_agent = "30d"\n');
  const server = await user.serve();
  await fetchAs(server.url, 'Thunderbird/129');
  const agents = database.prepare('SELECT user_agent FROM user_agents').pluck();
  await expect.poll(() => agents.all()).toEqual(['Thunderbird/129']);
  const { status, stderr } = await server.stop();
  expect(status).toBe(0);
  const told = jsonLines(stderr).filter(({ event }) => event === 'user-agents-forgotten');
  expect(told).toMatchObject([{ level: 'info', fetches: 1 }]);
  const rows = database.prepare(
    'SELECT kind, user_agent FROM fetches LEFT JOIN user_agents USING (user_agent_id)',
  );
  expect(rows.raw().all()).toEqual([
    ['human', null],
    ['human', 'Thunderbird/129'],
  ]);
  database.close();
});

it('that is no time is refused', async () => {
  user.write('mailtrack.toml', '[privacy]\nkeep_user_agent = "30 moons"\n');
  const { status, stderr } = await user.run(['serve', '--port', '0']);
  expect(status).toBe(78);
  expect(stderr).toContain(
    'mailtrack.toml:2: privacy.keep_user_agent has to be a number of hours, days, weeks, months or years, such as "30d" or "13 months", or "forever"',
  );
});
