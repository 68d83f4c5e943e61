/** Two databases of one key: what one recorded, the other takes over once, whatever happens on the way. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore, type Store } from '../../src/store/open-store.js';
import { createKeyRing, type KeyRing } from '../../src/tracking/key.js';
import type { ExchangeChannel, RecordedFetch } from '../../src/workflow/fact-ports.js';
import { createFactOffering } from '../../src/workflow/offer-facts.js';
import { pullFacts } from '../../src/workflow/pull-facts.js';
import { testKey, testRing } from '../tracking/keys.js';

let folder: string;
let server: Store;
let home: Store;
let nonce: number;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mailtrack-exchange-'));
  server = await openStore(join(folder, 'server.db'));
  home = await openStore(join(folder, 'home.db'));
  nonce = 0;
});
afterEach(async () => {
  await server.close();
  await home.close();
  rmSync(folder, { recursive: true, force: true });
});

const at = new Date('2026-11-23T09:00:00.000Z');
const clock = { now: () => at };
const random = {
  bytes: (count: number) => {
    const bytes = Buffer.alloc(count);
    bytes.writeUInt32BE(++nonce);
    return bytes;
  },
};

function fetchOf(emailNumber: number, index: number): RecordedFetch {
  return {
    emailNumber,
    recipientNumber: index % 7,
    fetchedAt: at.getTime() + index,
    method: index % 5 === 0 ? 'HEAD' : 'GET',
    userAgent: index % 3 === 0 ? '' : `Thunderbird/${index % 4} „Grüße“`,
    network: '192.0.2.0/24',
    kind: 'human',
    confidence: 0.85,
    rule: 'mail-client',
  };
}

async function record(store: Store, emailNumber: number, count: number, from = 0): Promise<void> {
  await store.fetchLog.appendFetches(
    Array.from({ length: count }, (_, index) => fetchOf(emailNumber, from + index)),
  );
}

/** A way between the two; `cut` makes of an answer what arrives of it. */
function channel(
  cut: (answer: string, request: number) => string = answer => answer,
  { ring = testRing, now = clock.now, from = server } = {},
): ExchangeChannel {
  const answer = createFactOffering({ offer: from.factOffer, ring, clock: { now } });
  let requests = 0;
  return {
    async post(body, authorization) {
      const { status, body: whole } = await answer(authorization, body);
      requests += 1;
      return { status, body: cut(whole, requests) };
    },
  };
}

function pull(way: ExchangeChannel = channel(), into: Store = home, ring: KeyRing = testRing) {
  return pullFacts(
    { url: 'http://127.0.0.1:8081' },
    { intake: into.factIntake, channel: way, ring, clock, random },
  );
}

function rowsOf(name: string): unknown[] {
  const database = new Database(join(folder, name), { readonly: true });
  const rows = database
    .prepare(`
      SELECT email_number, recipient_number, fetched_at, method, user_agent, network, kind, confidence, rule
        FROM fetches LEFT JOIN user_agents USING (user_agent_id) ORDER BY 1, 2, 3`)
    .all();
  database.close();
  return rows;
}

