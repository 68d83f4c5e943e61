import { isSessionFull } from './judge.js';
import type { ReplyFacts } from './outcome.js';
import { judgedText } from './reply.js';

/**
 * A passing refusal that is about our speed, not about the recipient: everybody else would get it as well. Codes and
 * texts as the big providers give them.
 */
export function isThrottle(facts: ReplyFacts): boolean {
  const { replyCode, enhancedStatusCode, replyText } = facts;
  if (replyCode < 400 || replyCode > 499) return false;
  // Nobody is too fast: there is a new session for the next.
  if (isSessionFull({ code: replyCode, enhancedStatusCode, text: replyText })) return false;
  // X.2 is the state of one mailbox (RFC 3463 §3.3), also when it receives too quickly; but for Gmail's limit of a relay.
  if (enhancedStatusCode.startsWith('4.2.')) return isQuota(facts);
  return throttleCodes.has(enhancedStatusCode) || throttleTexts.test(judgedText(replyText)) || isQuota(facts);
}

/** 4.3.2: the system accepts no messages now (RFC 3463 §3.4), used for too many connections; 4.7.28: Gmail's rate limit. */
const throttleCodes = new Set(['4.3.2', '4.7.28']);
const throttleTexts =
  /throttl|too (?:many|quickly|fast)|rate (?:limit|exceed)|sending rate|unusual rate|unexpected volume|slow down|\[TSS0/i;

/** No pause would be long enough to wait for here. */
export function isQuota({ replyText }: ReplyFacts): boolean {
  return quotaTexts.test(judgedText(replyText));
}

const quotaTexts = /\bdaily\b|\bper day\b|\b(?:sending|message) quota\b|\brelay limit\b/i;

const firstPauseMs = 1_000;
const longestPauseMs = 300_000;

/** How long to hold everything after a throttling reply, by how long it was held before. */
export function longerPauseMs(pauseMs: number): number {
  return Math.min(Math.max(firstPauseMs, pauseMs * 2), longestPauseMs);
}

/** After a message that was accepted: back to full speed, but slowly. */
export function shorterPauseMs(pauseMs: number): number {
  return pauseMs < firstPauseMs ? 0 : pauseMs * 0.9;
}
