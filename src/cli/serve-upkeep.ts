/** What goes on beside the answers for as long as `serve` runs. */
import type { PublicEndpoint } from '../http/public-endpoint.js';
import { Problem } from '../problem.js';
import type { Store } from '../store/open-store.js';
import { systemClock } from '../system/clock.js';
import { readDescriptors } from '../system/descriptors.js';
import { watchFiles } from '../system/file-changes.js';
import { onReloadSignal } from '../system/signals.js';
import type { KeyRing } from '../tracking/key.js';
import type { LiveKeyRing } from '../tracking/live-key-ring.js';
import type { FetchRecorder } from '../workflow/record-fetch.js';
import { DescriptorAlarm } from '../workflow/watch-descriptors.js';
import { DiskAlarm } from '../workflow/watch-disk.js';
import { TokenWatch } from '../workflow/watch-tokens.js';
import { type CertificateFiles, readCertificate } from './certificate.js';
import { findExposedDatabase } from './exposed-database.js';
import { forgetUserAgents } from './forget-user-agents.js';
import { findExposedKey, keySource, readKeyRing } from './key-ring.js';
import { reasonOf, type ServeLog } from './serve-log.js';

/** A certificate is renewed weeks before it expires. */
const renewLookMs = 10_000;
const watchEveryMs = 1_000;
/** Descriptors are listed for it, thousands of them on a busy server. */
const watchDescriptorsEveryMs = 5_000;

export interface Upkeep {
  /** Resolves when the terminal that started us is gone, and nobody can reload anything any more. */
  readonly hungUp: Promise<void>;
  /** Resolves when nothing of it is being written any more. */
  end(): Promise<void>;
}

export interface UpkeepOf {
  readonly ring: LiveKeyRing;
  readonly endpoint: Pick<PublicEndpoint, 'replaceCertificate'>;
  readonly recorder: FetchRecorder;
  readonly store: Pick<Store, 'diskRoom' | 'userAgentForgetter'>;
  /** undefined: without TLS of our own. */
  readonly tlsFiles: CertificateFiles | undefined;
  /** `privacy.keep_user_agent`. */
  readonly keepUserAgent: string | undefined;
}

/** Keys and certificates are replaced, tokens, disk and file descriptors are watched, user agents are forgotten. */
export function startUpkeep(of: UpkeepOf, log: ServeLog): Upkeep {
  const { ring, endpoint, recorder, store, tlsFiles } = of;
  const renew = tlsFiles && (() => void renewCertificate(tlsFiles, endpoint, log));
  if (tlsFiles && renew) watchFiles([tlsFiles.certificate, tlsFiles.key], renewLookMs, renew);
  const reload = () => {
    void reloadKeys(ring, log);
    renew?.();
  };
  const hungUp = new Promise<void>(end => onReloadSignal(reload, end));
  watchTokens(recorder, log, ring);
  watchDisk(store.diskRoom, log);
  watchDescriptors(log);
  return { hungUp, end: forgetUserAgents(of.keepUserAgent, store.userAgentForgetter, log) };
}

export async function warnOfExposedKey(log: ServeLog): Promise<void> {
  const key = await findExposedKey();
  if (key !== undefined) log.show({ kind: 'key-exposed', ...key });
}

export async function warnOfExposedDatabase(storeUrl: string, log: ServeLog): Promise<void> {
  const database = await findExposedDatabase(storeUrl);
  if (database !== undefined) log.show({ kind: 'database-exposed', ...database });
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

/** Whether or not anything is fetched, so that there is somebody to make room before it is. */
function watchDisk(room: Store['diskRoom'], log: ServeLog): void {
  const alarm = new DiskAlarm();
  const look = () => {
    const event = alarm.look(room(), systemClock.monotonicMs());
    if (event !== undefined) log.show(event);
  };
  look();
  setInterval(look, watchEveryMs).unref();
}

function watchDescriptors(log: ServeLog): void {
  const alarm = new DescriptorAlarm();
  const look = async () => {
    const descriptors = await readDescriptors();
    const event = descriptors && alarm.look(descriptors);
    if (event !== undefined) log.show(event);
  };
  setInterval(() => void look(), watchDescriptorsEveryMs).unref();
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