describe('a pull', () => {
  it('brings everything once, and then what came since', async () => {
    await record(server, 5, 1_203);
    await record(server, 2, 10);
    await server.fetchLog.recordUnsubscribes([{ emailNumber: 5, recipientNumber: 1, at }]);
    expect(await pull()).toMatchObject({ fetches: 1_213, known: 0, unsubscribes: 1, strange: 1_213 });
    expect(rowsOf('home.db')).toEqual(rowsOf('server.db'));
    expect(await pull()).toMatchObject({ fetches: 0, known: 0, unsubscribes: 0 });
    await record(server, 5, 3, 2_000);
    await record(server, 9, 1);
    await server.fetchLog.recordUnsubscribes([{ emailNumber: 5, recipientNumber: 2, at }]);
    await server.fetchLog.recordUnsubscribes([{ emailNumber: 5, recipientNumber: 1, at }]);
    expect(await pull()).toMatchObject({ fetches: 4, known: 0, unsubscribes: 1 });
    expect(rowsOf('home.db')).toEqual(rowsOf('server.db'));
  });

  it.each([199, 200, 401])(
    'brings the facts of %i emails, of which some are looked at at a time',
    async emails => {
      for (let email = emails; email > 0; email -= 1) await record(server, email, 1);
      expect(await pull()).toMatchObject({ fetches: emails, known: 0 });
      expect(rowsOf('home.db')).toEqual(rowsOf('server.db'));
      await record(server, 1, 1, 2_000);
      await record(server, emails, 1, 2_000);
      expect(await pull()).toMatchObject({ fetches: 2, known: 0 });
      expect(rowsOf('home.db')).toEqual(rowsOf('server.db'));
    },
  );

  it('of nothing brings nothing', async () => {
    expect(await pull()).toMatchObject({ fetches: 0, unsubscribes: 0 });
    expect(await pull()).toMatchObject({ fetches: 0, unsubscribes: 0 });
  });

  it('goes into a database that has facts of its own and of another server, beside them', async () => {
    const other = await openStore(join(folder, 'other.db'));
    await record(server, 5, 20);
    await record(other, 5, 20, 100);
    await record(home, 5, 20, 200);
    await pull();
    await pull(channel(undefined, { from: other }));
    expect(await pull()).toMatchObject({ fetches: 0, known: 0 });
    expect(rowsOf('home.db')).toHaveLength(60);
    await other.close();
  });

  it('brings what was only counted, what came to it since, and never what it was told itself', async () => {
    const flood = (count: number, from: number) =>
      server.fetchLog.appendFetches(
        Array.from({ length: count }, (_, index) => ({
          ...fetchOf(5, 1),
          fetchedAt: at.getTime() + from + index,
        })),
      );
    const countersOf = (name: string) => {
      const database = new Database(join(folder, name), { readonly: true });
      const rows = database.prepare('SELECT * FROM fetch_counters').all();
      database.close();
      return rows;
    };
    await flood(1_200, 0);
    expect(await pull()).toMatchObject({ fetches: 1_000, counted: 200 });
    expect(await pull()).toMatchObject({ fetches: 0, counted: 0 });
    await flood(50, 5_000);
    expect(await pull()).toMatchObject({ fetches: 0, counted: 50 });
    expect(countersOf('home.db')).toEqual(countersOf('server.db'));
    expect(await pull(channel(undefined, { from: home }), server)).toMatchObject({ fetches: 0, counted: 0 });
    expect(await pull()).toMatchObject({ fetches: 0, counted: 0 });
    expect(countersOf('server.db')).toMatchObject([{ fetches: 250 }]);
  });

  it('brings counters of many pixels page by page', async () => {
    const database = new Database(join(folder, 'server.db'));
    const insert = database.prepare(
      "INSERT INTO fetch_counters VALUES (5, ?, 'GET', 'human', 0.85, 'mail-client', ?, @at, @at, 0)".replaceAll(
        '@at',
        `'${at.toISOString()}'`,
      ),
    );
    for (let recipient = 0; recipient < 1_200; recipient += 1) insert.run(recipient, 1 + (recipient % 3));
    database.close();
    expect(await pull()).toMatchObject({ counted: 2_400 });
    expect(await pull()).toMatchObject({ counted: 0 });
  });

  it.each([
    ['unsubscribe', '0'],
    ['counter', '0'],
    ['fetch', '0.0'],
  ])('knows a place of %s by its digits only: %s', async (kind, place) => {
    expect(await server.factOffer.factsAfter(new Map([[kind, place]]), 3)).toBeDefined();
    for (const other of [`0x${place}`, ` ${place}`, `${place} `, `-${place}`, `${place}e0`, `${place}.`, 'x'])
      expect([other, await server.factOffer.factsAfter(new Map([[kind, other]]), 3)]).toEqual([
        other,
        undefined,
      ]);
  });

  it('is offered counters of whole pixels only, whatever fits on a page, and each of them once', async () => {
    const database = new Database(join(folder, 'server.db'));
    const insert = database.prepare(
      `INSERT INTO fetch_counters VALUES (5, ?, ?, 'human', 0.85, ?, 1, '${at.toISOString()}', '${at.toISOString()}', 0)`,
    );
    // Of three pixels: two counters, one, and two.
    const counters = [
      [1, 'GET', 'browser'],
      [1, 'HEAD', 'not-a-get'],
      [2, 'GET', 'mail-client'],
      [3, 'GET', 'lone-name'],
      [3, 'GET', 'unrecognized'],
    ];
    for (const counter of counters) insert.run(...counter);
    database.close();
    for (const [limit, pages] of [
      [2, [2, 1, 2, 0]],
      [3, [2, 1, 2]],
      [4, [3, 2]],
      [6, [5]],
    ] as const) {
      const found: unknown[] = [];
      const sizes: number[] = [];
      for (let place = '', more = true; more && sizes.length < 9; ) {
        const page = await server.factOffer.factsAfter(new Map([['counter', place]]), limit);
        sizes.push(page?.counters.length ?? -1);
        found.push(...(page?.counters ?? []).map(one => [one.recipientNumber, one.method, one.rule]));
        place = page?.after.counter ?? '';
        more = page?.more ?? false;
      }
      expect([limit, sizes, found]).toEqual([limit, pages, counters]);
    }
  });

  it('never brings back what came from elsewhere', async () => {
    await record(server, 5, 20);
    await record(home, 5, 10, 100);
    await pull();
    const back = await pull(channel(undefined, { from: home }), server);
    expect(back).toMatchObject({ fetches: 10 });
    expect(await pull()).toMatchObject({ fetches: 0, known: 0 });
    expect(rowsOf('home.db')).toEqual(rowsOf('server.db'));
  });

  it('cut at any octet stores nothing of that page, and repeated leaves no double and loses none', async () => {
    await record(server, 5, 12);
    await server.fetchLog.recordUnsubscribes([{ emailNumber: 5, recipientNumber: 1, at }]);
    let length = 0;
    const lineEnds = new Set<number>();
    await pull(
      channel((answer, request) => {
        if (request === 2) {
          length = answer.length;
          for (const { index } of answer.matchAll(/\n/g)) lineEnds.add(index).add(index + 1);
        }
        return request === 2 ? '' : answer;
      }),
    ).catch(() => undefined);
    expect(length).toBeGreaterThan(2_000);
    for (let end = 0; end < length; end += 1) {
      if (end % 7 !== 0 && !lineEnds.has(end)) continue;
      const cut = pull(channel((answer, request) => (request === 2 ? answer.slice(0, end) : answer)));
      await expect(cut).rejects.toMatchObject({
        code: 'server-unreachable',
        message: 'http://127.0.0.1:8081: the answer ended early',
      });
    }
    expect(rowsOf('home.db')).toEqual([]);
    expect(await pull()).toMatchObject({ fetches: 12, known: 0, unsubscribes: 1 });
    expect(rowsOf('home.db')).toEqual(rowsOf('server.db'));
  });

  it.each([2, 3, 4])('cut in page %i goes on with that page', async page => {
    await record(server, 5, 1_203);
    const cut = pull(channel((answer, request) => (request === page ? answer.slice(0, 5_000) : answer)));
    await expect(cut).rejects.toMatchObject({ code: 'server-unreachable' });
    expect(rowsOf('home.db')).toHaveLength((page - 2) * 500);
    expect(await pull()).toMatchObject({ fetches: 1_203 - (page - 2) * 500, known: 0 });
    expect(rowsOf('home.db')).toEqual(rowsOf('server.db'));
  });

  it('takes nothing twice although it forgot where it was', async () => {
    await record(server, 5, 30);
    await pull();
    const database = new Database(join(folder, 'home.db'));
    database.exec('DELETE FROM pulled_places');
    database.close();
    expect(await pull()).toMatchObject({ fetches: 0, known: 30 });
    expect(rowsOf('home.db')).toEqual(rowsOf('server.db'));
  });

  it('passes over facts of a kind it does not know, and leaves them to be asked for later', async () => {
    await record(server, 5, 3);
    const { printPage, readPage, nonceOf } = await import('../../src/tracking/exchange.js');
    const way = channel();
    const newer: ExchangeChannel = {
      async post(body, authorization) {
        const { status, body: answer } = await way.post(body, authorization);
        const page = readPage(testKey(7), nonceOf(authorization), answer);
        if (typeof page === 'string') throw new Error(page);
        const records = [...page.records, { type: 'later', fetches: 3 }];
        const after = { ...page.after, later: '7' };
        return { status, body: printPage(testKey(7), nonceOf(authorization), { ...page, records, after }) };
      },
    };
    expect(await pull(newer)).toMatchObject({ fetches: 3, passedOver: 1 });
    expect([...home.factIntake.placesOf(server.factOffer.sourceId()).keys()]).toEqual([
      'counter',
      'fetch',
      'optout',
      'unsubscribe',
    ]);
  });
});

