/** Fetches that `serve` only counted, and the log of the front over the same time: each is there once. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore, type Store } from '../../src/store/open-store.js';
import { classifyFetch } from '../../src/tracking/classify.js';
import { pixelPath } from '../../src/tracking/pixel.js';
import { sealToken } from '../../src/tracking/token.js';
import { type Ingested, ingestLog } from '../../src/workflow/ingest-log.js';
import { fc } from '../properties/fast-check.js';
import { testRing } from '../tracking/keys.js';

let folder: string;
let store: Store;
let database: Database.Database;
beforeEach(open);
afterEach(close);

async function open(): Promise<void> {
  folder = mkdtempSync(join(tmpdir(), 'mailtrack-counted-'));
  store = await openStore(join(folder, 'mailtrack.db'));
  database = new Database(join(folder, 'mailtrack.db'));
}

async function close(): Promise<void> {
  database.close();
  await store.close();
  rmSync(folder, { recursive: true, force: true });
}

const start = Date.UTC(2026, 10, 24, 22);
const thunderbird = 'Thunderbird/128';

interface Fetch {
  readonly seconds: number;
  readonly recipient?: number;
  readonly agent?: string;
}

function recorded({ seconds, recipient = 1, agent = thunderbird }: Fetch) {
  return {
    emailNumber: 42,
    recipientNumber: recipient,
    fetchedAt: start + seconds * 1_000,
    method: 'GET' as const,
    userAgent: agent,
    network: '',
    ...classifyFetch({ method: 'GET', userAgent: agent }, {}),
  };
}

/** As `serve` does with a disk that is nearly full. */
function count(fetches: readonly Fetch[]): void {
  const insert = database.prepare(`
    INSERT INTO fetch_counters (email_number, recipient_number, method, kind, confidence, rule, fetches, first_at, last_at)
    VALUES (@emailNumber, @recipientNumber, @method, @kind, @confidence, @rule, 1, @at, @at)
    ON CONFLICT DO UPDATE SET fetches = fetches + 1, first_at = min(first_at, excluded.first_at),
                              last_at = max(last_at, excluded.last_at)`);
  for (const fetch of fetches) {
    const { fetchedAt, userAgent: _, network: __, ...facts } = recorded(fetch);
    insert.run({ ...facts, at: new Date(fetchedAt).toISOString() });
  }
}

const serve = (fetches: readonly Fetch[]) => store.fetchLog.appendFetches(fetches.map(recorded));

function common({ seconds, recipient = 1 }: Fetch): string {
  const time = new Date(start + seconds * 1_000).toISOString().slice(11, 19);
  const token = sealToken(testRing, { purpose: 'pixel', emailNumber: 42, recipientNumber: recipient });
  return `203.0.113.7 - - [24/Nov/2026:${time} +0000] "GET ${pixelPath(token)} HTTP/1.1" 200 67`;
}

const combined = (fetch: Fetch) => `${common(fetch)} "-" "${fetch.agent ?? thunderbird}"`;

function ingest(lines: readonly string[]): Promise<Ingested> {
  async function* each() {
    yield* lines;
  }
  const clock = { now: () => new Date(start) };
  const ports = { intake: store.logIntake, log: store.fetchLog, ring: testRing, clock };
  return ingestLog(each(), ports, { keepNetwork: true });
}

const sums = () => ({
  rows: database.prepare('SELECT count(*) FROM fetches').pluck().get() as number,
  counted: database.prepare('SELECT coalesce(sum(fetches), 0) FROM fetch_counters').pluck().get() as number,
});

