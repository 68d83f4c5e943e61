import { type LoggedRequest, parseLogLine } from '../tracking/access-log.js';
import { findClockSkew } from '../tracking/clock-skew.js';
import type { KeyRing } from '../tracking/key.js';
import { networkPrefix } from '../tracking/network.js';
import { tokenOfPath } from '../tracking/pixel.js';
import { parseToken, type Token } from '../tracking/token.js';
import { keptUserAgent } from '../tracking/user-agent.js';
import type { FetchLog, LoggedFetch, LogIntake, ReadLine } from './fact-ports.js';
import type { Clock } from './ports.js';
import { rememberAgents } from './remember-agents.js';

export interface IngestPorts {
  readonly intake: LogIntake;
  readonly log: Pick<FetchLog, 'resolveArticleToken' | 'findClosed'>;
  readonly ring: KeyRing;
  readonly clock: Pick<Clock, 'now'>;
}

export interface IngestOptions {
  /** false: nothing is kept of where a request came from. */
  readonly keepNetwork: boolean;
}

/** Every line is in exactly one of the others. */
export interface Ingested {
  readonly lines: number;
  /** Recorded by this. */
  readonly added: number;
  /** Recorded or counted by `serve`, or by an earlier reading of the same lines. */
  readonly known: number;
  /** Counted by this, without a row: their pixel has as many as it may have. */
  readonly beyond: number;
  readonly unverifiable: number;
  readonly rehearsals: number;
  /** Fetches of people who opted out or were forgotten: nothing is kept of them. */
  readonly optedOut: number;
  /** Requests for something else, or that were refused. */
  readonly others: number;
  readonly unreadable: number;
  /** With a time that cannot be: of tomorrow, or before there was the email. */
  readonly misdated: number;
  /** Which line was the first of those, from 1; 0 when there is none. */
  readonly firstMisdatedLine: number;
  /** By how many seconds the times of all lines are ahead of what `serve` recorded, negative when behind; they are taken without. */
  readonly clockSkewSeconds: number;
}

/** Clocks differ, and so does what people think of zones. */
const dayMs = 86_400_000;
/** In one transaction, sharing the pages they touch. */
const batchLines = 20_000;
/** With a token that verifies; what all of them have in common is taken for what all of the log has. */
const headLines = 2_000;
/** The store keeps the fetches of the pixels of a batch that are of its time. */
const batchSpanMs = dayMs;

/**
 * Records the fetches that an access log tells of and the database does not. Only lines with a token that verifies count.
 * The same log again adds nothing, and what `serve` recorded itself is not recorded twice.
 * @param lines without line ends; undefined for one that is too long to be one.
 */
export async function ingestLog(
  lines: AsyncIterable<string | undefined>,
  ports: IngestPorts,
  options: IngestOptions,
): Promise<Ingested> {
  const counts = {
    lines: 0,
    added: 0,
    known: 0,
    beyond: 0,
    unverifiable: 0,
    rehearsals: 0,
    optedOut: 0,
    others: 0,
    unreadable: 0,
    misdated: 0,
  };
  let firstMisdatedLine = 0;
  let namesUserAgents = false;
  let clockSkewSeconds = 0;
  let head: HeadLine[] | undefined = [];
  const latest = ports.clock.now().getTime() + dayMs;
  const occurrences = new Occurrences();
  const judge = rememberAgents();
  let batch: LoggedFetch[] = [];

  async function store(): Promise<void> {
    if (batch.length === 0) return;
    for (const outcome of await ports.intake.storeLogged(batch)) counts[outcome] += 1;
    batch = [];
  }

  /** A log that never names a user agent leaves them out, whatever stands in their place. */
  const says = (read: ReadLine): ReadLine => ({
    ...read,
    saysUserAgent: read.saysUserAgent && (read.userAgent !== '' || namesUserAgents),
  });

  async function take(line: ReadLine): Promise<void> {
    const read = says({ ...line, fetchedAt: line.fetchedAt - clockSkewSeconds * 1_000 });
    const first = batch[0];
    const isFull =
      batch.length >= batchLines ||
      (first !== undefined && Math.abs(read.fetchedAt - first.fetchedAt) > batchSpanMs);
    if (isFull) await store();
    batch.push({ ...read, occurrence: occurrences.next(read) });
  }

  async function takeHead(): Promise<void> {
    if (head === undefined) return;
    const lines = head.map(({ read, answered }) => ({ read: says(read), answered }));
    clockSkewSeconds = await skewOf(lines, ports.intake);
    head = undefined;
    for (const { read } of lines) await take(read);
  }

  for await (const line of lines) {
    counts.lines += 1;
    const request = line === undefined ? undefined : parseLogLine(line);
    namesUserAgents ||= keptUserAgent(request?.userAgent ?? '') !== '';
    const read = request === undefined ? 'unreadable' : await readLine(request, ports, options, judge);
    if (typeof read === 'string') {
      counts[read] += 1;
      continue;
    }
    if (read.fetchedAt > latest || read.fetchedAt < earliestOf(read, ports.intake)) {
      counts.misdated += 1;
      firstMisdatedLine ||= counts.lines;
      continue;
    }
    if (head === undefined) await take(read);
    else if (head.push({ read, answered: isAnswered(request) }) >= headLines) await takeHead();
  }
  await takeHead();
  await store();
  return { ...counts, firstMisdatedLine, clockSkewSeconds };
}

