import { Problem } from '../problem.js';
import { createTimeFormat } from '../time-format.js';
import {
  type ExchangePage,
  type ExchangeRecord,
  exchangeSchema,
  nonceOf,
  printRecords,
  proveRequest,
  readPage,
} from '../tracking/exchange.js';
import {
  closedRecord,
  readCounterRecord,
  readFetchRecord,
  readOptOutRecord,
  readUnsubscribeRecord,
} from '../tracking/exchanged-facts.js';
import { type Key, type KeyRing, keyFingerprint } from '../tracking/key.js';
import type { ExchangeChannel, FactIntake, OfferedFacts, PulledCounts } from './fact-ports.js';
import type { ClosedPixel } from './people-ports.js';
import type { Clock, Random } from './ports.js';

export interface PullPorts {
  readonly intake: FactIntake;
  readonly channel: ExchangeChannel;
  readonly ring: KeyRing;
  readonly clock: Pick<Clock, 'now'>;
  readonly random: Random;
  /** Closes all pixels of people who stopped tracking with the link in one of their copies. */
  readonly noteOptOuts?: () => Promise<unknown>;
}

export interface PullOptions {
  /** As the user named it: for messages, and noted with the source. */
  readonly url: string;
  /** Called after each page that is on disk. */
  readonly onPage?: (sum: PulledCounts) => void;
}

export interface Pulled extends PulledCounts {
  readonly sourceId: string;
  /** Pixels of people who opted out or were forgotten here, of which the other database was told. */
  readonly told: number;
  /** Such pixels that it does not understand to close, since it is older. */
  readonly untold: number;
  /** Records of a type this version does not know. */
  readonly passedOver: number;
}

const twoDatabases = 'answers with one database and then with another';

/** What this version takes; the other side is asked for nothing else. */
const types = ['fetch', 'unsubscribe', 'counter', 'optout'] as const;

/**
 * Takes over the facts of another database that came since the last time. A page is stored with the places it ends at, or
 * not at all: cut anywhere and repeated, nothing is there twice and nothing is left out.
 * @throws Problem `auth-refused` (key, clock), `server-unreachable`, `server-protocol`, `email-state`.
 */
export async function pullFacts({ url, onPage }: PullOptions, ports: PullPorts): Promise<Pulled> {
  const { key, page: first } = await introduce(url, ports);
  const { sourceId } = first;
  if (sourceId === ports.intake.sourceId()) {
    throw new Problem('usage', `${url} serves this very database: its facts are here already`, {
      fix: 'Name another database with --db, or leave the pull out.',
    });
  }
  // Before anything is asked for: what was recorded of people who are forgotten must not come back.
  const told = await tellClosed(url, key, ports, sourceId);
  let sum = {
    fetches: 0,
    counted: 0,
    known: 0,
    strange: 0,
    unsubscribes: 0,
    optOuts: 0,
    passedOver: 0,
    ...told,
  };
  for (;;) {
    const page = await ask(url, key, ports, { sourceId, places: ports.intake.placesOf(sourceId) });
    if (page.sourceId !== sourceId) {
      throw foreign(url, twoDatabases);
    }
    const { facts, passedOver } = readFacts(page, url);
    const stored = await ports.intake.storePage({ sourceId, url, facts }, ports.clock.now());
    sum = {
      ...sum,
      fetches: sum.fetches + stored.fetches,
      counted: sum.counted + stored.counted,
      known: sum.known + stored.known,
      strange: sum.strange + stored.strange,
      unsubscribes: sum.unsubscribes + stored.unsubscribes,
      optOuts: sum.optOuts + stored.optOuts,
      passedOver: sum.passedOver + passedOver,
    };
    onPage?.(sum);
    if (page.more) continue;
    if (sum.optOuts === 0) return { sourceId, ...sum };
    await ports.noteOptOuts?.();
    const then = await tellClosed(url, key, ports, sourceId);
    return { sourceId, ...sum, told: sum.told + then.told, untold: then.untold };
  }
}

/** Pixels in one request. */
const toldAtOnce = 2_000;

/** Tells which pixels are closed, as far as that database does not know yet. It says that it has closed them; an older one does not. */
async function tellClosed(
  url: string,
  key: Key,
  ports: PullPorts,
  sourceId: string,
): Promise<Pick<Pulled, 'told' | 'untold'>> {
  for (let told = 0; ; ) {
    const { pixels, upTo } = await ports.intake.untold(sourceId, toldAtOnce);
    if (pixels.length === 0) return { told, untold: 0 };
    const page = await ask(url, key, ports, { sourceId, places: new Map(), closed: pixels });
    if (page.sourceId !== sourceId) throw foreign(url, twoDatabases);
    const isClosed = page.records.some(
      ({ type, pixels: count }) => type === 'closed' && count === pixels.length,
    );
    if (!isClosed) return { told, untold: pixels.length };
    await ports.intake.noteTold({ sourceId, url }, upTo, ports.clock.now());
    told += pixels.length;
  }
}

