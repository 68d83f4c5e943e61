/**
 * Facts to numbers. A fetch is a fact; whether somebody opened is our reading of it, made here, each time, by today's
 * rules. The database is not asked for verdicts.
 */
import type { Fields, RecipientState, Role } from '../recipients/recipient.js';
import type { Classification, Fetch, FetchKind } from '../tracking/fetch.js';

export type Verdict = 'opened' | 'maybe' | 'machine' | 'none' | 'not-tracked';

/** How a fetch is judged. */
export type Classify = (
  fetch: Pick<Fetch, 'method' | 'userAgent'> & Classification,
  context: { sinceAcceptedMs?: number; firstFetch?: boolean },
) => Classification;

export interface ReportEmail {
  readonly emailId: string;
  /** What the user called it with `send --id`. */
  readonly sendId?: string | undefined;
  readonly subject: string;
  readonly from: string;
  readonly mode: 'group' | 'each';
  readonly messageId: string;
  readonly createdAt: Date;
}

export interface ReportRecipient {
  readonly recipientNumber: number;
  readonly emailAddress: string;
  readonly name: string;
  readonly role: Role;
  readonly tracked: boolean;
  /** Merge fields by column name. */
  readonly fields?: Fields;
  readonly state: RecipientState;
  readonly stateAt: Date;
  /**
   * Transactions after which the server had the copy, or may have had it, in order of time. Absent: `stateAt` is when it was
   * handed over, if it was.
   */
  readonly handovers?: readonly Handover[] | undefined;
}

/** One transaction that may have brought the copy to the recipient. */
export interface Handover {
  readonly startedAt: Date;
  /** When the server took the copy; undefined when no reply came, so that it may have been at any moment since the start. */
  readonly acceptedAt: Date | undefined;
}

/** A fetch with the verdict of the moment it was recorded. */
export interface ReportFetch extends Fetch, Classification {
  /** How many fetches it stands for; 1 when not given. */
  readonly times?: number;
}

export interface RecipientSummary {
  readonly emailAddress: string;
  readonly name: string;
  readonly role: Role;
  /** Merge fields by column name. */
  readonly fields: Fields;
  readonly state: RecipientState;
  readonly verdict: Verdict;
  /** Of the fetch the verdict rests on; 0 when there is none. */
  readonly confidence: number;
  /** Human and image-proxy fetches; repeats within 30 s are one. */
  readonly opens: number;
  readonly firstOpenedAt: Date | undefined;
  readonly lastOpenedAt: Date | undefined;
  /** The first fetch of somebody who may have opened it; undefined with every other verdict. */
  readonly maybeOpenedAt: Date | undefined;
  readonly kinds: Readonly<Partial<Record<FetchKind, number>>>;
}

export interface JudgedFetch extends Classification {
  readonly openedAt: Date;
  readonly emailAddress: string;
  /** How many fetches it stands for: more than one were only counted, and this was the last of them. */
  readonly times: number;
}

export interface ReportTotals {
  readonly recipients: number;
  readonly accepted: number;
  readonly deferred: number;
  readonly rejected: number;
  readonly uncertain: number;
  /** With those being sent right now. */
  readonly pending: number;
  readonly skipped: number;
  readonly opened: number;
  readonly maybe: number;
  readonly machine: number;
  readonly none: number;
  readonly notTracked: number;
  readonly fetches: number;
}

export interface Report {
  readonly email: ReportEmail;
  readonly totals: ReportTotals;
  readonly recipients: readonly RecipientSummary[];
  /** Every fetch of the email, in the order recorded; behind them those that were only counted. */
  readonly opens: readonly JudgedFetch[];
}

/** One look at a message often loads its images twice. */
const repeatMs = 30_000;
/** Below this a fetch is a maybe. */
const openConfidence = 0.5;

export function summarize(
  email: ReportEmail,
  recipients: readonly ReportRecipient[],
  fetches: readonly ReportFetch[],
  classify: Classify,
): Report {
  const byNumber = new Map(recipients.map(recipient => [recipient.recipientNumber, recipient]));
  const judged = new Map<number, JudgedFetch[]>();
  const opens: JudgedFetch[] = [];
  for (const fetch of fetches) {
    const recipient = byNumber.get(fetch.recipientNumber);
    if (recipient === undefined) continue;
    const earlier = judged.get(fetch.recipientNumber) ?? [];
    judged.set(fetch.recipientNumber, earlier);
    const one: JudgedFetch = {
      openedAt: new Date(fetch.fetchedAt),
      emailAddress: recipient.emailAddress,
      times: fetch.times ?? 1,
      ...judge(fetch, recipient, earlier.length === 0, classify),
    };
    earlier.push(one);
    opens.push(one);
  }
  const summaries = recipients.map(recipient =>
    summarizeRecipient(recipient, judged.get(recipient.recipientNumber) ?? []),
  );
  const total = opens.reduce((sum, { times }) => sum + times, 0);
  return { email, totals: addUp(summaries, total), recipients: summaries, opens };
}

