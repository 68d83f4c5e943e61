import { plural } from '../amount.js';
import { createTimeFormat } from '../time-format.js';
import type { ServeEvent } from '../workflow/events.js';
import { visible } from './clean.js';
import { discreet } from './discreet.js';
import { printJson } from './json.js';

export type LogLevel = 'debug' | 'info' | 'warning' | 'error';

const levels: Readonly<Record<ServeEvent['kind'], LogLevel>> = {
  started: 'info',
  'private-listening': 'info',
  'fetch-recorded': 'debug',
  stalled: 'error',
  recovered: 'info',
  'disk-nearly-full': 'warning',
  'disk-has-room': 'info',
  'descriptors-scarce': 'warning',
  'descriptors-enough': 'info',
  'user-agents-forgotten': 'info',
  'tokens-unverifiable': 'warning',
  'keys-reloaded': 'info',
  'keys-kept': 'error',
  'key-made': 'info',
  'key-exposed': 'warning',
  'database-exposed': 'warning',
  'certificate-renewed': 'info',
  'certificate-kept': 'error',
  'not-notifying': 'warning',
  fault: 'error',
  'log-missed': 'warning',
  'unsubscribes-lost': 'error',
  stopped: 'info',
};

export function levelOf(event: ServeEvent): LogLevel {
  if (event.kind === 'stopped' && event.counts.dropped > 0) return 'error';
  return levels[event.kind];
}

/** One JSON object, for a log collector: `at`, `level`, `event`, `message`, and the facts under their own names. */
export function serveJson(event: ServeEvent, at: Date): string {
  const facts = { at: at.toISOString(), level: levelOf(event), event: event.kind, message: serveLine(event) };
  return printJson({ ...facts, ...factsOf(event) });
}

/** What a person at a terminal reads. */
export function serveLine(event: ServeEvent): string {
  switch (event.kind) {
    case 'started':
      return `Serving pixels on port ${event.port}, key ${event.keyFingerprint}, database ${visible(event.database)}.`;
    case 'private-listening':
      return `Private on ${event.address}: ${event.paths.join(', ')}.`;
    case 'fetch-recorded': {
      // Whose copy it was is not looked up: the server may not have the addresses.
      const at = new Date(event.fetch.fetchedAt);
      return `${createTimeFormat(at).clock(at)}  ${event.fetch.kind.padEnd(11)}  ${visible(event.fetch.userAgent).slice(0, 80)}`;
    }
    case 'stalled':
      return `Not recording: ${said(event.reason)}. Trying again.`;
    case 'recovered':
      return `Recording again after ${event.seconds.toFixed(1)} s.`;
    case 'disk-nearly-full':
      return `The disk is nearly full, ${megabytes(event.freeBytes)} are free: fetches are only counted until there are 220 MB.`;
    case 'disk-has-room':
      return `The disk has room again, ${megabytes(event.freeBytes)}, after ${event.seconds.toFixed(1)} s: fetches have rows.`;
    case 'descriptors-scarce':
      return (
        `${event.open} of ${event.limit} file descriptors are in use; at the limit no connection is accepted. ` +
        'Raise LimitNOFILE of the service, or `ulimit -n`.'
      );
    case 'descriptors-enough':
      return `Enough file descriptors again: ${event.open} of ${event.limit} are in use.`;
    case 'user-agents-forgotten':
      return `User agents from before ${createTimeFormat(event.before).full(event.before)} are forgotten, of ${plural(event.fetches, 'fetch', 'fetches')}.`;
    case 'tokens-unverifiable':
      return (
        `${event.unverifiable} tokens did not verify, ${event.verified} did: is this the key the mail was sent with? ` +
        `Here it is ${event.keyFingerprint} (${visible(event.keySource)}); \`mailtrack keys list\` where you send shows yours.`
      );
    case 'keys-reloaded':
      return `Keys read again from ${visible(event.keySource)}: ${event.keys.join(', ')}; the newest has the fingerprint ${event.keyFingerprint}.`;
    case 'keys-kept':
      return `The old keys stay: ${said(event.reason)}`;
    case 'key-made':
      return `A new key was made: ${visible(event.file)}\n  ${event.advice}`;
    case 'key-exposed':
    case 'database-exposed':
      return `Warning: ${visible(event.warning)}`;
    case 'certificate-renewed':
      return `The certificate ${visible(event.file)} is read anew, and in use.`;
    case 'certificate-kept':
      return `The old certificate stays in use: ${said(event.reason)}.`;
    case 'not-notifying':
      return 'systemd could not be told that this is ready: without systemd-notify use Type=exec (docs/deploy.md).';
    case 'fault':
      return `A request failed: ${said(event.reason)}`;
    case 'log-missed':
      return `Before this, ${event.lines} ${event.lines === 1 ? 'line' : 'lines'} of the log could not be written.`;
    case 'unsubscribes-lost':
      return `Requests to unsubscribe that are LOST: ${event.count}. All were answered with 503.`;
    case 'stopped':
      return summary(event.counts);
  }
}

