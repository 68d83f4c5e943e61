import { systemClock } from '../system/clock.js';
import type { UserAgentForgetter } from '../workflow/fact-ports.js';
import { keepForgetting } from '../workflow/forget-user-agents.js';
import { keepTimeMs } from './config/keep-time.js';
import type { ServeLog } from './serve-log.js';

/**
 * Forgets as `privacy.keep_user_agent` says, from now on.
 * @returns what ends it; it resolves when nothing is being written any more.
 */
export function forgetUserAgents(
  keep: string | undefined,
  forgetter: UserAgentForgetter,
  log: ServeLog,
): () => Promise<void> {
  const keepMs = keepTimeMs(keep);
  if (keepMs === undefined) return async () => undefined;
  const end = new AbortController();
  const onForgotten = (fetches: number, before: Date) =>
    log.show({ kind: 'user-agents-forgotten', fetches, before });
  const ended = keepForgetting(forgetter, systemClock, { keepMs, onForgotten }, end.signal);
  return () => {
    end.abort();
    return ended;
  };
}