function judge(
  fetch: ReportFetch,
  recipient: ReportRecipient,
  firstFetch: boolean,
  classify: Classify,
): Classification {
  const handedOverAt = handoverBefore(fetch.fetchedAt, recipient)?.getTime();
  return classify(fetch, {
    firstFetch,
    ...(handedOverAt === undefined ? {} : { sinceAcceptedMs: fetch.fetchedAt - handedOverAt }),
  });
}

/**
 * When the copy that was fetched was handed over. An uncertain recipient may be settled days later, by the user, by a fetch or by
 * another copy: none of these moments says anything about a fetch before it.
 */
function handoverBefore(fetchedAt: number, { state, stateAt, handovers }: ReportRecipient): Date | undefined {
  const handover = handovers?.findLast(({ startedAt }) => startedAt.getTime() <= fetchedAt) ?? handovers?.[0];
  if (handover !== undefined) return handover.acceptedAt ?? handover.startedAt;
  // While it is `sending`, this is when the last octets were about to be written.
  return state === 'accepted' || state === 'sending' ? stateAt : undefined;
}

function summarizeRecipient(recipient: ReportRecipient, fetches: readonly JudgedFetch[]): RecipientSummary {
  const counted = fetches.filter(({ kind }) => kind !== 'self');
  const opened = mergeRepeats(counted.filter(({ kind }) => kind === 'human' || kind === 'image-proxy'));
  const { verdict, confidence } = reach(recipient, counted);
  return {
    emailAddress: recipient.emailAddress,
    name: recipient.name,
    role: recipient.role,
    fields: recipient.fields ?? new Map(),
    state: recipient.state,
    verdict,
    confidence,
    opens: opened.length,
    firstOpenedAt: opened[0]?.openedAt,
    lastOpenedAt: opened.at(-1)?.openedAt,
    maybeOpenedAt: verdict === 'maybe' ? firstOf(counted.filter(isMaybe)) : undefined,
    kinds: countKinds(fetches),
  };
}

/** The strongest reading wins: somebody who certainly looked once has looked, whatever else was fetched. */
function reach(
  recipient: ReportRecipient,
  fetches: readonly JudgedFetch[],
): { verdict: Verdict; confidence: number } {
  if (!recipient.tracked) return { verdict: 'not-tracked', confidence: 0 };
  const isOpen = ({ kind, confidence }: JudgedFetch) =>
    (kind === 'human' || kind === 'image-proxy') && confidence >= openConfidence;
  for (const [verdict, matches] of [
    ['opened', isOpen],
    ['maybe', isMaybe],
    ['machine', () => true],
  ] as const) {
    const found = fetches.filter(matches);
    if (found.length > 0)
      return { verdict, confidence: Math.max(...found.map(({ confidence }) => confidence)) };
  }
  return { verdict: 'none', confidence: 0 };
}

const isMaybe = ({ kind }: JudgedFetch) => kind === 'unknown' || kind === 'human' || kind === 'image-proxy';

function firstOf(fetches: readonly JudgedFetch[]): Date | undefined {
  const times = fetches.map(({ openedAt }) => openedAt.getTime());
  return times.length === 0 ? undefined : new Date(times.reduce((first, time) => Math.min(first, time)));
}

function mergeRepeats(fetches: readonly JudgedFetch[]): readonly JudgedFetch[] {
  const sorted = [...fetches].sort((a, b) => a.openedAt.getTime() - b.openedAt.getTime());
  return sorted.filter((fetch, index) => {
    const before = sorted[index - 1];
    return before === undefined || fetch.openedAt.getTime() - before.openedAt.getTime() > repeatMs;
  });
}

function countKinds(fetches: readonly JudgedFetch[]): Partial<Record<FetchKind, number>> {
  const kinds: Partial<Record<FetchKind, number>> = {};
  for (const { kind, times } of fetches) kinds[kind] = (kinds[kind] ?? 0) + times;
  return kinds;
}

function addUp(recipients: readonly RecipientSummary[], fetches: number): ReportTotals {
  const inState = (...states: readonly RecipientState[]) =>
    recipients.filter(({ state }) => states.includes(state)).length;
  const reached = (verdict: Verdict) => recipients.filter(recipient => recipient.verdict === verdict).length;
  return {
    recipients: recipients.length,
    accepted: inState('accepted'),
    deferred: inState('deferred'),
    rejected: inState('rejected'),
    uncertain: inState('uncertain'),
    pending: inState('pending', 'sending'),
    skipped: inState('skipped'),
    opened: reached('opened'),
    maybe: reached('maybe'),
    machine: reached('machine'),
    none: reached('none'),
    notTracked: reached('not-tracked'),
    fetches,
  };
}
