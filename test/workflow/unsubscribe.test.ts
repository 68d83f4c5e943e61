import { beforeEach, describe, expect, it } from 'vitest';
import { createKeyRing } from '../../src/tracking/key.js';
import { sealToken } from '../../src/tracking/token.js';
import { createUnsubscriber, type Unsubscriber } from '../../src/workflow/unsubscribe.js';
import { testKey, testRing } from '../tracking/keys.js';
import { FetchLogWorld, ManualClock, quiet } from './fetch-world.js';

let log: FetchLogWorld;
let clock: ManualClock;
let stalls: unknown[];
let unsubscriber: Unsubscriber;
beforeEach(() => {
  log = new FetchLogWorld();
  clock = new ManualClock();
  stalls = [];
  unsubscriber = createUnsubscriber({ log, ring: testRing, clock }, error => stalls.push(error));
});

const otherRing = createKeyRing([testKey(8)]);
const linkOf = (recipientNumber: number) =>
  sealToken(testRing, { purpose: 'unsubscribe', emailNumber: 42, recipientNumber });

describe('a link of another key', () => {
  it('is none of this server, and is said to be at once', async () => {
    log.disk = 'locked';
    const other = sealToken(otherRing, { purpose: 'unsubscribe', emailNumber: 42, recipientNumber: 1 });
    expect(unsubscriber.isLink(other)).toBe(false);
    expect(await unsubscriber.unsubscribe(other)).toBe('no-link');
    expect(unsubscriber.counts).toEqual({ recorded: 0, late: 0 });
  });
});

describe('unsubscribing while the log is locked', () => {
  it('waits two seconds, and ends as late', async () => {
    log.disk = 'locked';
    let outcome: unknown;
    void unsubscriber.unsubscribe(linkOf(1)).then(given => {
      outcome = given;
    });
    await quiet();
    await clock.advance(1_999);
    expect(outcome).toBe(undefined);
    await clock.advance(1);
    expect(outcome).toBe('late');
    expect(unsubscriber.counts).toEqual({ recorded: 0, late: 1 });
    expect(stalls).toHaveLength(1);
  });

  it('works when the lock ends in time', async () => {
    log.disk = 'locked';
    const outcomes = Promise.all([linkOf(1), 'x', linkOf(2)].map(token => unsubscriber.unsubscribe(token)));
    await quiet();
    await clock.advance(1_000);
    log.free();
    await clock.advance(500);
    expect(await outcomes).toEqual(['unsubscribed', 'no-link', 'unsubscribed']);
    expect(log.unsubscribed).toEqual([
      [42, 1],
      [42, 2],
    ]);
    expect(unsubscriber.counts).toEqual({ recorded: 2, late: 0 });
  });

  it('is carried out later, though whoever asked was told to try again', async () => {
    log.disk = 'locked';
    const outcome = unsubscriber.unsubscribe(linkOf(1));
    await quiet();
    await clock.advance(5_000);
    expect(await outcome).toBe('late');
    log.free();
    await clock.advance(250);
    expect(log.unsubscribed).toEqual([[42, 1]]);
    expect(await unsubscriber.flush()).toBe(0);
  });

  it('counts at the end who could not be recorded', async () => {
    log.disk = 'locked';
    for (const token of [linkOf(1), 'x', linkOf(2)]) void unsubscriber.unsubscribe(token);
    await quiet();
    const lost = unsubscriber.flush();
    await clock.advance(2_000);
    expect(await lost).toBe(2);
  });
});
