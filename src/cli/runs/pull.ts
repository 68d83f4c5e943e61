import { plural } from '../../amount.js';
import { isLoopbackHost, isPrivateHost } from '../../host.js';
import { createExchangeChannel } from '../../http/exchange-client.js';
import { parseUrl } from '../../message/idna.js';
import { Problem } from '../../problem.js';
import { openStore } from '../../store/open-store.js';
import { systemClock } from '../../system/clock.js';
import { systemRandom } from '../../system/random.js';
import { printJson } from '../../terminal/json.js';
import { withoutTrailing } from '../../text-scan.js';
import type { KeyRing } from '../../tracking/key.js';
import { type Pulled, pullFacts } from '../../workflow/pull-facts.js';
import { shownUrl } from '../config/mask-secrets.js';
import { createContext } from '../context.js';
import { keySource, readKeyRing } from '../key-ring.js';
import type { GlobalOptions } from '../options.js';

export async function runPull(url: string, options: GlobalOptions): Promise<void> {
  const { output, json, storeUrl } = await createContext(options);
  const base = readBase(url);
  const ring = await requireKeyRing();
  const store = await openStore(storeUrl);
  try {
    const pulled = await pullFacts(
      { url: base },
      {
        intake: store.factIntake,
        channel: createExchangeChannel(base),
        ring,
        clock: systemClock,
        random: systemRandom,
        noteOptOuts: () => store.people.readOptOuts(),
      },
    );
    if (json) output.data(printJson(toJson(base, pulled)));
    else for (const line of lines(base, pulled)) output.say(line);
  } finally {
    await store.close();
  }
}

/** User agents and networks are nobody else's business, although nothing can be forged on the way. */
function readBase(url: string): string {
  const parsed = parseUrl(url);
  const isSafe =
    parsed?.protocol === 'https:' ||
    (parsed?.protocol === 'http:' && (isLoopbackHost(parsed.hostname) || isPrivateHost(parsed.hostname)));
  if (parsed === undefined || !isSafe || parsed.username !== '' || parsed.search !== '') {
    throw new Problem('usage', `${JSON.stringify(shownUrl(url))} is not an address to pull from`, {
      fix: 'Name https://…, or http:// on this machine or network: ssh -L 8081:127.0.0.1:8081 server.',
    });
  }
  return withoutTrailing(`${parsed.origin}${parsed.pathname}`, '/');
}

async function requireKeyRing(): Promise<KeyRing> {
  const ring = await readKeyRing();
  if (ring !== undefined) return ring;
  throw new Problem('key', `there is no key yet: ${keySource()}`, {
    fix: 'Copy the key file of the server here, or send first.',
  });
}

function toJson(url: string, pulled: Pulled): Readonly<Record<string, unknown>> {
  const { sourceId, fetches, counted, known, strange, unsubscribes, optOuts, told, untold, passedOver } =
    pulled;
  return {
    schema: 'mailtrack.pull/1',
    url,
    source: sourceId,
    fetches,
    counted,
    known,
    of_unknown_emails: strange,
    unsubscribes,
    opt_outs: optOuts,
    told,
    untold,
    passed_over: passedOver,
  };
}

function lines(
  url: string,
  { fetches, counted, strange, unsubscribes, optOuts, told, untold, passedOver }: Pulled,
): readonly string[] {
  return [
    `${plural(fetches, 'fetch', 'fetches')} and ${plural(unsubscribes, 'unsubscribe')} came from ${url}.`,
    ...(counted > 0 ? [`  ${counted} more fetches were only counted there.`] : []),
    ...(strange > 0 ? [`  ${strange} of the fetches are of emails this database does not have.`] : []),
    ...(optOuts > 0
      ? [`  ${plural(optOuts, 'person', 'people')} stopped tracking with the link in a message.`]
      : []),
    ...(told > 0
      ? [`  It was told of ${plural(told, 'copy', 'copies')} of which nothing may be recorded any more.`]
      : []),
    ...(untold > 0
      ? [
          `  It does not understand that nothing may be recorded of ${plural(untold, 'copy', 'copies')}: update mailtrack there, then pull again.`,
        ]
      : []),
    ...(passedOver > 0
      ? [`  ${passedOver} facts are of a kind this version does not know: update it to have them.`]
      : []),
  ];
}
