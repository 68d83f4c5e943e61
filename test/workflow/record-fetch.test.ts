import { beforeEach, describe, expect, it } from 'vitest';
import type { PixelRequest } from '../../src/tracking/fetch.js';
import { printArticleToken, sealToken, type TokenPurpose } from '../../src/tracking/token.js';
import type { RecordedFetch } from '../../src/workflow/fact-ports.js';
import { createFetchRecorder, type RecorderOptions } from '../../src/workflow/record-fetch.js';
import { testRing } from '../tracking/keys.js';
import { FetchLogWorld, ManualClock, quiet } from './fetch-world.js';

const thunderbird = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.5.0';

let clock: ManualClock;
let log: FetchLogWorld;
beforeEach(() => {
  clock = new ManualClock();
  log = new FetchLogWorld();
});

function recorderWith(options: RecorderOptions = {}) {
  const recorder = createFetchRecorder({ log, ring: testRing, clock }, options);
  return {
    record: async (each: PixelRequest) => recorder.record(each),
    flush: recorder.flush,
    get counts() {
      return recorder.counts;
    },
  };
}

function request(changes: Partial<PixelRequest> = {}): PixelRequest {
  return { token: sealed(1), method: 'GET', userAgent: thunderbird, network: '203.0.113.0/24', ...changes };
}

function sealed(recipientNumber: number, purpose: TokenPurpose = 'pixel'): string {
  return sealToken(testRing, { purpose, emailNumber: 42, recipientNumber });
}

function requests(count: number): PixelRequest[] {
  return Array.from({ length: count }, (_, recipientNumber) => request({ token: sealed(recipientNumber) }));
}

describe('a fetch', () => {
  it('is on disk with its verdict before its answer may go out', async () => {
    const recorder = recorderWith();
    expect(await recorder.record(request())).toBe('durable');
    expect(log.rows).toEqual([
      {
        emailNumber: 42,
        recipientNumber: 1,
        fetchedAt: Date.UTC(2026, 10, 23, 9),
        method: 'GET',
        userAgent: thunderbird,
        network: '203.0.113.0/24',
        kind: 'human',
        confidence: 0.85,
        rule: 'mail-client',
      },
    ]);
  });

  it('by HEAD is a scanner, never an open', async () => {
    await recorderWith().record(request({ method: 'HEAD' }));
    expect(log.rows).toMatchObject([{ method: 'HEAD', kind: 'scanner' }]);
  });

  it('keeps 256 characters of the user agent', async () => {
    await recorderWith().record(request({ userAgent: 'x'.repeat(10_000) }));
    expect(log.rows[0]?.userAgent).toBe('x'.repeat(256));
  });

  it('has no user agent when that is a dash, as an access log tells of it', async () => {
    await recorderWith().record(request({ userAgent: '-' }));
    expect(log.rows).toMatchObject([{ userAgent: '', rule: 'no-user-agent' }]);
  });

  it('is announced once it is durable', async () => {
    const announced: RecordedFetch[] = [];
    const recorder = recorderWith({ onRecorded: fetch => announced.push(fetch) });
    log.disk = 'stuck';
    const answer = recorder.record(request());
    await quiet();
    expect(announced).toEqual([]);
    log.free();
    await answer;
    expect(announced).toEqual(log.rows);
  });
});

describe('a request with nothing to record', () => {
  it.each([
    ['garbage', 'garbage'],
    ['nothing', ''],
    ['a token of another purpose', sealed(1, 'unsubscribe')],
    ['a token with another tag', `${sealed(1).slice(0, -4)}aaaa`],
    ['an article token for nobody', printArticleToken({ emailId: 'em_x', emailAddress: 'a@example.com' })],
  ])('with %s leaves no row and is counted', async (_, token) => {
    const recorder = recorderWith();
    expect(await recorder.record(request({ token }))).toBe('ignored');
    expect([log.rows, log.commits, log.forged]).toEqual([[], [0], [1]]);
    expect(recorder.counts).toMatchObject({ recorded: 0, unverifiable: 1, rehearsals: 0, held: 0 });
  });

  it('since it is a rehearsal is counted apart', async () => {
    const recorder = recorderWith();
    expect(await recorder.record(request({ token: sealed(1, 'rehearsal') }))).toBe('ignored');
    expect(log.commits).toEqual([]);
    expect(recorder.counts).toMatchObject({ unverifiable: 0, rehearsals: 1 });
  });
});

