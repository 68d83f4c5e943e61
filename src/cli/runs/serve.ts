import type { RequestKind } from '../../http/answers.js';
import { type PublicEndpoint, startPublicEndpoint } from '../../http/public-endpoint.js';
import { Problem } from '../../problem.js';
import { openStore } from '../../store/open-store.js';
import { systemClock } from '../../system/clock.js';
import { watchFiles } from '../../system/file-changes.js';
import { findServiceManager } from '../../system/service-manager.js';
import { onReloadSignal, untilStopSignal } from '../../system/signals.js';
import type { KeyRing } from '../../tracking/key.js';
import { createLiveKeyRing, type LiveKeyRing } from '../../tracking/live-key-ring.js';
import { createFetchRecorder, type FetchRecorder } from '../../workflow/record-fetch.js';
import { watchCommits } from '../../workflow/serve-metrics.js';
import { createUnsubscriber } from '../../workflow/unsubscribe.js';
import { TokenWatch } from '../../workflow/watch-tokens.js';
import { type CertificateFiles, certificateFiles, readCertificate } from '../certificate.js';
import { createContext } from '../context.js';
import { exitCodes } from '../exit-codes.js';
import { forgetUserAgents } from '../forget-user-agents.js';
import { findExposedKey, keySource, makeKeyRing, newKeyAdvice, readKeyRing } from '../key-ring.js';
import type { ListenAddress } from '../listen-address.js';
import type { GlobalOptions } from '../options.js';
import { packageVersion } from '../program.js';
import { createServeLog, type ServeLog } from '../serve-log.js';
import { readPrivateAddresses, startPrivate, tryAddresses } from '../serve-private.js';
import { trustedProxies } from '../trusted-proxies.js';
import { watchDisk } from '../watch-disk.js';

export interface ServeOptions extends GlobalOptions {
  readonly port?: number;
  readonly host?: string;
  readonly metrics?: ListenAddress | true;
  readonly exchange?: ListenAddress | true;
  readonly trustedProxy?: readonly string[];
  readonly tlsCert?: string;
  readonly tlsKey?: string;
}

const defaultPort = 8080;
/** A certificate is renewed weeks before it expires. */
const renewLookMs = 10_000;
/** A locked database must not hold up the event loop and with it every answer; the recorder tries again. */
const busyTimeoutMs = 20;

/** Answers pixels until it is told to stop, then ends with everything on disk; with exit code 74 when something was lost. */
export async function runServe(options: ServeOptions): Promise<void> {
  const context = await createContext(options, { 'serve.host': { flag: '--host', value: options.host } });
  // From the beginning: whoever reads that it serves may stop it in the same moment.
  const stopSignal = untilStopSignal(['SIGINT', 'SIGTERM']);
  const log = createServeLog(context, options.verbose === true);
  const privateAddresses = readPrivateAddresses(options, context);
  const proxies = trustedProxies(options.trustedProxy, context.config);
  const tlsFiles = certificateFiles(options.tlsCert, options.tlsKey);
  const certificate = tlsFiles === undefined ? undefined : await readCertificate(tlsFiles, systemClock.now());
  const known = await readKeyRing();
  const listenOn = {
    port: options.port ?? context.number('serve.port') ?? defaultPort,
    host: context.text('serve.host'),
  };
  await tryAddresses(listenOn, privateAddresses);
  const store = await openStore(context.storeUrl, { busyTimeoutMs, serving: true });
  try {
    // Last of what is read or made: a new key is announced, and one that nothing serves with would be copied about.
    const ring = createLiveKeyRing(
      known ?? (await makeKeyRing(file => log.show({ kind: 'key-made', file, advice: newKeyAdvice }))),
    );
    await warnOfExposedKey(log);
    const commits = watchCommits(store.fetchLog, systemClock, seconds =>
      log.show({ kind: 'recovered', held: recorder.counts.held, seconds }),
    );
    const ports = { log: commits.log, ring, clock: systemClock };
    const recorder = createFetchRecorder(ports, {
      ...(log.showsFetches ? { onRecorded: fetch => log.show({ kind: 'fetch-recorded', fetch }) } : {}),
      onStalled: error => log.show({ kind: 'stalled', reason: reasonOf(error) }),
    });
    const requests: Record<RequestKind, number> = {
      pixel: 0,
      'unsubscribe-page': 0,
      unsubscribe: 0,
      health: 0,
      options: 0,
      'not-allowed': 0,
      other: 0,
    };
    const onFault = (error: unknown) => log.show({ kind: 'fault', reason: reasonOf(error) });
    const unsubscriber = createUnsubscriber(ports, error =>
      onFault(`unsubscribing has to wait: ${reasonOf(error)}`),
    );
    const endpoint = await startPublicEndpoint({
      ...listenOn,
      recorder,
      trustedProxies: proxies,
      certificate,
      keepNetwork: context.text('privacy.keep_network') !== 'none',
      keyFingerprint: () => ring.fingerprint,
      unsubscribe: token => unsubscriber.unsubscribe(token),
      onRequest: kind => {
        requests[kind] += 1;
      },
      onFault,
    });
    const served = {
      endpoint,
      recorder,
      unsubscriber,
      requests,
      commits: commits.watch,
      ring,
      offer: store.factOffer,
      diskRoom: store.diskRoom,
      onFault,
    };
    let endForgetting: () => Promise<void> = async () => undefined;
    let closePrivate: () => Promise<void> = async () => undefined;
    try {
      closePrivate = await startPrivate(privateAddresses, served, log);
      const renew = tlsFiles && (() => void renewCertificate(tlsFiles, endpoint, log));
      if (tlsFiles && renew) watchFiles([tlsFiles.certificate, tlsFiles.key], renewLookMs, renew);
      const reload = () => {
        void reloadKeys(ring, log);
        renew?.();
      };
      const hungUp = new Promise<void>(end => onReloadSignal(reload, end));
      log.show({
        kind: 'started',
        port: endpoint.port,
        keyFingerprint: ring.fingerprint,
        database: context.storeUrl,
        version: packageVersion(),
      });
      watchTokens(recorder, log, ring);
      watchDisk(store.diskRoom, log);
      endForgetting = forgetUserAgents(
        context.text('privacy.keep_user_agent'),
        store.userAgentForgetter,
        log,
      );
      await keepTold(Promise.race([stopSignal, hungUp]), log);
    } finally {
      await endpoint.close();
      await closePrivate();
      await endForgetting();
    }
    const lost = await unsubscriber.flush();
    if (lost > 0) log.show({ kind: 'unsubscribes-lost', count: lost });
    log.show({ kind: 'stopped', counts: recorder.counts });
    if (lost + recorder.counts.dropped > 0) process.exitCode = exitCodes.io;
  } finally {
    await store.close();
  }
}

