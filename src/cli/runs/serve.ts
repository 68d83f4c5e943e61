import { type PublicEndpoint, startPublicEndpoint } from '../../http/public-endpoint.js';
import { openStore } from '../../store/open-store.js';
import { systemClock } from '../../system/clock.js';
import { watchFiles } from '../../system/file-changes.js';
import { untilStopSignal } from '../../system/signals.js';
import { visible } from '../../terminal/clean.js';
import type { RecordedFetch } from '../../workflow/ports.js';
import { createFetchRecorder, type RecorderCounts } from '../../workflow/record-fetch.js';
import { unsubscribe } from '../../workflow/unsubscribe.js';
import { type CertificateFiles, certificateFiles, readCertificate } from '../certificate.js';
import { createContext } from '../context.js';
import { newKeyAdvice, openKeyRing } from '../key-ring.js';
import type { GlobalOptions } from '../options.js';
import { trustedProxies } from '../trusted-proxies.js';

export interface ServeOptions extends GlobalOptions {
  readonly port?: number;
  readonly host?: string;
  readonly trustedProxy?: readonly string[];
  readonly tlsCert?: string;
  readonly tlsKey?: string;
}

const defaultPort = 8080;
/** A certificate is renewed weeks before it expires. */
const renewLookMs = 10_000;
/** A locked database must not hold up the event loop and with it every answer; the recorder tries again. */
const busyTimeoutMs = 20;

/** Answers pixels until it is told to stop, then ends with everything on disk. */
export async function runServe(options: ServeOptions): Promise<void> {
  const context = await createContext(options, { 'serve.host': { flag: '--host', value: options.host } });
  const { say } = context.output;
  const proxies = trustedProxies(options.trustedProxy, context.config);
  const tlsFiles = certificateFiles(options.tlsCert, options.tlsKey);
  const certificate = tlsFiles === undefined ? undefined : await readCertificate(tlsFiles, systemClock.now());
  const ring = await openKeyRing(path => {
    say(`A new key was made: ${path}`);
    say(`  ${newKeyAdvice}`);
  });
  const store = await openStore(context.storeUrl, { busyTimeoutMs, serving: true });
  try {
    const log = store.fetchLog;
    const recorder = createFetchRecorder(
      { log, ring, clock: systemClock },
      {
        // A line for each would cost more than all the rest.
        ...(process.stderr.isTTY ? { onRecorded: fetch => say(openLine(fetch)) } : {}),
        onStalled: error => say(`Not recording: ${describe(error)}. Trying again.`),
      },
    );
    const endpoint = await startPublicEndpoint({
      port: options.port ?? context.number('serve.port') ?? defaultPort,
      host: context.text('serve.host'),
      recorder,
      trustedProxies: proxies,
      certificate,
      keepNetwork: context.text('privacy.keep_network') !== 'none',
      keyFingerprint: () => ring.fingerprint,
      unsubscribe: token => unsubscribe(token, { log, ring, clock: systemClock }),
      onFault: error => say(`A request failed: ${describe(error)}`),
    });
    // Heard before anybody can know that this is ready.
    const stopped = untilStopSignal();
    say(`Serving pixels on port ${endpoint.port}, key ${ring.fingerprint}, database ${context.storeUrl}.`);
    if (tlsFiles !== undefined) renewCertificate(tlsFiles, endpoint, say);
    await stopped;
    await endpoint.close();
    say(summary(recorder.counts));
  } finally {
    await store.close();
  }
}

/** A new one that cannot be used must not end the service of the old one. */
function renewCertificate(
  files: CertificateFiles,
  endpoint: Pick<PublicEndpoint, 'replaceCertificate'>,
  say: (text: string) => void,
): void {
  const renew = async () => {
    try {
      endpoint.replaceCertificate(await readCertificate(files, systemClock.now()));
      say(`The certificate ${files.certificate} is new, and in use.`);
    } catch (error) {
      say(`The old certificate stays in use: ${describe(error)}.`);
    }
  };
  watchFiles([files.certificate, files.key], renewLookMs, () => void renew());
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
  const parts = [`${counts.recorded + counts.counted} fetches recorded`];
  if (counts.counted > 0) parts.push(`${counts.counted} of them only as a number`);
  if (counts.dropped > 0) parts.push(`${counts.dropped} LOST`);
  if (counts.unverifiable > 0) parts.push(`${counts.unverifiable} with tokens that do not verify`);
  if (counts.rehearsals > 0) parts.push(`${counts.rehearsals} from rehearsals`);
  return `Stopped: ${parts.join(', ')}.`;
}
