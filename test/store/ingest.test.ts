/** Access logs into a real database: what was recorded is known, what was not is added, once. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore, type Store } from '../../src/store/open-store.js';
import { classifyFetch } from '../../src/tracking/classify.js';
import { pixelPath } from '../../src/tracking/pixel.js';
import { printArticleToken, sealToken, type TokenPurpose } from '../../src/tracking/token.js';
import type { ReadLine } from '../../src/workflow/fact-ports.js';
import { type Ingested, ingestLog } from '../../src/workflow/ingest-log.js';
import { testRing } from '../tracking/keys.js';

let folder: string;
let store: Store;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mailtrack-ingest-'));
  store = await openStore(join(folder, 'mailtrack.db'));
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const start = Date.UTC(2026, 10, 24, 22, 0, 0);
const now = start + 3_600_000;
const thunderbird = 'Thunderbird/128';

function token(recipientNumber: number, purpose: TokenPurpose = 'pixel'): string {
  return sealToken(testRing, { purpose, emailNumber: 42, recipientNumber });
}

interface Line {
  readonly seconds: number;
  readonly recipient?: number;
  readonly method?: string;
  readonly status?: number;
  readonly agent?: string;
}

function combined({
  seconds,
  recipient = 1,
  method = 'GET',
  status = 200,
  agent = thunderbird,
}: Line): string {
  return `${common({ seconds, recipient, method, status })} "-" "${agent}"`;
}

function common({ seconds, recipient = 1, method = 'GET', status = 200 }: Line): string {
  const time = new Date(start + seconds * 1_000).toISOString().slice(11, 19);
  return `203.0.113.7 - - [24/Nov/2026:${time} +0000] "${method} ${pixelPath(token(recipient))} HTTP/1.1" ${status} 67`;
}

/** As `serve` records it. */
async function served({ seconds, recipient = 1, agent = thunderbird }: Line): Promise<void> {
  await store.fetchLog.appendFetches([
    {
      emailNumber: 42,
      recipientNumber: recipient,
      fetchedAt: start + seconds * 1_000,
      method: 'GET',
      userAgent: agent,
      network: '203.0.113.0/24',
      ...classifyFetch({ method: 'GET', userAgent: agent }, {}),
    },
  ]);
}

async function* each(lines: readonly (string | undefined)[]) {
  yield* lines;
}

function ingest(lines: readonly (string | undefined)[], keepNetwork = true): Promise<Ingested> {
  return ingestLog(
    each(lines),
    { intake: store.logIntake, log: store.fetchLog, ring: testRing, clock: { now: () => new Date(now) } },
    { keepNetwork },
  );
}

function counters(): readonly { rule: string; fetches: number; logged: number }[] {
  const database = new Database(join(folder, 'mailtrack.db'), { readonly: true });
  const found = database
    .prepare('SELECT rule, fetches, first_at, last_at, logged FROM fetch_counters ORDER BY 1')
    .all();
  database.close();
  return found as ReturnType<typeof counters>;
}

function rows(): { fetched_at: string; user_agent: string | null; network: string; kind: string }[] {
  const database = new Database(join(folder, 'mailtrack.db'), { readonly: true });
  const found = database
    .prepare(
      'SELECT fetched_at, user_agent, network, kind FROM fetches LEFT JOIN user_agents USING (user_agent_id) ORDER BY 1, 2',
    )
    .all() as ReturnType<typeof rows>;
  database.close();
  return found;
}

