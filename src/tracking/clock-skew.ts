/**
 * How far the clock of a front is from that of `serve`, by its log and what `serve` recorded. A line and its fetch name the same
 * moment by two clocks: where these differ, the difference is the same for all lines.
 */
import { secondsAfter, secondsBefore } from './match-lines.js';

/** A line of a request that `serve` answered, and so recorded. */
export interface AnsweredLine {
  /** Unix time in seconds. */
  readonly second: number;
  /** What is recorded of its pixel, method and user agent, within `mostSkew` of the line. */
  readonly rows: readonly RecordedMoment[];
}

export interface RecordedMoment {
  /** Alike for all rows of a pixel and method. */
  readonly pixel: string;
  /** Unix time in seconds. */
  readonly at: number;
  /** What the line of an earlier reading named, without its skew; undefined where no line belongs to it yet. */
  readonly loggedSecond: number | undefined;
}

/** Seconds. A clock that is further off dates mail to another day, which is refused. */
export const mostSkew = 86_400;
/** Different moments, or pixels. Fewer may fit by chance. */
const fewestMoments = 3;
/** A stalled database makes some lines late. */
const share = 0.9;

/**
 * @returns by how many seconds the log is ahead of what is recorded, negative when it is behind; 0 where its times fit as they
 *   are, or do not say.
 */
export function findClockSkew(lines: readonly AnsweredLine[]): number {
  const dated = lines.filter(({ rows }) => rows.length > 0);
  const fitting = dated.filter(line => line.rows.some(row => isNear(line.second - row.at))).length;
  const skew = mostShared(dated);
  if (skew === undefined || isNear(skew)) return 0;
  const matched = dated.filter(line => rowsAt(line, skew).length > 0);
  const enough = matched.length >= share * dated.length && fitting * 2 <= matched.length;
  return enough && isWhole(matched, dated, skew) ? asReadBefore(matched, skew) : 0;
}

/** As a line without a skew may be: see `match-lines.ts`. */
function isNear(difference: number): boolean {
  return difference >= -secondsBefore && difference <= secondsAfter;
}

/** The fractions of a second that a log leaves out make two differences of one. */
function rowsAt({ second, rows }: AnsweredLine, skew: number): readonly RecordedMoment[] {
  return rows.filter(({ at }) => second - at === skew || second - at === skew + 1);
}

/** The difference that most lines have; of two, the one that more of them have exactly. */
function mostShared(lines: readonly AnsweredLine[]): number | undefined {
  const scores = new Map<number, number>();
  const add = (difference: number, score: number) =>
    scores.set(difference, (scores.get(difference) ?? 0) + score);
  for (const { second, rows } of lines) {
    const exact = new Set(rows.map(({ at }) => second - at));
    for (const difference of exact) add(difference, 1 / (lines.length + 1));
    for (const difference of new Set([...exact].flatMap(one => [one, one - 1]))) add(difference, 1);
  }
  const [best] = [...scores].reduce<readonly [number | undefined, number]>(
    (most, one) => (one[1] > most[1] ? one : most),
    [undefined, 0],
  );
  return best;
}

/** Between the first and the last of the lines nearly every fetch that is recorded has one, and they are more than a few. */
function isWhole(matched: readonly AnsweredLine[], all: readonly AnsweredLine[], skew: number): boolean {
  const seconds = matched.map(({ second }) => second - skew);
  const [first, last] = [seconds.reduce(least), seconds.reduce(greatest)];
  const within = new Set<string>();
  for (const { rows } of all)
    for (const row of rows) if (row.at >= first && row.at < last) within.add(momentOf(row));
  const found = new Set(matched.flatMap(line => rowsAt(line, skew)).map(momentOf));
  const missed = [...within].filter(moment => !found.has(moment)).length;
  return found.size >= fewestMoments && missed <= (1 - share) * within.size;
}

const momentOf = ({ pixel, at }: RecordedMoment) => `${pixel} ${at}`;
const least = (one: number, other: number) => Math.min(one, other);
const greatest = (one: number, other: number) => Math.max(one, other);

/** A log that grew may look a second different; its lines have to be known again all the same. */
function asReadBefore(matched: readonly AnsweredLine[], skew: number): number {
  for (const line of matched) {
    for (const { loggedSecond } of rowsAt(line, skew)) {
      const before = loggedSecond === undefined ? undefined : line.second - loggedSecond;
      if (before !== undefined && Math.abs(before - skew) <= 1) return before;
    }
  }
  return skew;
}
