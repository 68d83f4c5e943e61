import type { ServeEvent } from '../../src/workflow/events.js';
import { acceptedAt, userAgents } from '../report/facts.js';

const key = '0123456789abcdef';
const reason = 'ENOSPC: no space left on device, write to the database';
const file = '/var/lib/mailtrack/mailtrack.db';

/** Everything that serve can say. */
export const served: Readonly<Record<ServeEvent['kind'], ServeEvent>> = {
  started: { kind: 'started', port: 8080, keyFingerprint: key, database: file, version: '0.1.0' },
  'private-listening': {
    kind: 'private-listening',
    address: '127.0.0.1:8081',
    paths: ['/metrics', '/facts'],
  },
  'fetch-recorded': {
    kind: 'fetch-recorded',
    fetch: {
      emailNumber: 42,
      recipientNumber: 1,
      fetchedAt: acceptedAt.getTime(),
      method: 'GET',
      userAgent: userAgents.chrome,
      network: '203.0.113.0/24',
      kind: 'human',
      confidence: 0.8,
      rule: 'mail-client',
    },
  },
  stalled: { kind: 'stalled', reason },
  recovered: { kind: 'recovered', held: 12, seconds: 3.2 },
  'disk-nearly-full': { kind: 'disk-nearly-full', freeBytes: 199_000_000 },
  'disk-has-room': { kind: 'disk-has-room', freeBytes: 230_000_000, seconds: 61.2 },
  'descriptors-scarce': { kind: 'descriptors-scarce', open: 16_000, limit: 20_000 },
  'descriptors-enough': { kind: 'descriptors-enough', open: 13_000, limit: 20_000 },
  'user-agents-forgotten': { kind: 'user-agents-forgotten', before: acceptedAt, fetches: 12 },
  'tokens-unverifiable': {
    kind: 'tokens-unverifiable',
    unverifiable: 120,
    verified: 3,
    keyFingerprint: key,
    keySource: '/var/lib/mailtrack/key',
  },
  'keys-reloaded': { kind: 'keys-reloaded', keys: [94, 74], keyFingerprint: key, keySource: file },
  'keys-kept': { kind: 'keys-kept', reason, keyFingerprint: key },
  'key-made': { kind: 'key-made', file, advice: 'Give it to whoever sends mail.' },
  'key-exposed': { kind: 'key-exposed', file, warning: `other accounts can read ${file}: chmod 600 it` },
  'database-exposed': { kind: 'database-exposed', file, warning: `other accounts can write to ${file}` },
  'certificate-renewed': { kind: 'certificate-renewed', file },
  'certificate-kept': { kind: 'certificate-kept', reason },
  'not-notifying': { kind: 'not-notifying' },
  fault: { kind: 'fault', reason },
  'log-missed': { kind: 'log-missed', lines: 12 },
  'unsubscribes-lost': { kind: 'unsubscribes-lost', count: 2 },
  stopped: {
    kind: 'stopped',
    counts: {
      recorded: 1_432,
      counted: 12,
      notDurable: 3,
      dropped: 2,
      unverifiable: 120,
      rehearsals: 7,
      optedOut: 0,
      held: 0,
    },
  },
};