describe('a log', () => {
  it('adds what nobody recorded, with the network and never the address', async () => {
    expect(await ingest([combined({ seconds: 1 })])).toMatchObject({ lines: 1, added: 1, known: 0 });
    expect(rows()).toEqual([
      {
        fetched_at: '2026-11-24T22:00:01.000Z',
        user_agent: thunderbird,
        network: '203.0.113.0/24',
        kind: 'human',
      },
    ]);
  });

  it('keeps no network when none is to be kept', async () => {
    await ingest([combined({ seconds: 1 })], false);
    expect(rows()[0]?.network).toBe('');
  });

  it('adds nothing when it is read again', async () => {
    const lines = [1, 1, 1, 2, 3, 60, 60].map(seconds => combined({ seconds }));
    expect(await ingest(lines)).toMatchObject({ added: 7, known: 0 });
    expect(await ingest(lines)).toMatchObject({ added: 0, known: 7 });
    expect(await ingest(lines.slice(0, 3))).toMatchObject({ added: 0, known: 3 });
  });

  it('that grew adds what is new, in the same second too', async () => {
    const lines = [1, 1, 1, 1].map(seconds => combined({ seconds }));
    expect(await ingest(lines.slice(0, 1))).toMatchObject({ added: 1 });
    expect(await ingest(lines.slice(0, 3))).toMatchObject({ added: 2, known: 1 });
    expect(await ingest(lines)).toMatchObject({ added: 1, known: 3 });
  });

  it('that was rotated adds both halves, and each of them once', async () => {
    const lines = [1, 2, 2, 3, 4, 5, 5, 6].map(seconds => combined({ seconds }));
    for (const cut of [1, 3, 4, 5, 7]) {
      await ingest(lines.slice(0, cut));
      await ingest(lines.slice(cut));
      await ingest(lines.slice(Math.max(0, cut - 2)));
    }
    expect(rows()).toHaveLength(8);
  });

  it('does not double what serve recorded within two seconds, and two in one second stay two', async () => {
    await served({ seconds: 10.9 });
    await served({ seconds: 10.95 });
    await served({ seconds: 20.2 });
    const lines = [10, 12, 20].map(seconds => combined({ seconds }));
    expect(await ingest(lines)).toMatchObject({ added: 0, known: 3 });
    expect(await ingest([...lines, combined({ seconds: 20 })])).toMatchObject({ added: 1, known: 3 });
    expect(rows()).toHaveLength(4);
  });

  it('knows what serve recorded when it came and answered two seconds later', async () => {
    const fractions = [0, 0.5, 0.96, 0.97, 0.98, 0.99];
    const recorded = fractions.map((fraction, index) => ({
      seconds: 20 * index + fraction,
      agent: `a${index}`,
    }));
    for (const fetch of recorded) await served(fetch);
    const lines = recorded.map(({ seconds, agent }) =>
      combined({ seconds: Math.floor(seconds + 2.05), agent }),
    );
    expect(await ingest(lines)).toMatchObject({ added: 0, known: 6 });
  });

  it('keeps all of a second apart during such a stall', async () => {
    await served({ seconds: 10.97 });
    await served({ seconds: 10.98 });
    const lines = [13, 13, 13].map(seconds => combined({ seconds }));
    expect(await ingest(lines)).toMatchObject({ added: 1, known: 2 });
    expect(await ingest(lines)).toMatchObject({ added: 0, known: 3 });
  });

  it('adds what came while serve was down between what it recorded', async () => {
    await served({ seconds: 10.2 });
    await served({ seconds: 13.4 });
    const lines = [10, 11, 12, 13].map(seconds => combined({ seconds }));
    expect(await ingest(lines)).toMatchObject({ added: 2, known: 2 });
    expect(await ingest(lines)).toMatchObject({ added: 0, known: 4 });
    await served({ seconds: 30 });
    expect(await ingest([...lines, combined({ seconds: 30 })])).toMatchObject({ added: 0, known: 5 });
  });

  it.each([
    ['another recipient', { seconds: 10, recipient: 2 }],
    ['another method', { seconds: 10, method: 'HEAD' }],
    ['another user agent', { seconds: 10, agent: 'curl/8' }],
    ['four seconds later', { seconds: 14 }],
    ['three seconds before', { seconds: 7 }],
  ])('has another fetch in a line of %s', async (_, line) => {
    await served({ seconds: 10.5 });
    expect(await ingest([combined(line)])).toMatchObject({ added: 1, known: 0 });
  });

  it('that names no user agent at all leaves them out, whatever stands in their place', async () => {
    for (const agent of [thunderbird, 'curl/8', thunderbird]) await served({ seconds: 10.5, agent });
    const line = common({ seconds: 10 });
    const logs = [
      `${line} "-" "-" 4397 "web@docker" "http://172.29.0.5:8080" 3ms`,
      `Nov 24 22:00:10 front haproxy[812]: ${line} "" "" 51234 020 "public" "serve" "a" 0 0 0 1 1`,
      `{"ClientHost":"203.0.113.7","DownstreamStatus":200,"RequestMethod":"GET","RequestPath":"${pixelPath(token(1))}","StartUTC":"2026-11-24T22:00:10.9Z","time":"2026-11-24T23:00:11+01:00"}`,
      `{"ts":${start / 1_000 + 10},"request":{"client_ip":"203.0.113.7","method":"GET","uri":"${pixelPath(token(1))}","headers":{}},"status":200}`,
    ];
    for (const one of logs) {
      expect(await ingest([one, one, one])).toMatchObject({ added: 0, known: 3 });
      expect(await ingest([one, one, one, one])).toMatchObject({ added: logs.indexOf(one) === 0 ? 1 : 0 });
    }
    expect(rows()).toHaveLength(4);
  });

  it('that names user agents elsewhere says with a dash that there was none', async () => {
    await served({ seconds: 10.5 });
    const other = combined({ seconds: 10 }).replace(pixelPath(token(1)), '/robots.txt');
    expect(await ingest([combined({ seconds: 10, agent: '-' }), other])).toMatchObject({
      added: 1,
      known: 0,
    });
  });

  it('in the common format belongs to fetches of any user agent', async () => {
    await served({ seconds: 10.5 });
    await served({ seconds: 10.6, agent: 'curl/8' });
    const lines = [10, 10, 10].map(seconds => common({ seconds }));
    expect(await ingest(lines)).toMatchObject({ added: 1, known: 2 });
    expect(await ingest(lines)).toMatchObject({ added: 0, known: 3 });
    expect(await ingest([10, 10].map(seconds => combined({ seconds })))).toMatchObject({ known: 1 });
  });

  it.each([200, 206, 304, 499, 502, 504])('counts status %i: somebody asked', async status => {
    expect(await ingest([combined({ seconds: 1, status })])).toMatchObject({ added: 1 });
  });

  it.each([301, 400, 403, 404, 405, 429])('does not count status %i', async status => {
    expect(await ingest([combined({ seconds: 1, status })])).toMatchObject({ added: 0, others: 1 });
  });

  it('counts each line in one way, whatever is in it', async () => {
    const line = combined({ seconds: 1 });
    const counts = await ingest([
      line,
      line.replace(token(1), token(1, 'rehearsal')),
      line.replace(token(1), token(1, 'unsubscribe')),
      line.replace(token(1), `${token(1).slice(0, -4)}aaaa`),
      line.replace(token(1), printArticleToken({ emailId: 'em_x', emailAddress: 'a@example.com' })),
      line.replace('GET', 'POST'),
      line.replace(/GET \S+/, 'GET /robots.txt'),
      undefined,
      '\x00\xff garbage',
      '',
      '{"a":1}',
    ]);
    expect(counts).toEqual({
      lines: 11,
      added: 1,
      known: 0,
      beyond: 0,
      rehearsals: 1,
      optedOut: 0,
      unverifiable: 3,
      others: 2,
      unreadable: 4,
      misdated: 0,
      firstMisdatedLine: 0,
      clockSkewSeconds: 0,
    });
  });

  it('has no user agent where there is a dash, which is what one says of itself', async () => {
    await served({ seconds: 10, agent: '' });
    // Of a release that recorded the dash.
    await served({ seconds: 20, agent: '-' });
    const lines = [10, 20].map(seconds => combined({ seconds, agent: '-' }));
    expect(await ingest(lines)).toMatchObject({ added: 0, known: 2 });
    const caddy = `{"ts":${start / 1_000 + 20},"request":{"client_ip":"203.0.113.7","method":"GET","uri":"${pixelPath(token(1))}","headers":{"User-Agent":["-"]}},"status":200}`;
    expect(await ingest([caddy])).toMatchObject({ added: 0, known: 1 });
  });

  it('with times that cannot be adds none of them, and says which line was the first', async () => {
    await store.ledger.openEmail(
      {
        emailId: 'em_aaaaaaaaaaaa',
        emailNumber: 42,
        mode: 'group',
        subject: 'S',
        from: 'a@example.com',
        messageId: '<m@example.com>',
        createdAt: new Date(now - 3_600_000),
        cancelledAt: undefined,
        tokenFormat: 'sealed',
        fingerprint: 'f',
        composition: '{}',
      },
      [],
    );
    const line = combined({ seconds: 0 });
    const dated = (text: string) => line.replace('24/Nov/2026:22:00:00', text);
    const counts = await ingest([
      line,
      'garbage',
      dated('25/Nov/2026:23:00:01'),
      dated('25/Nov/2026:23:00:00'),
      dated('23/Nov/2026:21:59:59'),
      dated('23/Nov/2026:22:00:00'),
      dated('24/Nov/2062:22:00:00'),
    ]);
    expect(counts).toMatchObject({ added: 3, misdated: 3, firstMisdatedLine: 3, unreadable: 1 });
    expect(rows()).toHaveLength(3);
    // Of an email that this database does not have any time but the future may be.
    const strange = sealToken(testRing, { purpose: 'pixel', emailNumber: 43, recipientNumber: 1 });
    const old = dated('24/Nov/2020:22:00:00').replace(token(1), strange);
    expect(await ingest([old])).toMatchObject({ added: 1, misdated: 0, firstMisdatedLine: 0 });
  });

  it('of thousands of lines is read in batches, with the same result', async () => {
    const lines = Array.from({ length: 9_000 }, (_, index) =>
      combined({ seconds: Math.floor(index / 4), recipient: index % 97 }),
    );
    expect(await ingest(lines)).toMatchObject({ added: 9_000, known: 0 });
    expect(await ingest(lines)).toMatchObject({ added: 0, known: 9_000 });
    expect(await ingest([...lines.slice(5_000), ...lines.slice(0, 5_000)])).toMatchObject({ added: 0 });
  });

  it('adds at most a thousand rows of one pixel, and counts what is beyond them, once', async () => {
    const lines = Array.from({ length: 1_010 }, (_, index) => combined({ seconds: index }));
    expect(await ingest(lines)).toMatchObject({ added: 1_000, beyond: 10 });
    expect(await ingest(lines)).toMatchObject({ added: 0, known: 1_010, beyond: 0 });
    expect([rows().length, counters()]).toMatchObject([1_000, [{ fetches: 10, logged: 10 }]]);
    await ingest([...lines, combined({ seconds: 1_020 }), combined({ seconds: 1_020 })]);
    expect(counters()).toMatchObject([
      { fetches: 12, first_at: '2026-11-24T22:16:40.000Z', last_at: '2026-11-24T22:17:00.000Z' },
    ]);
  });

  it('read from its end to its beginning leaves each line its fetch', async () => {
    for (const seconds of [10, 13, 16]) await served({ seconds });
    for (const seconds of [16, 13, 10])
      expect(await ingest([combined({ seconds })])).toMatchObject({ added: 0, known: 1 });
  });
});