/** Whoever asks for a pixel must not learn from the time of the answer whether its token verifies. */
describe('a forged token', () => {
  const tokens: readonly (readonly [string, string])[] = [
    ['a sealed token with another tag', `${sealed(1).slice(0, -4)}aaaa`],
    ['a token of another purpose', sealed(1, 'unsubscribe')],
    ['text that is no token', 'x'],
    ['an article token for nobody', printArticleToken({ emailId: 'em_x', emailAddress: 'a@example.com' })],
  ];

  it.each(tokens)('waits for its commit as one that verifies does: %s', async (_, token) => {
    const recorder = recorderWith();
    log.disk = 'stuck';
    const answered: string[] = [];
    void recorder.record(request({ token })).then(() => answered.push('forged'));
    void recorder.record(request()).then(() => answered.push('verified'));
    await quiet();
    expect(answered).toEqual([]);
    log.free();
    await quiet();
    expect(answered).toEqual(['forged', 'verified']);
    expect([log.commits, log.forged]).toEqual([[1], [1]]);
  });

  it.each(tokens)('waits two seconds for a log that is locked: %s', async (_, token) => {
    const recorder = recorderWith();
    log.disk = 'locked';
    const outcomes: unknown[] = [];
    void recorder.record(request({ token })).then(outcome => outcomes.push(outcome));
    await quiet();
    await clock.advance(1_999);
    expect(outcomes).toEqual([]);
    await clock.advance(1);
    expect(outcomes).toHaveLength(1);
    expect(log.rows).toEqual([]);
  });

  it('shares one commit with all others of its turn', async () => {
    const recorder = recorderWith();
    const forged = Array.from({ length: 500 }, (_, index) => request({ token: `x${index}` }));
    await Promise.all([...forged, ...requests(3)].map(recorder.record));
    expect([log.commits, log.forged]).toEqual([[3], [500]]);
  });

  it('takes no memory that is for facts while the log is locked, and is forgotten with its answer', async () => {
    const recorder = recorderWith({ maxWaiting: 4, maxHeld: 3 });
    log.disk = 'locked';
    const forged = Array.from({ length: 9 }, (_, index) => request({ token: `x${index}` }));
    const answers = [...forged, ...requests(4)].map(recorder.record);
    await quiet();
    await clock.advance(2_000);
    expect((await Promise.all(answers)).slice(9)).toEqual(['queued', 'queued', 'queued', 'dropped']);
    expect(recorder.counts).toMatchObject({ unverifiable: 9, held: 3 });
    log.disk = 'free';
    await clock.advance(250);
    expect(log.rows).toHaveLength(3);
    expect(log.forged.reduce((sum, count) => sum + count, 0)).toBe(0);
  });

  it('is nothing that could be lost at the end', async () => {
    const recorder = recorderWith();
    log.disk = 'locked';
    void recorder.record(request({ token: 'x' }));
    const flushed = recorder.flush();
    await quiet();
    await clock.advance(2_000);
    await flushed;
    expect(recorder.counts).toMatchObject({ dropped: 0, unverifiable: 1, held: 0 });
  });
});

describe('an article token', () => {
  const alice = { emailId: 'em_7k3fabcdefgh', emailAddress: 'alice@example.com' };
  const token = printArticleToken(alice);
  beforeEach(() => {
    log.articles.set('em_7k3fabcdefgh alice@example.com', { emailNumber: 7, recipientNumber: 8 });
  });

  it('counts for the recipient the ledger knows', async () => {
    expect(await recorderWith().record(request({ token }))).toBe('durable');
    expect(log.rows).toMatchObject([{ emailNumber: 7, recipientNumber: 8 }]);
  });

  it('is not lost while the ledger cannot be asked', async () => {
    const recorder = recorderWith();
    log.disk = 'locked';
    const answer = recorder.record(request({ token }));
    await quiet();
    await clock.advance(2_000);
    expect(await answer).toBe('queued');
    log.disk = 'free';
    await clock.advance(1_000);
    expect(log.rows).toMatchObject([{ emailNumber: 7, recipientNumber: 8 }]);
  });

  it('shares a commit with the sealed ones beside it, of which the forged have no part', async () => {
    const forged = printArticleToken({ ...alice, emailAddress: 'mallory@example.com' });
    const recorder = recorderWith();
    const outcomes = await Promise.all(
      [sealed(1), forged, token].map(each => recorder.record(request({ token: each }))),
    );
    expect(outcomes).toEqual(['durable', 'ignored', 'durable']);
    expect(log.commits).toEqual([2]);
  });
});

describe('many fetches', () => {
  it('of one turn of the event loop share one commit, in the order they came', async () => {
    const recorder = recorderWith();
    const outcomes = await Promise.all(requests(500).map(recorder.record));
    expect(new Set(outcomes)).toEqual(new Set(['durable']));
    expect(log.commits).toEqual([500]);
    expect(log.rows.map(row => row.recipientNumber)).toEqual(Array.from({ length: 500 }, (_, at) => at));
  });

  it('share a commit when they keep coming for no longer than the last one took', async () => {
    const recorder = recorderWith();
    log.disk = 'stuck';
    const first = recorder.record(request());
    await quiet();
    await clock.advance(5);
    log.free();
    await first;
    const answers = [];
    for (const each of requests(8)) {
      answers.push(recorder.record(each));
      await new Promise(resolve => setImmediate(resolve));
      await clock.advance(1);
    }
    await Promise.all(answers);
    expect(log.commits).toEqual([1, 6, 2]);
  });

  it('gather behind a slow commit and leave no timer behind', async () => {
    const recorder = recorderWith();
    log.disk = 'stuck';
    const answers = [];
    for (const each of requests(3)) {
      answers.push(recorder.record(each));
      await quiet();
    }
    log.free();
    expect(await Promise.all(answers)).toEqual(['durable', 'durable', 'durable']);
    expect(log.commits).toEqual([1, 2]);
    expect(clock.sleeping).toBe(0);
  });
});