function megabytes(bytes: number): string {
  return `${Math.floor(bytes / 1e6)} MB`;
}

function summary(counts: Extract<ServeEvent, { kind: 'stopped' }>['counts']): string {
  const parts = [`${plural(counts.recorded + counts.counted, 'fetch', 'fetches')} recorded`];
  if (counts.counted > 0) parts.push(`${counts.counted} of them only as a number`);
  if (counts.dropped > 0) parts.push(`${counts.dropped} LOST`);
  if (counts.unverifiable > 0) parts.push(`${counts.unverifiable} with tokens that do not verify`);
  if (counts.optedOut > 0) parts.push(`${counts.optedOut} of people who opted out`);
  if (counts.rehearsals > 0) parts.push(`${counts.rehearsals} from rehearsals`);
  return `Stopped: ${parts.join(', ')}.`;
}

function said(reason: string): string {
  return discreet(visible(reason));
}

function factsOf(event: ServeEvent): Readonly<Record<string, unknown>> {
  switch (event.kind) {
    case 'started':
      return {
        port: event.port,
        key: event.keyFingerprint,
        database: event.database,
        version: event.version,
      };
    case 'private-listening':
      return { address: event.address, paths: event.paths };
    case 'fetch-recorded': {
      const { fetchedAt, kind, confidence, rule, method, userAgent, network } = event.fetch;
      const fetched_at = new Date(fetchedAt).toISOString();
      return { fetched_at, kind, confidence, rule, method, user_agent: userAgent, network };
    }
    case 'certificate-renewed':
      return { file: event.file };
    case 'certificate-kept':
    case 'stalled':
    case 'fault':
      return { reason: said(event.reason) };
    case 'recovered':
      return { held: event.held, seconds: event.seconds };
    case 'disk-nearly-full':
      return { free_bytes: event.freeBytes };
    case 'disk-has-room':
      return { free_bytes: event.freeBytes, seconds: event.seconds };
    case 'descriptors-scarce':
    case 'descriptors-enough':
      return { open: event.open, limit: event.limit };
    case 'user-agents-forgotten':
      return { fetches: event.fetches, before: event.before.toISOString() };
    case 'tokens-unverifiable':
      return { unverifiable: event.unverifiable, verified: event.verified, key: event.keyFingerprint };
    case 'keys-reloaded':
      return { keys: event.keys, key: event.keyFingerprint };
    case 'keys-kept':
      return { reason: said(event.reason), key: event.keyFingerprint };
    case 'key-made':
    case 'key-exposed':
    case 'database-exposed':
      return { file: event.file };
    case 'log-missed':
      return { lines: event.lines };
    case 'not-notifying':
      return {};
    case 'unsubscribes-lost':
      return { count: event.count };
    case 'stopped': {
      const { recorded, counted, notDurable, dropped, unverifiable, rehearsals, optedOut } = event.counts;
      return {
        recorded,
        counted,
        not_durable: notDurable,
        dropped,
        unverifiable,
        rehearsals,
        opted_out: optedOut,
      };
    }
  }
}