describe('a log by another clock', () => {
  const moments = [0.2, 31.9, 47.5, 47.7, 300.1, 3_000];

  it.each([47, 5, -20, 3_600, -7_200])('that is %i s ahead adds nothing, and is found out', async skew => {
    for (const [recipient, seconds] of moments.entries()) await served({ seconds, recipient });
    const lines = moments.map((seconds, recipient) =>
      combined({ seconds: Math.floor(seconds + 0.3) + skew, recipient }),
    );
    const counts = { added: 0, known: 6, clockSkewSeconds: skew };
    for (const _ of [1, 2]) expect(await ingest(lines)).toMatchObject(counts);
    expect(rows()).toHaveLength(6);
  });

  it('dates what nobody recorded by the clock of the database, once', async () => {
    for (const [recipient, seconds] of moments.entries()) await served({ seconds, recipient });
    const lost = combined({ seconds: 60 + 47, recipient: 9, status: 502 });
    const lines = [
      ...moments.map((seconds, recipient) => combined({ seconds: seconds + 47, recipient })),
      lost,
    ];
    expect(await ingest(lines)).toMatchObject({ added: 1, known: 6, clockSkewSeconds: 47 });
    expect(rows().map(({ fetched_at }) => fetched_at)).toContain('2026-11-24T22:01:00.000Z');
    const grown = [...lines, combined({ seconds: 3_100 + 47, status: 502 })];
    expect(await ingest(grown)).toMatchObject({ added: 1, known: 7, clockSkewSeconds: 47 });
  });

  it('is not guessed where some lines fit, or too few are there to say', async () => {
    for (const [recipient, seconds] of moments.entries()) await served({ seconds, recipient });
    const some = moments.map((seconds, recipient) =>
      combined({ seconds: seconds + (recipient % 2) * 47, recipient }),
    );
    expect(await ingest(some)).toMatchObject({ added: 3, known: 3, clockSkewSeconds: 0 });
    const few = [0, 1].map(recipient => combined({ seconds: 9_000 + recipient, recipient }));
    expect(await ingest(few)).toMatchObject({ added: 2, clockSkewSeconds: 0 });
  });
});