describe('a log that cannot take fetches', () => {
  it('holds an answer up for two seconds, and no fetch is lost once it can', async () => {
    const stalls: unknown[] = [];
    const recorder = recorderWith({ onStalled: error => stalls.push(error) });
    log.disk = 'locked';
    const answers = requests(2_500).map(recorder.record);
    let answered = false;
    void Promise.all(answers).then(() => {
      answered = true;
    });
    await quiet();
    await clock.advance(1_999);
    expect(answered).toBe(false);
    await clock.advance(1);
    expect(new Set(await Promise.all(answers))).toEqual(new Set(['queued']));
    expect(recorder.counts).toMatchObject({ recorded: 0, notDurable: 2_500 });

    const later = recorder.record(request({ token: sealed(9_999) }));
    log.disk = 'free';
    await clock.advance(250);
    expect(await later).toBe('durable');
    expect(log.rows.map(row => row.recipientNumber)).toEqual([
      ...Array.from({ length: 2_500 }, (_, at) => at),
      9_999,
    ]);
    expect(recorder.counts).toMatchObject({ recorded: 2_501, notDurable: 2_500, dropped: 0 });
    expect(stalls).toHaveLength(1);
  });

  it('is reported again when it fails again', async () => {
    const stalls: unknown[] = [];
    const recorder = recorderWith({ onStalled: error => stalls.push(error) });
    for (const _ of [1, 2]) {
      log.disk = 'locked';
      const answer = recorder.record(request());
      await quiet();
      await clock.advance(500);
      log.disk = 'free';
      await clock.advance(250);
      expect(await answer).toBe('durable');
    }
    expect(stalls).toHaveLength(2);
    expect(log.rows).toHaveLength(2);
  });

  it('holds no answer up for longer when it neither works nor fails', async () => {
    const recorder = recorderWith({ maxWaitMs: 100 });
    log.disk = 'stuck';
    const answer = recorder.record(request());
    await quiet();
    await clock.advance(100);
    expect(await answer).toBe('queued');
    log.free();
    await quiet();
    expect(recorder.counts).toMatchObject({ recorded: 1, notDurable: 1 });
  });

  it('holds no answer up while too many wait, and loses no fetch by that', async () => {
    const recorder = recorderWith({ maxWaiting: 2 });
    log.disk = 'locked';
    const answers = requests(4).map(recorder.record);
    expect(await Promise.all(answers.slice(2))).toEqual(['queued', 'queued']);
    log.disk = 'free';
    await quiet();
    await clock.advance(250);
    expect(await Promise.all(answers)).toEqual(['durable', 'durable', 'queued', 'queued']);
    expect(log.rows.map(row => row.recipientNumber)).toEqual([0, 1, 2, 3]);
    expect(recorder.counts).toMatchObject({ recorded: 4, notDurable: 2, dropped: 0, held: 0 });
  });

  it('fills the memory for facts to its bound; what came after is counted as dropped at once', async () => {
    const recorder = recorderWith({ maxHeld: 3 });
    log.disk = 'locked';
    const answers = requests(5).map(recorder.record);
    await quiet();
    await clock.advance(2_000);
    expect(await Promise.all(answers)).toEqual(['queued', 'queued', 'queued', 'dropped', 'dropped']);
    log.disk = 'free';
    await clock.advance(250);
    expect(recorder.counts).toMatchObject({ recorded: 3, notDurable: 3, dropped: 2 });
    expect(await recorder.record(request())).toBe('durable');
  });
});

describe('at the end', () => {
  it('what has just arrived is written', async () => {
    const recorder = recorderWith();
    const answer = recorder.record(request());
    await recorder.flush();
    expect(log.rows).toHaveLength(1);
    expect(await answer).toBe('durable');
    expect(clock.sleeping).toBe(0);
  });

  it('with nothing to write there is nothing to wait for', async () => {
    await recorderWith().flush();
    expect(clock.sleeping).toBe(0);
  });

  it('a locked log is tried until it can', async () => {
    const recorder = recorderWith();
    log.disk = 'locked';
    const answer = recorder.record(request());
    const flushed = recorder.flush();
    await quiet();
    await clock.advance(1_000);
    log.disk = 'free';
    await clock.advance(250);
    await flushed;
    expect(await answer).toBe('durable');
    expect(recorder.counts).toMatchObject({ recorded: 1, dropped: 0 });
  });

  it('a log that stays locked is given up, and what it did not take is counted as dropped', async () => {
    const recorder = recorderWith();
    log.disk = 'locked';
    const answers = requests(3).map(recorder.record);
    const flushed = recorder.flush();
    await quiet();
    await clock.advance(2_000);
    await flushed;
    expect(await Promise.all(answers)).toEqual(['queued', 'queued', 'queued']);
    log.disk = 'free';
    await clock.advance(60_000);
    expect(log.rows).toEqual([]);
    expect(recorder.counts).toMatchObject({ recorded: 0, notDurable: 3, dropped: 3 });
    expect(clock.sleeping).toBe(0);
  });
});
