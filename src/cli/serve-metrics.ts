import type { RequestKind } from '../http/answers.js';
import type { Metric } from '../http/exposition.js';
import type { ConnectionCounts } from '../http/public-endpoint.js';
import type { Descriptors } from '../system/descriptors.js';
import type { DiskRoom } from '../workflow/fact-ports.js';
import type { RecorderCounts } from '../workflow/record-fetch.js';
import { type CommitWatch, commitBounds } from '../workflow/serve-metrics.js';
import type { UnsubscriberCounts } from '../workflow/unsubscribe.js';

export interface ServeState {
  readonly requests: Readonly<Record<RequestKind, number>>;
  readonly connections: ConnectionCounts;
  /** undefined where the system does not say. */
  readonly descriptors: Descriptors | undefined;
  readonly counts: RecorderCounts;
  readonly unsubscribes: UnsubscriberCounts;
  readonly commits: CommitWatch;
  readonly disk: DiskRoom;
  readonly keyFingerprint: string;
  readonly version: string;
  /** Unix time in seconds. */
  readonly startedAt: number;
}

/** The numbers of a running server under their names; docs/deploy.md has the list. */
export function serveMetrics(state: ServeState): readonly Metric[] {
  const { requests, connections, descriptors, counts, unsubscribes, commits } = state;
  return [
    {
      type: 'counter',
      name: 'mailtrack_http_requests_total',
      help: 'Requests to the public address, by what they were answered as.',
      samples: Object.entries(requests).map(([kind, value]) => ({ labels: { kind }, value })),
    },
    counter('mailtrack_fetches_recorded_total', 'Fetches of pixels that are on disk.', counts.recorded),
    counter(
      'mailtrack_fetches_counted_total',
      'Fetches on disk as a number only: too many of one pixel, or a disk that is nearly full.',
      counts.counted,
    ),
    counter(
      'mailtrack_fetches_late_total',
      'Fetches that were answered before they were on disk, whether or not they were recorded later.',
      counts.notDurable,
    ),
    counter('mailtrack_fetches_dropped_total', 'Fetches that were lost.', counts.dropped),
    counter('mailtrack_tokens_unverifiable_total', 'Tokens that no key verifies.', counts.unverifiable),
    counter(
      'mailtrack_fetches_opted_out_total',
      'Fetches of people who opted out; nothing is kept of them.',
      counts.optedOut,
    ),
    counter('mailtrack_rehearsals_total', 'Fetches of copies nobody was sent.', counts.rehearsals),
    gauge('mailtrack_fetches_held', 'Fetches in memory that are not on disk yet.', counts.held),
    counter(
      'mailtrack_unsubscribes_recorded_total',
      'Requests to unsubscribe that are on disk.',
      unsubscribes.recorded,
    ),
    counter(
      'mailtrack_unsubscribes_late_total',
      'Requests to unsubscribe that were answered with 503, since the database took nothing.',
      unsubscribes.late,
    ),
    gauge('mailtrack_log_stalled', '1 while the database takes nothing.', commits.isStalled ? 1 : 0),
    gauge(
      'mailtrack_disk_nearly_full',
      '1 while fetches are only counted since the disk is nearly full.',
      state.disk.isNearlyFull ? 1 : 0,
    ),
    counter('mailtrack_commits_failed_total', 'Commits of fetches that failed.', commits.failed),
    {
      type: 'histogram',
      name: 'mailtrack_commit_duration_seconds',
      help: 'From handing fetches to the database until they are on disk.',
      bounds: commitBounds,
      ...commits.durations,
    },
    gauge(
      'mailtrack_http_connections',
      'Connections to the public address that are open, with TLS after their handshake.',
      connections.open,
    ),
    gauge(
      'mailtrack_tls_handshakes',
      'Connections to the public address that have not finished their TLS handshake.',
      connections.handshakes,
    ),
    counter(
      'mailtrack_tls_handshakes_failed_total',
      'Connections to the public address that ended without a finished TLS handshake.',
      connections.handshakesFailed,
    ),
    counter(
      'mailtrack_http_connections_refused_total',
      'Connections to the public address that were refused since too many were open.',
      connections.refused,
    ),
    info('mailtrack_key_info', 'The key that seals.', { fingerprint: state.keyFingerprint }),
    info('mailtrack_build_info', 'What runs.', { version: state.version, node: process.version }),
    gauge('process_start_time_seconds', 'Start of the process since the Unix epoch.', state.startedAt),
    counter('process_cpu_seconds_total', 'CPU time, user and system.', cpuSeconds()),
    gauge('process_resident_memory_bytes', 'Resident memory.', process.memoryUsage.rss()),
    ...(descriptors === undefined
      ? []
      : [
          gauge('process_open_fds', 'File descriptors in use.', descriptors.open),
          gauge('process_max_fds', 'File descriptors this process may have.', descriptors.limit),
        ]),
  ];
}

function counter(name: string, help: string, value: number): Metric {
  return { type: 'counter', name, help, samples: [{ value }] };
}

function gauge(name: string, help: string, value: number): Metric {
  return { type: 'gauge', name, help, samples: [{ value }] };
}

function info(name: string, help: string, labels: Readonly<Record<string, string>>): Metric {
  return { type: 'gauge', name, help, samples: [{ labels, value: 1 }] };
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000_000;
}