describe('what is recorded around a line', () => {
  const skew = 86_400;
  const lineAt = (seconds: number, changes: Partial<ReadLine> = {}): ReadLine => ({
    emailNumber: 42,
    recipientNumber: 1,
    fetchedAt: start + seconds * 1_000,
    method: 'GET',
    userAgent: thunderbird,
    saysUserAgent: true,
    network: '',
    kind: 'human',
    confidence: 0.85,
    rule: 'mail-client',
    ...changes,
  });

  it('is of its pixel, its user agent and within a day of it, for each of several lines', async () => {
    for (const seconds of [0, skew + 5, skew + 6, 3 * skew]) await served({ seconds });
    await served({ seconds: 10, agent: 'Other/1' });
    await served({ seconds: 20, recipient: 2 });
    const found = await store.logIntake.recordedAround([
      lineAt(5),
      lineAt(3 * skew - 1),
      lineAt(5, { saysUserAgent: false }),
      lineAt(20, { recipientNumber: 2 }),
      lineAt(20, { method: 'HEAD' }),
    ]);
    expect(found.map(rows => rows.map(({ at }) => at - start / 1_000))).toEqual([
      [0, skew + 5],
      [3 * skew],
      [0, 10, skew + 5],
      [20],
      [],
    ]);
  });
});
