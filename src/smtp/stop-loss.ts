import type { ReplyFacts } from './outcome.js';

const leastLosses = 10;
const shareOfSettled = 5;

/**
 * Notices when many recipients come to the same bad end: then something is wrong with the message, the sender or the way to the
 * server, and going on would only spread it.
 * @param least so many have to be lost, or 10 if that is more.
 * @returns a function that takes each outcome, and says how many equal losses there are once they are too many:
 *   as many as `least`, and more than a fifth of all recipients settled so far.
 */
export function createStopLoss(
  least = leastLosses,
): (reply: ReplyFacts, lost: boolean) => number | undefined {
  const enough = Math.max(least, leastLosses);
  const losses = new Map<string, number>();
  let settled = 0;
  return ({ stage, replyCode, enhancedStatusCode }, lost) => {
    settled += 1;
    if (!lost) return undefined;
    const key = `${stage} ${replyCode} ${enhancedStatusCode}`;
    const equal = (losses.get(key) ?? 0) + 1;
    losses.set(key, equal);
    return equal >= enough && equal * shareOfSettled > settled ? equal : undefined;
  };
}