describe('what was only counted', () => {
  const fetches = [10, 11.5, 12].map(seconds => ({ seconds }));

  it('is not added by the log of the same time, however often it is read', async () => {
    count(fetches);
    const lines = fetches.map(combined);
    for (const _ of [1, 2, 3]) expect(await ingest(lines)).toMatchObject({ added: 0, known: 3 });
    expect(sums()).toEqual({ rows: 0, counted: 3 });
  });

  it('goes on where another log left off, and what is more than was counted is added', async () => {
    count(fetches);
    expect(await ingest(fetches.slice(0, 1).map(combined))).toMatchObject({ added: 0, known: 1 });
    expect(await ingest(fetches.slice(1).map(combined))).toMatchObject({ added: 0, known: 2 });
    expect(await ingest([combined({ seconds: 13 })])).toMatchObject({ added: 1, known: 0 });
    expect(await ingest([...fetches, { seconds: 13 }].map(combined))).toMatchObject({ added: 0, known: 4 });
  });

  it('leaves rows their lines, also when theirs come last', async () => {
    await serve([{ seconds: 12 }]);
    count([{ seconds: 10 }]);
    expect(await ingest([10, 15].map(seconds => combined({ seconds })))).toMatchObject({
      added: 0,
      known: 2,
    });
    expect(await ingest([10, 15].map(seconds => combined({ seconds })))).toMatchObject({
      added: 0,
      known: 2,
    });
    expect(sums()).toEqual({ rows: 1, counted: 1 });
  });

  it.each([
    ['another recipient', { seconds: 11, recipient: 2 }],
    ['a user agent of another rule', { seconds: 11, agent: 'curl/8' }],
    ['three seconds before the first', { seconds: 7 }],
    ['four seconds after the last', { seconds: 16 }],
  ])('has no line of %s', async (_, line) => {
    count(fetches);
    expect(await ingest([combined(line)])).toMatchObject({ added: 1, known: 0 });
  });

  it('has lines that do not say a user agent, whatever its rule', async () => {
    count([{ seconds: 10 }, { seconds: 10, agent: 'curl/8' }]);
    const lines = [10, 10, 10].map(seconds => common({ seconds }));
    expect(await ingest(lines)).toMatchObject({ added: 1, known: 2 });
    expect(await ingest(lines)).toMatchObject({ added: 0, known: 3 });
  });

  it('keeps of a user agent no more than a number', async () => {
    count([{ seconds: 10 }]);
    await ingest([combined({ seconds: 10 })]);
    expect(database.prepare('SELECT second, agent, lines FROM logged_counters').raw().all()).toEqual([
      [start / 1_000 + 10, expect.any(Number), 1],
    ]);
    expect(database.prepare('SELECT count(*) FROM user_agents').pluck().get()).toBe(0);
  });

  it('goes on being counted while logs are read', async () => {
    count(fetches);
    await ingest(fetches.map(combined));
    count([{ seconds: 20 }, { seconds: 21 }]);
    const later = [...fetches, { seconds: 20 }, { seconds: 21 }, { seconds: 22 }].map(combined);
    expect(await ingest(later)).toMatchObject({ added: 1, known: 5 });
    expect(sums()).toEqual({ rows: 1, counted: 5 });
  });
});

/**
 * Cannot be told apart: lines of one second, pixel and method in two files, which may be the same line twice, of which one file
 * names no user agent. So they are in one file here.
 */
it('any mix of rows, counted and lost, in any files, in any order, again and again: the lines are what there is', async () => {
  const fetch = fc.record({
    seconds: fc.integer({ min: 100, max: 9_000 }).map(tenths => (tenths % 300) / 10 + 100),
    late: fc.integer({ min: -2, max: 3 }),
    agent: fc.constantFrom(thunderbird, 'curl/8', 'curl/9', ''),
    recipient: fc.constantFrom(1, 2),
    fate: fc.constantFrom('row', 'row', 'counted', 'lost'),
  });
  const order = fc.array(fc.nat(3), { minLength: 1, maxLength: 5 });
  const property = fc.asyncProperty(
    fc.array(fetch, { maxLength: 30 }),
    fc.func<[string], number>(fc.nat(2)),
    order,
    async (fetches, fileOf, repeats) => {
      await close();
      await open();
      await serve(fetches.filter(({ fate }) => fate === 'row').toSorted((a, b) => a.seconds - b.seconds));
      count(fetches.filter(({ fate }) => fate === 'counted'));
      const lines = fetches
        .map(({ seconds, late, agent, recipient }) => ({
          seconds: Math.floor(seconds) + late,
          agent: agent === '' ? '-' : agent,
          recipient,
        }))
        .toSorted((one, other) => one.seconds - other.seconds);
      const files = [0, 1, 2].map(file =>
        lines.filter(({ seconds, recipient }) => fileOf(`${seconds} ${recipient}`) === file).map(combined),
      );
      for (const file of [...repeats, 2, 0, 1]) await ingest(files[file % 3] ?? []);
      const { rows, counted } = sums();
      expect(rows + counted).toBe(lines.length);
      for (const file of files) expect(await ingest(file)).toMatchObject({ added: 0, beyond: 0 });
    },
  );
  await fc.assert(property, { numRuns: 60 });
});
