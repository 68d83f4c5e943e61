import type { Classification, Fetch } from './fetch.js';
import { type FetchRule, rules, unrecognized } from './rules.js';

/** What is known around the fetch. Rules about moments do not match when none is known. */
export interface FetchContext {
  /** Milliseconds from the server's reply to the recipient's copy until the fetch; may be negative. */
  readonly sinceAcceptedMs?: number | undefined;
  /** No fetch of this pixel was recorded before. */
  readonly firstFetch?: boolean | undefined;
}

/** Who probably asked, by the first rule that matches. Always answers. */
export function classifyFetch(
  { method, userAgent }: Pick<Fetch, 'method' | 'userAgent'>,
  context: FetchContext,
): Classification {
  const features = { method, userAgent: userAgent.trim().toLowerCase() };
  const moment = momentOf(context);
  const rule = rules.find(({ matches, when }) => (when === undefined || when(moment)) && matches(features));
  return rule === undefined ? unrecognized : { ...rule.verdict, rule: rule.id };
}

/**
 * Judges a fetch that was recorded. Without its user agent, as it was judged then: what the user agent said is in the rule that
 * matched, and only the moment, which whoever recorded it did not know, is still to be looked at.
 */
export function judgeAgain(
  fetch: Pick<Fetch, 'method' | 'userAgent'> & Classification,
  context: FetchContext,
): Classification {
  if (fetch.userAgent !== '') return classifyFetch(fetch, context);
  const { kind, confidence, rule } = fetch;
  const moment = momentOf(context);
  const finer = rules.find(({ refines, when }) => refines?.includes(rule) && when?.(moment));
  return finer === undefined ? { kind, confidence, rule } : { ...finer.verdict, rule: finer.id };
}

/**
 * `judgeAgain` for many fetches: which rules a user agent matches is looked for once, and only the moment at each fetch.
 * @returns what answers as `judgeAgain` does.
 */
export function rememberJudgements(): typeof judgeAgain {
  const remembered = {
    GET: new Map<string, readonly FetchRule[]>(),
    HEAD: new Map<string, readonly FetchRule[]>(),
  };
  let last:
    | { readonly userAgent: string; readonly method: Fetch['method']; readonly of: readonly FetchRule[] }
    | undefined;

  function rulesFor(method: Fetch['method'], userAgent: string): readonly FetchRule[] {
    const ofMethod = remembered[method];
    const known = ofMethod.get(userAgent);
    if (known !== undefined) return known;
    const features = { method, userAgent: userAgent.trim().toLowerCase() };
    const of = rules.filter(({ matches }) => matches(features));
    if (ofMethod.size >= mostRemembered) ofMethod.clear();
    ofMethod.set(userAgent, of);
    return of;
  }

  return (fetch, context) => {
    const { method, userAgent } = fetch;
    if (userAgent === '') return judgeAgain(fetch, context);
    if (last?.userAgent !== userAgent || last.method !== method)
      last = { userAgent, method, of: rulesFor(method, userAgent) };
    const moment = momentOf(context);
    const rule = last.of.find(({ when }) => when === undefined || when(moment));
    return rule === undefined ? unrecognized : (verdicts.get(rule) ?? unrecognized);
  };
}

const mostRemembered = 10_000;

const verdicts: ReadonlyMap<FetchRule, Classification> = new Map(
  rules.map(rule => [rule, { ...rule.verdict, rule: rule.id }]),
);

function momentOf({ sinceAcceptedMs, firstFetch }: FetchContext) {
  return { sinceAcceptedMs, firstFetch };
}
