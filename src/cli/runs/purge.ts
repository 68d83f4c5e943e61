import { plural } from '../../amount.js';
import { openStoreIfAny, type Store } from '../../store/open-store.js';
import { systemClock } from '../../system/clock.js';
import { printJson } from '../../terminal/json.js';
import { keepTimeMs } from '../config/keep-time.js';
import { type Context, createContext } from '../context.js';
import type { GlobalOptions } from '../options.js';

export async function runPurge(options: GlobalOptions): Promise<void> {
  const context = await createContext(options);
  const retentionMs = keepTimeMs(context.text('privacy.retention'));
  const keepAgentMs = keepTimeMs(context.text('privacy.keep_user_agent'));
  if (retentionMs === undefined && keepAgentMs === undefined)
    context.output.say('Everything is kept: neither privacy.retention nor privacy.keep_user_agent is set.');
  const store = await openStoreIfAny(context.storeUrl);
  try {
    const facts = await total(store, retentionMs, (of, before) => of.people.purge(before));
    const agents = await total(store, keepAgentMs, (of, before) =>
      of.userAgentForgetter.forgetUserAgents(before),
    );
    tell(context, facts, agents);
  } finally {
    await store?.close();
  }
}

async function total(
  store: Store | undefined,
  keepMs: number | undefined,
  remove: (store: Store, before: Date) => AsyncIterable<number>,
): Promise<number> {
  if (store === undefined || keepMs === undefined) return 0;
  let sum = 0;
  for await (const removed of remove(store, new Date(systemClock.now().getTime() - keepMs))) sum += removed;
  return sum;
}

function tell({ output, json }: Context, facts: number, agents: number): void {
  if (json) output.data(printJson({ schema: 'mailtrack.purge/1', removed: facts, user_agents: agents }));
  else {
    const fetches = plural(agents, 'fetch', 'fetches');
    output.say(`${plural(facts, 'record')} removed; user agents of ${fetches} forgotten.`);
  }
}
