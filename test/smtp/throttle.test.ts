import { describe, expect, it } from 'vitest';
import { isQuota, isThrottle, longerPauseMs, shorterPauseMs } from '../../src/smtp/throttle.js';
import { fc } from '../properties/fast-check.js';

const reply = (replyCode: number, enhancedStatusCode: string, replyText: string) =>
  isThrottle({ stage: 'rcpt', replyCode, enhancedStatusCode, replyText });

describe('isThrottle', () => {
  it.each([
    [421, '4.7.28', 'Our system has detected an unusual rate of unsolicited mail'],
    [450, '4.2.1', 'Peak SMTP relay limit exceeded for customer'],
    [432, '4.3.2', 'Concurrent connections limit exceeded'],
    [454, '', 'Throttling failure: Maximum sending rate exceeded.'],
    [421, '4.7.0', '[TSS04] Messages temporarily deferred due to unexpected volume'],
    [421, '4.7.0', 'Too many messages from you'],
    [454, '', 'Daily message quota exceeded.'],
    // By the enhanced status code alone.
    [421, '4.7.28', 'see our help'],
    [450, '4.3.2', 'see our help'],
    // All of 4yz, and each of the words, in any case of letters.
    [400, '', 'throttled'],
    [499, '', 'THROTTLED'],
    [451, '', 'too many'],
    [451, '', 'Too Quickly'],
    [451, '', 'too fast'],
    [451, '', 'rate limit'],
    [451, '', 'rate exceeded'],
    [451, '', 'sending rate'],
    [451, '', 'unusual rate'],
    [451, '', 'unexpected volume'],
    [451, '', 'Slow down'],
    [451, '', '[tss05]'],
    [451, '', 'RELAY LIMIT'],
    [451, '4.2.0', 'no more per day'],
  ])('knows %i %s %s', (code, enhanced, text) => {
    expect(reply(code, enhanced, text)).toBe(true);
  });

  it.each([
    [450, '4.2.0', 'Greylisted, try again later'],
    [451, '4.3.0', 'Local problem'],
    [452, '4.2.2', 'Mailbox full'],
    // One mailbox is too slow, not we too fast.
    [450, '4.2.1', 'The user you are trying to contact is receiving mail too quickly'],
    [550, '5.7.1', 'Rate limit exceeded'],
    [250, '2.0.0', 'too many cooks'],
    // The session is full, another one is not.
    [452, '4.5.3', 'Too many recipients: Too many messages sent'],
    [399, '', 'throttled'],
    [500, '', 'throttled'],
    [451, '', 'the rate of exchange'],
    [421, '', 'too many messages in this connection'],
    [421, '4.7.0', 'mx.example.net: Too many messages in this session'],
  ])('takes %i %s %s for something else', (code, enhanced, text) => {
    expect(reply(code, enhanced, text)).toBe(false);
  });
});

it('is a reply with such words when it is 4yz, and never with another code', () => {
  const words = fc.constantFrom('rate limit exceeded', 'too many', 'slow down', 'throttling', '[TSS04]');
  fc.assert(
    fc.property(fc.integer({ min: 200, max: 599 }), words, fc.string(), (code, word, text) => {
      expect(reply(code, '', `${text}${word}`)).toBe(code >= 400 && code < 500);
    }),
  );
});

it('holds everything between a second and five minutes after each word of a server, and then ever less', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 200 }), turns => {
      let pauseMs = 0;
      for (const throttled of turns) {
        const next = throttled ? longerPauseMs(pauseMs) : shorterPauseMs(pauseMs);
        if (throttled) expect(next).toBeGreaterThanOrEqual(1_000);
        else expect(next).toBeLessThanOrEqual(pauseMs);
        expect(next).toBeLessThanOrEqual(300_000);
        pauseMs = next;
      }
      for (let accepted = 0; accepted < 60; accepted += 1) pauseMs = shorterPauseMs(pauseMs);
      expect(pauseMs).toBe(0);
    }),
  );
});

it('pauses longer each time, never more than five minutes, and comes back slowly', () => {
  let pause = 0;
  for (let index = 0; index < 20; index += 1) pause = longerPauseMs(pause);
  expect([longerPauseMs(0), longerPauseMs(1_000), pause]).toEqual([1_000, 2_000, 300_000]);
  expect([10_000, 1_000, 999, 0].map(shorterPauseMs)).toEqual([9_000, 900, 0, 0]);
});

describe('isQuota', () => {
  it.each([
    [454, '4.7.0', 'Throttling failure: Daily message quota exceeded.', true],
    [450, '4.2.1', 'Peak SMTP relay limit exceeded for customer', true],
    [451, '', 'too many messages per day', true],
    [451, '', 'DAILY', true],
    [451, '', 'sending quota', true],
    [451, '', 'Message Quota', true],
    [451, '', 'the quota of messages', false],
    [421, '4.7.28', 'unusual rate of unsolicited mail', false],
    [452, '4.2.2', 'The mailbox is over quota', false],
  ])('of %i %s %s is %s', (replyCode, enhancedStatusCode, replyText, expected) => {
    expect(isQuota({ stage: 'rcpt', replyCode, enhancedStatusCode, replyText })).toBe(expected);
  });
});