interface HeadLine {
  readonly read: ReadLine;
  /** `serve` was up, and so recorded it. */
  readonly answered: boolean;
}

function isAnswered(request: LoggedRequest | undefined): boolean {
  return request !== undefined && request.status >= 200 && request.status < 400;
}

async function skewOf(lines: readonly HeadLine[], intake: LogIntake): Promise<number> {
  const answered = lines.filter(line => line.answered).map(({ read }) => read);
  const recorded = await intake.recordedAround(answered);
  return findClockSkew(
    answered.map(({ fetchedAt }, index) => ({
      second: Math.floor(fetchedAt / 1_000),
      rows: recorded[index] ?? [],
    })),
  );
}

/** An email that is not in the database may be of any time. */
function earliestOf({ emailNumber }: ReadLine, intake: LogIntake): number {
  const createdAt = intake.emailCreatedAt(emailNumber);
  return createdAt === undefined ? 0 : createdAt - dayMs;
}

/**
 * How often the same request was met in the same second of this log: one more than before means one more fetch, however many of
 * them a log has. Remembers the latest; a log is in order of time but for seconds.
 */
class Occurrences {
  readonly #counts = new Map<string, number>();

  next({ emailNumber, recipientNumber, method, userAgent, fetchedAt }: ReadLine): number {
    const second = Math.floor(fetchedAt / 1_000);
    const key = `${emailNumber} ${recipientNumber} ${method} ${second} ${userAgent}`;
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.delete(key);
    this.#counts.set(key, count);
    if (this.#counts.size > rememberedRequests) {
      const [oldest] = this.#counts.keys();
      if (oldest !== undefined) this.#counts.delete(oldest);
    }
    return count;
  }
}

const rememberedRequests = 20_000;

type Ignored = 'others' | 'unverifiable' | 'rehearsals' | 'optedOut';

async function readLine(
  request: LoggedRequest,
  ports: IngestPorts,
  options: IngestOptions,
  judge: ReturnType<typeof rememberAgents>,
): Promise<ReadLine | Ignored> {
  const text = isAsked(request) ? tokenOfPath(request.target) : undefined;
  if (text === undefined) return 'others';
  const token = parseToken(ports.ring, text);
  if (token?.kind === 'sealed' && token.purpose === 'rehearsal') return 'rehearsals';
  // A line cannot be compared with what is kept of the pixel that copies share.
  if (token?.kind === 'sealed' && token.purpose === 'shared') return 'others';
  const numbers = token && (await numbersOf(token, ports.log));
  if (numbers === undefined) return 'unverifiable';
  if ((await ports.log.findClosed([numbers])).size > 0) return 'optedOut';
  const method = request.method as 'GET' | 'HEAD';
  return {
    ...numbers,
    fetchedAt: request.at,
    method,
    saysUserAgent: request.userAgent !== undefined,
    network: options.keepNetwork ? networkPrefix(request.address) : '',
    ...judge(method, request.userAgent ?? ''),
  };
}

/**
 * Somebody wanted the image, whether or not they got it: 499 is nginx's word for a client that left, 0 that of Caddy, and 5xx is
 * what a front says while the server is down. What was refused (4xx) or redirected was no request for a pixel.
 */
function isAsked({ method, status }: LoggedRequest): boolean {
  const isFetch = method === 'GET' || method === 'HEAD';
  return (
    isFetch &&
    (status === 0 || (status >= 200 && status < 300) || status === 304 || status === 499 || status >= 500)
  );
}

async function numbersOf(
  token: Token,
  log: IngestPorts['log'],
): Promise<Pick<LoggedFetch, 'emailNumber' | 'recipientNumber'> | undefined> {
  if (token.kind === 'article') return log.resolveArticleToken(token.emailId, token.emailAddress);
  const { purpose, emailNumber, recipientNumber } = token;
  return purpose === 'pixel' ? { emailNumber, recipientNumber } : undefined;
}
