import { classifyFetch } from '../tracking/classify.js';
import type { Classification, Fetch } from '../tracking/fetch.js';
import { keptUserAgent, ownCopy } from '../tracking/user-agent.js';

/** A user agent as it is kept, and what it says without a moment. */
export interface Agent extends Classification {
  readonly userAgent: string;
}

/** There are few user agents, and each would be judged again and again, and held in memory as often as it fetches. */
const rememberedAgents = 1_000;

/** @returns what judges a user agent of any length; '' is none. */
export function rememberAgents(): (method: Fetch['method'], userAgent: string) => Agent {
  const agents = { GET: new Map<string, Agent>(), HEAD: new Map<string, Agent>() };
  return (method, given) => {
    const kept = keptUserAgent(given);
    const known = agents[method].get(kept);
    if (known !== undefined) return known;
    const userAgent = ownCopy(kept);
    // When the copy was accepted is the ledger's to know; reports judge again with it.
    const agent = { userAgent, ...classifyFetch({ method, userAgent }, {}) };
    if (agents[method].size >= rememberedAgents) agents[method].clear();
    agents[method].set(userAgent, agent);
    return agent;
  };
}