describe('a pull is refused', () => {
  it('by a server without any of the keys, and finds the one both have', async () => {
    const strangers = createKeyRing([testKey(1), testKey(2)]);
    await expect(pull(channel(), home, strangers)).rejects.toMatchObject({
      code: 'auth-refused',
      message: expect.stringMatching(
        /^http:\/\/127\.0\.0\.1:8081 has none of the keys here \([0-9a-f]{16}, [0-9a-f]{16}\)$/,
      ),
    });
    await record(server, 5, 1);
    expect(await pull(channel(), home, createKeyRing([testKey(7), testKey(9)]))).toMatchObject({
      fetches: 1,
    });
  });

  it('when the clocks differ, and says by how much', async () => {
    const late = channel(undefined, { now: () => new Date(at.getTime() + 7 * 60_000) });
    await expect(pull(late)).rejects.toMatchObject({
      code: 'auth-refused',
      message:
        'the clocks differ by 7 min: http://127.0.0.1:8081 has 23 Nov 2026, 09:07 UTC, here it is 23 Nov 2026, 09:00 UTC',
    });
  });

  it('when somebody repeats what they heard', async () => {
    const offering = createFactOffering({ offer: server.factOffer, ring: testRing, clock });
    const heard: (readonly [string, string])[] = [];
    await pull({
      post: (body, authorization) => {
        heard.push([authorization, body]);
        return offering(authorization, body);
      },
    });
    for (const [authorization, body] of heard) {
      expect(await offering(authorization, body)).toMatchObject({ status: 401 });
    }
    expect(heard).toHaveLength(2);
  });

  it('when somebody repeats what they heard, after the server was started again', async () => {
    const heard: (readonly [string, string])[] = [];
    const listening = channel();
    await pull({
      post: (body, authorization) => {
        heard.push([authorization, body]);
        return listening.post(body, authorization);
      },
    });
    await server.close();
    server = await openStore(join(folder, 'server.db'));
    for (const [authorization, body] of heard) {
      const answer = await channel().post(body, authorization);
      expect([answer.status, JSON.parse(answer.body)]).toMatchObject([401, { error: 'credentials' }]);
    }
    expect(heard).toHaveLength(2);
  });

  it('when somebody asks another database of the same key with what they heard', async () => {
    const heard: (readonly [string, string])[] = [];
    const listening = channel();
    await pull({
      post: (body, authorization) => {
        heard.push([authorization, body]);
        return listening.post(body, authorization);
      },
    });
    const elsewhere = channel(undefined, { from: home });
    const answers = [];
    for (const [authorization, body] of heard) answers.push(await elsewhere.post(body, authorization));
    // The first asks for no facts, only whose they are.
    expect(answers.map(({ status }) => status)).toEqual([200, 409]);
    expect(answers[0]?.body).not.toContain('"type":"fetch"');
    expect(JSON.parse(answers[1]?.body ?? '')).toMatchObject({ error: 'source' });
  });

  it('by a front that goes to one database and then to another', async () => {
    const [one, other] = [channel(), channel(undefined, { from: home })];
    let asked = 0;
    const front: ExchangeChannel = {
      post: (body, authorization) => (asked++ === 0 ? one : other).post(body, authorization),
    };
    const third = await openStore(join(folder, 'third.db'));
    await expect(pull(front, third)).rejects.toMatchObject({
      code: 'server-protocol',
      message: 'http://127.0.0.1:8081 answers with one database and then with another',
    });
    await third.close();
  });

  it('by anything that is no mailtrack', async () => {
    for (const answer of [
      { status: 200, body: '<html>' },
      { status: 404, body: 'Not found' },
      { status: 200, body: '{"type":"page","schema":"other"}\n' },
    ]) {
      const problem = await pull({ post: async () => answer }).catch((error: unknown) => error);
      expect(problem).toMatchObject({ code: expect.stringMatching(/^server-(protocol|unreachable)$/) });
    }
  });

  it('of its own database', async () => {
    await expect(pull(channel(), server)).rejects.toMatchObject({ code: 'usage' });
  });

  it('by a server whose database was put back to an older state', async () => {
    await record(server, 5, 3);
    await pull();
    const older = new Database(join(folder, 'server.db'));
    older.exec("DELETE FROM exchange_runs; UPDATE sqlite_sequence SET seq = 0 WHERE name = 'exchange_runs'");
    older.close();
    await expect(pull()).rejects.toMatchObject({
      code: 'email-state',
      message: 'http://127.0.0.1:8081 has an older state of its database than what was pulled from it before',
    });
  });
});
