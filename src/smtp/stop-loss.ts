import type { ReplyFacts } from './outcome.js';

const leastRefusals = 10;
const shareOfSettled = 5;

/**
 * Notices when many recipients are refused alike: then something is wrong with the message or the sender, and going on
 * would only spread it.
 * @returns a function that takes each final reply, and says how many equal refusals there are once they are too many:
 *   at least 10, and more than a fifth of all recipients settled so far.
 */
export function createStopLoss(): (reply: ReplyFacts, rejected: boolean) => number | undefined {
  const refusals = new Map<string, number>();
  let settled = 0;
  return ({ stage, replyCode, enhancedStatusCode }, rejected) => {
    settled += 1;
    if (!rejected) return undefined;
    const key = `${stage} ${replyCode} ${enhancedStatusCode}`;
    const equal = (refusals.get(key) ?? 0) + 1;
    refusals.set(key, equal);
    return equal >= leastRefusals && equal * shareOfSettled > settled ? equal : undefined;
  };
}
