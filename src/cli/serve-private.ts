/** What `serve` offers to those who run it, at addresses of their own. */

import type { RequestKind } from '../http/answers.js';
import { type ListenOptions, tryToListen } from '../http/listen.js';
import type { PrivateListener, PrivateRoute } from '../http/private-listener.js';
import type { PublicEndpoint } from '../http/public-endpoint.js';
import { packageVersion } from '../package-folder.js';
import { systemClock } from '../system/clock.js';
import { readDescriptors } from '../system/descriptors.js';
import type { KeyRing } from '../tracking/key.js';
import type { DiskRoom, FactOffer } from '../workflow/fact-ports.js';
import type { FetchRecorder } from '../workflow/record-fetch.js';
import type { CommitWatch } from '../workflow/serve-metrics.js';
import type { Unsubscriber } from '../workflow/unsubscribe.js';
import type { Context } from './context.js';
import {
  defaultListenAddress,
  type ListenAddress,
  parseListenAddress,
  printAddress,
} from './listen-address.js';
import type { ServeLog } from './serve-log.js';

/** What runs, as far as the private routes tell of it. */
export interface Served {
  readonly endpoint: PublicEndpoint;
  readonly recorder: FetchRecorder;
  readonly unsubscriber: Pick<Unsubscriber, 'counts'>;
  readonly requests: Readonly<Record<RequestKind, number>>;
  readonly commits: CommitWatch;
  readonly ring: KeyRing;
  readonly offer: FactOffer;
  readonly diskRoom: () => DiskRoom;
  readonly onFault: (error: unknown) => void;
}

export interface PrivatePaths {
  readonly address: ListenAddress;
  readonly paths: readonly string[];
}

/** What is asked for at one address shares a listener. */
export function readPrivateAddresses(
  options: { readonly metrics?: ListenAddress | true; readonly exchange?: ListenAddress | true },
  context: Context,
): readonly PrivatePaths[] {
  const asked = [
    { path: '/metrics', address: addressOf(options.metrics, context.text('serve.metrics')) },
    { path: '/exchange', address: addressOf(options.exchange, context.text('serve.exchange')) },
  ];
  const byAddress = new Map<string, PrivatePaths>();
  for (const { path, address } of asked) {
    if (address === undefined) continue;
    const name = printAddress(address);
    byAddress.set(name, { address, paths: [...(byAddress.get(name)?.paths ?? []), path] });
  }
  return [...byAddress.values()];
}

function addressOf(
  flag: ListenAddress | true | undefined,
  setting: string | undefined,
): ListenAddress | undefined {
  if (flag !== undefined) return flag === true ? defaultListenAddress : flag;
  // Read once already, when the configuration was: there it has a place.
  const address = setting === undefined ? undefined : parseListenAddress(setting);
  return address?.ok === true ? address.value : undefined;
}

/**
 * Whether all addresses can be listened on, each beside the others: known before anything is made.
 * @throws Problem `port-taken`, `io`.
 */
export async function tryAddresses(endpoint: ListenOptions, asked: readonly PrivatePaths[]): Promise<void> {
  const held: (() => Promise<void>)[] = [];
  try {
    held.push(await tryToListen(endpoint));
    if (asked.length === 0) return;
    const { tryPrivateAddress } = await import('../http/private-listener.js');
    for (const { address } of asked) held.push(await tryPrivateAddress(address));
  } finally {
    await Promise.all(held.map(release => release()));
  }
}

/** @param names of this server, in requests to it. @returns what closes them. @throws Problem `port-taken`, `io`; none listens then. */
export async function startPrivate(
  asked: readonly PrivatePaths[],
  names: readonly string[] | undefined,
  served: Served,
  log: ServeLog,
): Promise<() => Promise<void>> {
  const listeners: PrivateListener[] = [];
  const close = async () => {
    await Promise.all(listeners.map(listener => listener.close()));
  };
  if (asked.length === 0) return close;
  const { startPrivateListener } = await import('../http/private-listener.js');
  const known = new Map([
    ['/metrics', await metricsRoute(served)],
    ['/exchange', await exchangeRoute(served)],
  ]);
  try {
    for (const { address, paths } of asked) {
      const routes = new Map([...known].filter(([path]) => paths.includes(path)));
      const listener = await startPrivateListener({ ...address, routes, names, onFault: served.onFault });
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
  const { endpoint, recorder, unsubscriber, requests, commits, ring } = served;
  return {
    method: 'GET',
    async answer() {
      const metrics = serveMetrics({
        requests,
        connections: endpoint.connections(),
        descriptors: await readDescriptors(),
        counts: recorder.counts,
        unsubscribes: unsubscriber.counts,
        commits,
        disk: served.diskRoom(),
        keyFingerprint: ring.fingerprint,
        version,
        startedAt,
      });
      return { status: 200, contentType: expositionType, body: printExposition(metrics) };
    },
  };
}

async function exchangeRoute({ offer, ring }: Served): Promise<PrivateRoute> {
  const { createFactOffering } = await import('../workflow/offer-facts.js');
  const answer = createFactOffering({ offer, ring, clock: systemClock });
  return {
    method: 'POST',
    async answer({ authorization, body }) {
      return { contentType: 'application/x-ndjson', ...(await answer(authorization, body.toString('utf8'))) };
    },
  };
}