/** Tells whoever started us that we are ready, alive for as long as that takes, and stopping. */
async function keepTold(stopped: Promise<unknown>, log: ServeLog): Promise<void> {
  const manager = findServiceManager(process.env);
  const isTold = manager?.ready().then(told => {
    if (!told) log.show({ kind: 'not-notifying' });
  });
  const endAlive = manager?.keepAlive();
  await stopped;
  await isTold;
  endAlive?.();
  void manager?.stopping();
}

async function warnOfExposedKey(log: ServeLog): Promise<void> {
  const exposed = await findExposedKey();
  if (exposed !== undefined) log.show({ kind: 'key-exposed', ...exposed });
}

/** A file that is half copied, or none any more, must not end the counting of what was sent. */
async function reloadKeys(ring: LiveKeyRing, log: ServeLog): Promise<void> {
  try {
    const next = await readKeyRing();
    if (next === undefined) throw new Problem('key', `the key file ${keySource()} does not exist`);
    ring.replace(next);
    log.show({
      kind: 'keys-reloaded',
      keys: [...next.byId.keys()],
      keyFingerprint: next.fingerprint,
      keySource: keySource(),
    });
    await warnOfExposedKey(log);
  } catch (error) {
    log.show({ kind: 'keys-kept', reason: reasonOf(error), keyFingerprint: ring.fingerprint });
  }
}

const watchEveryMs = 1_000;

function watchTokens(recorder: FetchRecorder, log: ServeLog, ring: KeyRing): void {
  const watch = new TokenWatch(systemClock.monotonicMs());
  setInterval(() => {
    const many = watch.look(recorder.counts, systemClock.monotonicMs());
    if (many === undefined) return;
    const { unverifiable, verified } = many;
    log.show({
      kind: 'tokens-unverifiable',
      unverifiable,
      verified,
      keyFingerprint: ring.fingerprint,
      keySource: keySource(),
    });
  }, watchEveryMs).unref();
}

/** A new one that cannot be used must not end the service of the old one. */
async function renewCertificate(
  files: CertificateFiles,
  endpoint: Pick<PublicEndpoint, 'replaceCertificate'>,
  log: ServeLog,
): Promise<void> {
  try {
    endpoint.replaceCertificate(await readCertificate(files, systemClock.now()));
    log.show({ kind: 'certificate-renewed', file: files.certificate });
  } catch (error) {
    log.show({ kind: 'certificate-kept', reason: reasonOf(error) });
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
