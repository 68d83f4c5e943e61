/** User agents are kept for a while: what was judged of a fetch stays, and so does which line of a log it is. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore, type Store } from '../../src/store/open-store.js';
import { classifyFetch } from '../../src/tracking/classify.js';
import type { LoggedFetch, RecordedFetch } from '../../src/workflow/fact-ports.js';

const at = Date.UTC(2026, 10, 24, 9);
const day = 86_400_000;

let folder: string;
let store: Store;
let other: Database.Database;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mailtrack-forget-'));
  store = await openStore(join(folder, 'mailtrack.db'));
  other = new Database(join(folder, 'mailtrack.db'));
});
afterEach(async () => {
  other.close();
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

function fetched(fetchedAt: number, userAgent: string, changes: Partial<RecordedFetch> = {}): RecordedFetch {
  const judged = classifyFetch({ method: 'GET', userAgent }, {});
  return {
    emailNumber: 42,
    recipientNumber: 1,
    fetchedAt,
    method: 'GET',
    userAgent,
    network: '',
    ...judged,
    ...changes,
  };
}

const logged = (fetch: RecordedFetch, occurrence = 1): LoggedFetch => ({
  ...fetch,
  saysUserAgent: true,
  occurrence,
});

async function forget(before: number): Promise<number> {
  let fetches = 0;
  for await (const some of store.userAgentForgetter.forgetUserAgents(new Date(before))) fetches += some;
  return fetches;
}

const kept = () =>
  other.prepare('SELECT user_agent FROM fetches LEFT JOIN user_agents USING (user_agent_id)').pluck().all();
const agents = () => other.prepare('SELECT user_agent FROM user_agents ORDER BY 1').pluck().all();

it('forgets those of old fetches, with all that has none any more, and leaves the verdicts', async () => {
  const fetches = [fetched(at - 1, 'old'), fetched(at - 1, 'Thunderbird/1'), fetched(at, 'Thunderbird/1')];
  await store.fetchLog.appendFetches(fetches);
  const judged = other.prepare('SELECT kind, confidence, rule FROM fetches');
  const before = judged.all();
  expect(await forget(at)).toBe(2);
  expect([kept(), agents(), judged.all()]).toEqual([
    [null, null, 'Thunderbird/1'],
    ['Thunderbird/1'],
    before,
  ]);
  expect(await forget(at)).toBe(0);
  expect(other.pragma('foreign_key_check')).toEqual([]);
});

it('records one that was forgotten anew', async () => {
  await store.fetchLog.appendFetches([fetched(at - 1, 'a')]);
  await forget(at);
  await store.fetchLog.appendFetches([fetched(at, 'a')]);
  expect([kept(), agents()]).toEqual([[null, 'a'], ['a']]);
});

it('goes through thousands of fetches of many emails, step by step', async () => {
  const insert = other.prepare(
    "INSERT INTO fetches VALUES (?, ?, 1, ?, 'GET', ?, '', 'human', 0.85, 'mail-client')",
  );
  other.transaction(() => {
    for (let agent = 1; agent <= 1_000; agent += 1)
      other.prepare('INSERT INTO user_agents VALUES (?, ?)').run(agent, `agent ${agent}`);
    for (let index = 0; index < 5_000; index += 1) {
      const time = new Date(at + (index % 2 === 0 ? -1 : 1)).toISOString();
      insert.run(index % 7, 1 + Math.floor(index / 7), time, 1 + (index % 1_000));
    }
  })();
  const steps: number[] = [];
  for await (const some of store.userAgentForgetter.forgetUserAgents(new Date(at))) steps.push(some);
  expect(steps.reduce((sum, some) => sum + some, 0)).toBe(2_500);
  expect(Math.max(...steps)).toBeLessThanOrEqual(300);
  expect([agents().length, kept().filter(agent => agent === null).length]).toEqual([500, 2_500]);
});

it('removes none that was asked for meanwhile, by this process or another', async () => {
  await store.fetchLog.appendFetches(['a', 'b', 'c'].map(agent => fetched(at - 1, agent)));
  const walk = store.userAgentForgetter.forgetUserAgents(new Date(at))[Symbol.asyncIterator]();
  await walk.next();
  await store.fetchLog.appendFetches([fetched(at, 'b')]);
  while ((await walk.next()).done !== true);
  expect(agents()).toEqual(['b']);

  await store.fetchLog.appendFetches([fetched(at - 1, 'd')]);
  const second = store.userAgentForgetter.forgetUserAgents(new Date(at))[Symbol.asyncIterator]();
  await second.next();
  other.exec(
    'UPDATE fetches SET user_agent_id = (SELECT max(user_agent_id) FROM user_agents) WHERE fetch_number = 1',
  );
  while ((await second.next()).done !== true);
  expect(agents()).toEqual(['b', 'd']);
  expect(other.pragma('foreign_key_check')).toEqual([]);
});

it('knows the lines of a log again, of rows and of what was only counted', async () => {
  const rows = [fetched(at - day, 'Thunderbird/1'), fetched(at - day, 'curl/8')];
  await store.fetchLog.appendFetches([rows[0] as RecordedFetch]);
  other
    .prepare(
      "INSERT INTO fetch_counters VALUES (42, 1, 'GET', 'bot', 0.95, 'command-line-tool', 1, @at, @at, 0)",
    )
    .run({ at: new Date(at - day).toISOString() });
  const lines = [...rows.map(row => logged(row)), logged(fetched(at - day, 'Thunderbird/2'))];
  expect(await store.logIntake.storeLogged(lines)).toEqual(['known', 'known', 'added']);
  await forget(at);
  expect(agents()).toEqual([]);
  expect(other.prepare('SELECT agent, lines FROM logged_counters').raw().all()).toEqual([[-1, 1]]);
  expect(await store.logIntake.storeLogged(lines)).toEqual(['known', 'known', 'known']);
});

describe('what is forgotten', () => {
  const files = () =>
    readdirSync(folder).map(name => [name, readFileSync(join(folder, name), 'latin1')] as const);
  const holders = (words: string) =>
    files().flatMap(([name, octets]) => (octets.includes(words) ? [name] : []));

  it('is in no octet of database, log and journal, free pages included', async () => {
    for (let round = 0; round < 40; round += 1) {
      const some = Array.from({ length: 100 }, (_, index) => {
        const number = round * 100 + index;
        const isKept = number % 5 === 0;
        const agent = `${isKept ? 'kept' : 'gone'}-${(number * 7919) % 4_000} ${'x'.repeat(number % 230)}`;
        return fetched(isKept ? at : at - 1, agent, { emailNumber: number % 7 });
      });
      await store.fetchLog.appendFetches(some);
    }
    expect(holders('gone-')).not.toEqual([]);
    await forget(at);
    expect(agents()).toHaveLength(800);
    expect(holders('gone-')).toEqual([]);
    expect(holders('kept-')).toContain('mailtrack.db');
  });

  it('is looked after again when another program kept the log in use', async () => {
    await store.fetchLog.appendFetches([fetched(at - 1, 'gone-1')]);
    other.exec('BEGIN');
    other.prepare('SELECT count(*) FROM fetches').get();
    await expect(forget(at)).rejects.toThrow('another program keeps the write-ahead log in use');
    other.exec('COMMIT');
    await forget(at);
    expect(holders('gone-')).toEqual([]);
  });
});
