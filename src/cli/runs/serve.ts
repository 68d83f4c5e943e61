import { type RequestKind, requestKinds } from '../../http/answers.js';
import { mostConnections } from '../../http/connections.js';
import { startPublicEndpoint } from '../../http/public-endpoint.js';
import { packageVersion } from '../../package-folder.js';
import { openStore, type Store } from '../../store/open-store.js';
import { systemClock } from '../../system/clock.js';
import { descriptorLimit } from '../../system/descriptors.js';
import { findServiceManager } from '../../system/service-manager.js';
import { untilStopSignal } from '../../system/signals.js';
import { createLiveKeyRing, type LiveKeyRing } from '../../tracking/live-key-ring.js';
import { isSelfToken } from '../../tracking/self-link.js';
import { createFetchRecorder } from '../../workflow/record-fetch.js';
import { watchCommits } from '../../workflow/serve-metrics.js';
import { createTrackingStopper } from '../../workflow/stop-tracking.js';
import { createUnsubscriber } from '../../workflow/unsubscribe.js';
import { certificateFiles, readCertificate } from '../certificate.js';
import { shownUrl } from '../config/mask-secrets.js';
import { createContext } from '../context.js';
import { exitCodes } from '../exit-codes.js';
import { makeKeyRing, newKeyAdvice, readKeyRing } from '../key-ring.js';
import type { ListenAddress } from '../listen-address.js';
import type { GlobalOptions } from '../options.js';
import { createServeLog, reasonOf, type ServeLog } from '../serve-log.js';
import { readPrivateAddresses, startPrivate, tryAddresses } from '../serve-private.js';
import { startUpkeep, warnOfExposedDatabase, warnOfExposedKey } from '../serve-upkeep.js';
import { trustedProxies } from '../trusted-proxies.js';

export interface ServeOptions extends GlobalOptions {
  readonly port?: number;
  readonly host?: string;
  readonly metrics?: ListenAddress | true;
  readonly exchange?: ListenAddress | true;
  readonly privateHost?: readonly string[];
  readonly trustedProxy?: readonly string[];
  readonly tlsCert?: string;
  readonly tlsKey?: string;
}

const defaultPort = 8080;
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
    await warnOfExposedDatabase(context.storeUrl, log);
    const { recorder, unsubscriber, trackingStopper, commits, requests, onFault } = createParts(
      store,
      ring,
      log,
    );
    const endpoint = await startPublicEndpoint({
      ...listenOn,
      recorder,
      trustedProxies: proxies,
      certificate,
      maxConnections: connectionsFor(descriptorLimit()),
      keepNetwork: context.text('privacy.keep_network') !== 'none',
      keyFingerprint: () => ring.fingerprint,
      unsubscriber,
      trackingStopper,
      selfMarker: { isLink: token => isSelfToken(ring, token) },
      onRequest: kind => {
        requests[kind] += 1;
      },
      onFault,
    });
    try {
      const { factOffer: offer, diskRoom } = store;
      const served = { endpoint, recorder, unsubscriber, requests, commits, ring, offer, diskRoom, onFault };
      const names = options.privateHost ?? context.texts('serve.private_hosts');
      const closePrivate = await startPrivate(privateAddresses, names, served, log);
      const keepUserAgent = context.text('privacy.keep_user_agent');
      // Before anybody reads that it serves, and sends a signal.
      const upkeep = startUpkeep({ ring, endpoint, recorder, store, tlsFiles, keepUserAgent }, log);
      log.show({
        kind: 'started',
        port: endpoint.port,
        keyFingerprint: ring.fingerprint,
        database: shownUrl(context.storeUrl),
        version: packageVersion(),
      });
      await keepTold(Promise.race([stopSignal, upkeep.hungUp]), log);
      await closePrivate();
      await upkeep.end();
    } finally {
      await endpoint.close();
    }
    const lost = (await unsubscriber.flush()) + (await trackingStopper.flush());
    if (lost > 0) log.show({ kind: 'unsubscribes-lost', count: lost });
    log.show({ kind: 'stopped', counts: recorder.counts });
    if (lost + recorder.counts.dropped > 0) process.exitCode = exitCodes.io;
  } finally {
    await store.close();
  }
}

/**
 * Connections after their handshake, for as many as are allowed before it: with a low limit of file descriptors, three quarters of
 * it together, so that the idlest ones make room while the system still accepts connections.
 */
function connectionsFor(limit = Number.POSITIVE_INFINITY): number {
  return Math.min(mostConnections, Math.floor((limit * 3) / 8));
}

/** What answers and counts, with its words for the log. */
function createParts(store: Store, ring: LiveKeyRing, log: ServeLog) {
  const onFault = (error: unknown) => log.show({ kind: 'fault', reason: reasonOf(error) });
  const commits = watchCommits(store.fetchLog, systemClock, seconds =>
    log.show({ kind: 'recovered', held: recorder.counts.held, seconds }),
  );
  const ports = { log: commits.log, ring, clock: systemClock };
  const recorder = createFetchRecorder(ports, {
    ...(log.showsFetches ? { onRecorded: fetch => log.show({ kind: 'fetch-recorded', fetch }) } : {}),
    onStalled: error => log.show({ kind: 'stalled', reason: reasonOf(error) }),
  });
  const unsubscriber = createUnsubscriber(ports, error =>
    onFault(`unsubscribing has to wait: ${reasonOf(error)}`),
  );
  const trackingStopper = createTrackingStopper(ports, error =>
    onFault(`ending the tracking of somebody has to wait: ${reasonOf(error)}`),
  );
  const requests = Object.fromEntries(requestKinds.map(kind => [kind, 0])) as Record<RequestKind, number>;
  return { recorder, unsubscriber, trackingStopper, commits: commits.watch, requests, onFault };
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