/** Asks for nothing, to learn whose facts these are and which of our keys it knows: the newest first. */
async function introduce(url: string, ports: PullPorts): Promise<{ key: Key; page: ExchangePage }> {
  const keys = [...ports.ring.byId.values()].reverse();
  for (const key of keys) {
    const page = await ask(url, key, ports, undefined);
    if (page !== 'unknown-key') return { key, page };
  }
  throw new Problem(
    'auth-refused',
    `${url} has none of the keys here (${keys.map(keyFingerprint).join(', ')})`,
    { fix: 'Give both the same key file; `mailtrack keys list` shows what a machine has.' },
  );
}

/** What is asked for, of which database. */
interface Wanted {
  readonly sourceId: string;
  readonly places: ReadonlyMap<string, string>;
  /** What is told instead of asking. */
  readonly closed?: readonly ClosedPixel[];
}

async function ask(
  url: string,
  key: Key,
  ports: PullPorts,
  wanted: undefined,
): Promise<ExchangePage | 'unknown-key'>;
async function ask(url: string, key: Key, ports: PullPorts, wanted: Wanted): Promise<ExchangePage>;
async function ask(
  url: string,
  key: Key,
  { channel, clock, random }: PullPorts,
  wanted: Wanted | undefined,
): Promise<ExchangePage | 'unknown-key'> {
  const pull = { type: 'pull', schema: exchangeSchema };
  const body = printRecords(
    wanted === undefined
      ? [pull]
      : [
          { ...pull, source: wanted.sourceId },
          ...(wanted.closed?.map(closedRecord) ??
            types.map(of => ({ type: 'want', of, after: wanted.places.get(of) ?? '' }))),
        ],
  );
  const sentAt = clock.now();
  const authorization = proveRequest(key, body, sentAt, random.bytes(16));
  const answer = await channel.post(body, authorization);
  if (answer.status !== 200) {
    const why = readError(answer.body);
    if (why?.error === 'key' && wanted === undefined) return 'unknown-key';
    throw refused(url, answer.status, why, sentAt);
  }
  const page = readPage(key, nonceOf(authorization), answer.body);
  if (page === 'cut') throw unreachable(url, 'the answer ended early');
  if (page === 'foreign') throw foreign(url, 'answers, but not with facts of mailtrack');
  if (page === 'forged') throw foreign(url, 'answers with facts that do not prove to be from the key here');
  return page;
}

interface ErrorAnswer {
  readonly error: string;
  readonly at: string;
}

function readError(body: string): ErrorAnswer | undefined {
  try {
    const value = JSON.parse(body) as Partial<ErrorAnswer> | null;
    return typeof value?.error === 'string' && typeof value.at === 'string'
      ? (value as ErrorAnswer)
      : undefined;
  } catch {
    return undefined;
  }
}

function refused(url: string, status: number, why: ErrorAnswer | undefined, sentAt: Date): Problem {
  const { error, at } = why ?? { error: '', at: '' };
  switch (error) {
    case 'clock': {
      const { full } = createTimeFormat(sentAt);
      const apartMs = Math.abs(Date.parse(at) - sentAt.getTime());
      return new Problem(
        'auth-refused',
        `the clocks differ by ${Math.round(apartMs / 60_000)} min: ${url} has ${full(new Date(at))}, here it is ${full(sentAt)}`,
        { fix: 'Set the clock that is wrong; at most 5 minutes are taken.' },
      );
    }
    case 'key':
    case 'credentials':
      return new Problem('auth-refused', `${url} refuses the key`, {
        fix: 'Run the command again; `mailtrack keys list` shows what a machine has.',
      });
    case 'source':
      return foreign(url, twoDatabases);
    case 'place':
      return new Problem(
        'email-state',
        `${url} has an older state of its database than what was pulled from it before`,
        { fix: 'It was restored from a copy. Give it an empty database, and pull that one.' },
      );
    default:
      return foreign(url, `answers ${status}, which is not the exchange of mailtrack`);
  }
}

function foreign(url: string, what: string): Problem {
  return new Problem('server-protocol', `${url} ${what}`, {
    fix: 'Name the address of `mailtrack serve --exchange`, not its public one.',
  });
}

function unreachable(url: string, why: string): Problem {
  return new Problem('server-unreachable', `${url}: ${why}`, {
    fix: 'What came before is stored. Run the command again.',
  });
}

/** A page is proved to be whole; a fact that is none then is a fault of one of the two versions. */
function readFacts(page: ExchangePage, url: string): { facts: OfferedFacts; passedOver: number } {
  const read = <T>(type: string, readOne: (record: ExchangeRecord) => T | undefined): readonly T[] => {
    const facts = page.records.filter(record => record.type === type).map(readOne);
    if (!facts.includes(undefined)) return facts as readonly T[];
    throw foreign(url, 'sends facts that cannot be read; is one of the two mailtracks too old?');
  };
  // A server of before some type says no place for it: it is asked from the beginning once it does.
  const places = types
    .map(type => [type, page.after?.[type]])
    .filter(([, place]) => typeof place === 'string');
  if (places.length === 0) throw foreign(url, 'does not say where to go on');
  const known: readonly string[] = types;
  return {
    facts: {
      fetches: read('fetch', readFetchRecord),
      unsubscribes: read('unsubscribe', readUnsubscribeRecord),
      counters: read('counter', readCounterRecord),
      optOuts: read('optout', readOptOutRecord),
      after: Object.fromEntries(places) as Readonly<Record<string, string>>,
      more: page.more,
    },
    passedOver: page.records.filter(({ type }) => !known.includes(type)).length,
  };
}
