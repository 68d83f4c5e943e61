import type { Classification, Fetch } from './fetch.js';
import { rules, unrecognized } from './rules.js';

/** What is known around the fetch. Rules about moments do not match when none is known. */
export interface FetchContext {
  /** Milliseconds from the server's reply to the recipient's copy until the fetch; may be negative. */
  readonly sinceAcceptedMs?: number | undefined;
  /** No fetch of this pixel was recorded before. */
  readonly firstFetch?: boolean | undefined;
}

/** Who probably asked, by the first rule that matches. Always answers. */
export function classifyFetch(
  fetch: Pick<Fetch, 'method' | 'userAgent'>,
  context: FetchContext,
): Classification {
  const features = {
    method: fetch.method,
    userAgent: fetch.userAgent.trim().toLowerCase(),
    sinceAcceptedMs: context.sinceAcceptedMs,
    firstFetch: context.firstFetch,
  };
  const rule = rules.find(candidate => candidate.matches(features));
  return rule === undefined ? unrecognized : { ...rule.verdict, rule: rule.id };
}
