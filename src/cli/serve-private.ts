/** What `serve` offers to those who run it, at addresses of their own. */
import type { PrivateAddress, PrivateListener, PrivateRoute } from '../http/private-listener.js';
import type { PublicEndpoint, RequestKind } from '../http/public-endpoint.js';
import type { KeyRing } from '../tracking/key.js';
import type { FetchRecorder } from '../workflow/record-fetch.js';
import type { CommitWatch } from '../workflow/serve-metrics.js';
import type { Context } from './context.js';
import { printAddress, readPrivateAddress } from './private-address.js';
import { packageVersion } from './program.js';
import type { ServeLog } from './serve-log.js';

/** What runs, as far as the private routes tell of it. */
export interface Served {
  readonly endpoint: PublicEndpoint;
  readonly recorder: FetchRecorder;
  readonly requests: Readonly<Record<RequestKind, number>>;
  readonly commits: CommitWatch;
  readonly ring: KeyRing;
  readonly onFault: (error: unknown) => void;
}

export interface PrivatePaths {
  readonly address: PrivateAddress;
  readonly paths: readonly string[];
}

/** What is asked for at one address shares a listener. @throws Problem `usage`. */
export function readPrivateAddresses(
  options: { readonly metrics?: string | true },
  context: Context,
): readonly PrivatePaths[] {
  const metrics = readPrivateAddress('--metrics', options.metrics ?? context.text('serve.metrics'));
  return metrics === undefined ? [] : [{ address: metrics, paths: ['/metrics'] }];
}

/** @returns what closes them. @throws Problem `port-taken`, `io`; none listens then. */
export async function startPrivate(
  asked: readonly PrivatePaths[],
  served: Served,
  log: ServeLog,
): Promise<() => Promise<void>> {
  const listeners: PrivateListener[] = [];
  const close = async () => {
    await Promise.all(listeners.map(listener => listener.close()));
  };
  if (asked.length === 0) return close;
  const { startPrivateListener } = await import('../http/private-listener.js');
  const known = new Map([['/metrics', await metricsRoute(served)]]);
  try {
    for (const { address, paths } of asked) {
      const routes = new Map([...known].filter(([path]) => paths.includes(path)));
      const listener = await startPrivateListener({ ...address, routes, onFault: served.onFault });
      listeners.push(listener);
      const real = printAddress({ ...address, port: listener.port });
      log.show({ kind: 'private-listening', address: real, paths });
    }
  } catch (error) {
    await close();
    throw error;
  }
  return close;
}

async function metricsRoute(served: Served): Promise<PrivateRoute> {
  const { expositionType, printExposition } = await import('../http/exposition.js');
  const { serveMetrics } = await import('./serve-metrics.js');
  const startedAt = Math.round(Date.now() - process.uptime() * 1_000) / 1_000;
  const version = packageVersion();
  const { endpoint, recorder, requests, commits, ring } = served;
  return {
    method: 'GET',
    answer() {
      const metrics = serveMetrics({
        requests,
        connections: endpoint.connections(),
        counts: recorder.counts,
        commits,
        keyFingerprint: ring.fingerprint,
        version,
        startedAt,
      });
      return { status: 200, contentType: expositionType, body: printExposition(metrics) };
    },
  };
}
