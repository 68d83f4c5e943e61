import type { OutcomeKind } from './outcome.js';
import type { Reply } from './reply.js';

/** The stages of a transaction that a reply can end. */
export type TransactionStage = 'mail' | 'rcpt' | 'data' | 'end-of-data';

/**
 * What a refusal means: whether it is about this recipient, about us, or about the session. 2yz and 354 are not
 * refusals and never come here.
 */
export function judgeRefusal(stage: TransactionStage, reply: Reply): OutcomeKind {
  // 421 can answer any command: the session is over, the recipient was not refused. RFC 5321 §4.2.2, §3.8
  // After the whole message it says as well that the server did not take it.
  if (reply.code === 421) return stage === 'end-of-data' ? 'deferred' : 'not-sent';
  if (reply.code >= 400 && reply.code < 500) return 'deferred';
  if (isAboutSender(stage, reply)) return 'sender-refused';
  return 'rejected';
}

/**
 * 5yz that every other recipient would get as well: stopping is right, rejecting people is not.
 * Before RCPT the server does not know the recipient. RFC 3463 §3.8: X.7.X is about security and policy.
 */
function isAboutSender(stage: TransactionStage, { code, enhancedStatusCode, text }: Reply): boolean {
  if (stage === 'mail') return true;
  if (code === 530 || code === 535 || code === 538) return true;
  if (enhancedStatusCode === '5.4.5' || loginTexts.test(text)) return true;
  // At RCPT the same words may be one recipient's own policy; only after the message are they surely about it.
  return stage === 'end-of-data' && (policyCodes.test(enhancedStatusCode) || policyTexts.test(text));
}

/** Texts of servers that give one code for many things: relaying, login, quota. */
const loginTexts =
  /relay(?:ing)? (?:access )?denied|relaying (?:not|denied)|unable to relay|authentication (?:is )?required|not authenticated|(?:quota|limit) exceeded.*(?:daily|relay|sending)|(?:daily|relay|sending).*(?:quota|limit) exceeded/i;

/** Authentication of the sender's domain, and its reputation: SPF, DKIM, DMARC, PTR, block lists. */
const policyCodes = /^5\.7\.(?:2[0-9]|30|509|515)$/;
const policyTexts = /\b(?:spf|dkim|dmarc)\b|unauthenticated|block ?list|black ?list|blocked using/i;
