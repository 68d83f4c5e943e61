/**
 * Which fetch a line of an access log belongs to, among those of one pixel and method. A line belongs to one fetch and a fetch
 * to one line, so what is looked for is a matching: as many lines with a fetch as there can be, in whatever order, and in
 * however many files, the lines come. Only then is a line without a fetch one that nobody recorded.
 */

/**
 * Most fronts log when the answer has gone out. `serve` notes when the request came and may wait two seconds for its database;
 * with a second for the way, and none of the fractions, a line may name three seconds more. Some log when a request came.
 */
export const secondsAfter = 3;
export const secondsBefore = 2;

export interface LogLine {
  /** Unix time in seconds. */
  readonly second: number;
  /** '' when the request named none; undefined when the log does not say. */
  readonly agent: string | undefined;
  readonly rule: string;
}

/** A fetch that has a row. */
export interface FetchedRow {
  readonly number: number;
  /** Unix time in seconds. */
  readonly at: number;
  /** undefined when it is not kept any more. */
  readonly agent: string | undefined;
  /** What belongs to it. */
  line: LogLine | undefined;
}

/** Fetches that were only counted: of their user agents there is left what rule they matched. */
export interface CountedFetches {
  readonly rule: string;
  /** Unix time in seconds, of the first and the last of them. */
  readonly first: number;
  readonly last: number;
  /** How many of them no line belongs to. */
  room: number;
}

/** What changed, for whoever writes it down. */
export interface Match<Row, Counted> {
  /** Those that have another line than before. */
  readonly rows: readonly Row[];
  /** A line that belongs to one of the counted now: the one that was given, or one that made place for it. */
  readonly counted?: { readonly fetches: Counted; readonly line: LogLine };
}

export class PixelFetches<Row extends FetchedRow, Counted extends CountedFetches> {
  readonly #rows = new Map<number, Row[]>();
  readonly #counted: readonly Counted[];
  /** From these no way leads to a row without a line, or to counted fetches with room. Nothing that comes later makes one. */
  #withoutRow: Set<Row> | undefined;
  #withoutRoom: Set<Row> | undefined;

  constructor(counted: readonly Counted[]) {
    // The one that ends first is of use to the fewest lines.
    this.#counted = counted.toSorted((one, other) => one.last - other.last);
  }

  get counted(): readonly Counted[] {
    return this.#counted;
  }

  add(row: Row): void {
    const same = this.#rows.get(row.at);
    if (same === undefined) this.#rows.set(row.at, [row]);
    else same.push(row);
  }

  /** How many rows there are that a line of this second and user agent belongs to. */
  placed(line: LogLine): number {
    return this.#near(line).filter(row => row.line?.second === line.second).length;
  }

  /**
   * Gives the line a fetch; others may change theirs for it. Rows come first: then a line of counted fetches never has to give its
   * place back, for it could not have had a row.
   * @returns undefined when there is none.
   */
  place(line: LogLine): Match<Row, Counted> | undefined {
    if (this.#rows.size === 0) return this.#placeCounted(line);
    this.#withoutRow ??= new Set();
    const toRow = this.#wayTo(line, this.#withoutRow, row => row.line === undefined);
    if (toRow !== undefined) {
      shift(toRow, line);
      return { rows: toRow };
    }
    const direct = this.#placeCounted(line);
    if (direct !== undefined || this.#counted.length === 0) return direct;
    this.#withoutRoom ??= new Set();
    const toCounted = this.#wayTo(
      line,
      this.#withoutRoom,
      row => row.line !== undefined && this.#withRoom(row.line) !== undefined,
    );
    if (toCounted === undefined) return undefined;
    const last = shift(toCounted, line);
    const fetches = last && this.#withRoom(last);
    return { rows: toCounted, ...(last && fetches ? { counted: take(fetches, last) } : {}) };
  }

  #placeCounted(line: LogLine): Match<Row, Counted> | undefined {
    const fetches = this.#withRoom(line);
    return fetches && { rows: [], counted: take(fetches, line) };
  }

  /** The earliest first. */
  #near(line: LogLine): Row[] {
    const near: Row[] = [];
    if (this.#rows.size === 0) return near;
    for (let at = line.second - secondsAfter; at <= line.second + secondsBefore; at += 1) {
      for (const row of this.#rows.get(at) ?? []) if (isAlike(row.agent, line.agent)) near.push(row);
    }
    return near;
  }

  #withRoom(line: LogLine): Counted | undefined {
    return this.#counted.find(
      ({ rule, first, last, room }) =>
        room > 0 &&
        (line.agent === undefined || rule === line.rule) &&
        line.second >= first - secondsBefore &&
        line.second <= last + secondsAfter,
    );
  }

  /** The shortest way from the line over rows, each of which would have to give its line to the next, to one that is wanted. */
  #wayTo(line: LogLine, closed: Set<Row>, isWanted: (row: Row) => boolean): readonly Row[] | undefined {
    const before = new Map<Row, Row | undefined>();
    const queue: (Row | undefined)[] = [undefined];
    for (const from of queue) {
      const moved = from === undefined ? line : from.line;
      for (const row of moved === undefined ? [] : this.#near(moved)) {
        if (before.has(row) || closed.has(row)) continue;
        before.set(row, from);
        if (isWanted(row)) return wayBack(before, row);
        queue.push(row);
      }
    }
    for (const row of before.keys()) closed.add(row);
    return undefined;
  }
}

/** Whether two user agents may be one: one that is not known may be any. */
export function isAlike(one: string | undefined, other: string | undefined): boolean {
  return one === undefined || other === undefined || one === other;
}

function wayBack<Row>(before: ReadonlyMap<Row, Row | undefined>, end: Row): readonly Row[] {
  const way: Row[] = [];
  for (let row: Row | undefined = end; row !== undefined; row = before.get(row)) way.unshift(row);
  return way;
}

/** Each row gets the line of the one before it. @returns the line the last one had. */
function shift(way: readonly FetchedRow[], first: LogLine): LogLine | undefined {
  let line: LogLine | undefined = first;
  for (const row of way) [row.line, line] = [line, row.line];
  return line;
}

function take<Counted extends CountedFetches>(fetches: Counted, line: LogLine) {
  fetches.room -= 1;
  return { fetches, line };
}
