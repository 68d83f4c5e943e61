import { startPublicEndpoint } from '../../http/public-endpoint.js';
import { Problem } from '../../problem.js';
import { openStore } from '../../store/open-store.js';
import { systemClock } from '../../system/clock.js';
import { onReloadSignal, untilStopSignal } from '../../system/signals.js';
import { visible } from '../../terminal/clean.js';
import type { KeyRing } from '../../tracking/key.js';
import { createLiveKeyRing, type LiveKeyRing } from '../../tracking/live-key-ring.js';
import type { RecordedFetch } from '../../workflow/ports.js';
import { createFetchRecorder, type RecorderCounts } from '../../workflow/record-fetch.js';
import { unsubscribe } from '../../workflow/unsubscribe.js';
import { TokenWatch } from '../../workflow/watch-tokens.js';
import { createContext } from '../context.js';
import { keySource, newKeyAdvice, openKeyRing, readKeyRing } from '../key-ring.js';
import type { GlobalOptions } from '../options.js';

export interface ServeOptions extends GlobalOptions {
  readonly port?: number;
  readonly host?: string;
}

const defaultPort = 8080;
/** A locked database must not hold up the event loop and with it every answer; the recorder tries again. */
const busyTimeoutMs = 50;

/** Answers pixels until it is told to stop, then ends with everything on disk. */
export async function runServe(options: ServeOptions): Promise<void> {
  const context = await createContext(options, { 'serve.host': { flag: '--host', value: options.host } });
  const { say } = context.output;
  const ring = createLiveKeyRing(
    await openKeyRing(path => {
      say(`A new key was made: ${path}`);
      say(`  ${newKeyAdvice}`);
    }),
  );
  const store = await openStore(context.storeUrl, busyTimeoutMs);
  try {
    const log =
      context.text('privacy.keep_network') === 'none' ? withoutNetwork(store.fetchLog) : store.fetchLog;
    const recorder = createFetchRecorder(
      { log, ring, clock: systemClock },
      {
        onRecorded: fetch => say(openLine(fetch)),
        onStalled: error => say(`Not recording: ${describe(error)}. Trying again.`),
      },
    );
    const endpoint = await startPublicEndpoint({
      port: options.port ?? context.number('serve.port') ?? defaultPort,
      host: context.text('serve.host'),
      recorder,
      keyFingerprint: () => ring.fingerprint,
      unsubscribe: token => unsubscribe(token, { log, ring, clock: systemClock }),
      onFault: error => say(`A request failed: ${describe(error)}`),
    });
    say(`Serving pixels on port ${endpoint.port}, key ${ring.fingerprint}, database ${context.storeUrl}.`);
    const watching = watchTokens(recorder.counts, say, ring);
    await untilStopped(() => void reloadKeys(ring, say));
    clearInterval(watching);
    await endpoint.close();
    say(summary(recorder.counts));
  } finally {
    await store.close();
  }
}

type Say = (line: string) => void;

function untilStopped(reload: () => void): Promise<unknown> {
  const hungUp = new Promise<void>(end => onReloadSignal(reload, end));
  return Promise.race([untilStopSignal(['SIGINT', 'SIGTERM']), hungUp]);
}

/** A file that is half copied, or none any more, must not end the counting of what was sent. */
async function reloadKeys(ring: LiveKeyRing, say: Say): Promise<void> {
  try {
    const next = await readKeyRing();
    if (next === undefined) throw new Problem('key', `the key file ${keySource()} does not exist`);
    ring.replace(next);
    const ids = [...next.byId.keys()].join(', ');
    say(`Keys read again from ${keySource()}: ${ids}; the newest has the fingerprint ${next.fingerprint}.`);
  } catch (error) {
    say(`The old keys stay: ${describe(error)}`);
  }
}

const watchEveryMs = 1_000;

function watchTokens(counts: RecorderCounts, say: Say, ring: KeyRing): NodeJS.Timeout {
  const watch = new TokenWatch(systemClock.monotonicMs());
  return setInterval(() => {
    const many = watch.look(counts, systemClock.monotonicMs());
    if (many === undefined) return;
    say(
      `${many.unverifiable} tokens did not verify, ${many.verified} did: is this the key the mail was sent with? ` +
        `Here it is ${ring.fingerprint} (${keySource()}); \`mailtrack keys list\` where you send shows yours.`,
    );
  }, watchEveryMs).unref();
}

/** For those who want no trace of where a reader was. */
function withoutNetwork<Log extends { appendFetches(fetches: readonly RecordedFetch[]): Promise<void> }>(
  log: Log,
): Log {
  return {
    ...log,
    appendFetches: fetches => log.appendFetches(fetches.map(fetch => ({ ...fetch, network: '' }))),
  };
}

/** The server does not look up whose copy it was: it may not have the addresses. */
function openLine(fetch: RecordedFetch): string {
  const time = new Date(fetch.fetchedAt).toLocaleTimeString('en-GB');
  return `${time}  ${fetch.kind.padEnd(11)}  ${visible(fetch.userAgent).slice(0, 80)}`;
}

function describe(error: unknown): string {
  return visible(error instanceof Error ? error.message : String(error));
}

function summary(counts: RecorderCounts): string {
  const parts = [`${counts.recorded} fetches recorded`];
  if (counts.dropped > 0) parts.push(`${counts.dropped} LOST`);
  if (counts.unverifiable > 0) parts.push(`${counts.unverifiable} with tokens that do not verify`);
  if (counts.rehearsals > 0) parts.push(`${counts.rehearsals} from rehearsals`);
  return `Stopped: ${parts.join(', ')}.`;
}
