import { describe, expect, it } from 'vitest';
import {
  type CountedFetches,
  type FetchedRow,
  type LogLine,
  PixelFetches,
  secondsAfter,
  secondsBefore,
} from '../../src/tracking/match-lines.js';
import { fc } from '../properties/fast-check.js';

const line = (second: number, agent: string | undefined = 'A', rule = `rule of ${agent}`): LogLine => ({
  second,
  agent,
  rule,
});
const rowAt = (at: number, agent: string | undefined = 'A'): FetchedRow => ({
  number: at,
  at,
  agent,
  line: undefined,
});
const counted = (first: number, last: number, room: number, rule = 'rule of A'): CountedFetches => ({
  rule,
  first,
  last,
  room,
});

function pixel(rows: readonly FetchedRow[], counters: readonly CountedFetches[] = []) {
  const fetches = new PixelFetches(counters);
  for (const row of rows) fetches.add(row);
  return fetches;
}

/** How many of the lines have no fetch. */
function without(fetches: ReturnType<typeof pixel>, lines: readonly LogLine[]): number {
  return lines.filter(one => fetches.place(one) === undefined).length;
}

describe('lines of a log', () => {
  it('that come later take their fetch from another line, which had two to choose from', () => {
    expect(without(pixel([rowAt(10), rowAt(13)]), [line(13), line(10)])).toBe(0);
    expect(without(pixel([rowAt(12)], [counted(10, 10, 1)]), [line(10), line(15)])).toBe(0);
    expect(without(pixel([rowAt(10), rowAt(13), rowAt(16)]), [line(16), line(13), line(10), line(11)])).toBe(
      1,
    );
  });

  it('say which rows have another line, and which line is of counted fetches', () => {
    const [row, counter] = [rowAt(12), counted(10, 10, 1)];
    const fetches = pixel([row], [counter]);
    expect(fetches.place(line(10))).toEqual({ rows: [row] });
    expect(fetches.place(line(15))).toEqual({ rows: [row], counted: { fetches: counter, line: line(10) } });
    expect([row.line, counter.room]).toEqual([line(15), 0]);
  });

  it('are of counted fetches as many as were counted, of their time and their rule', () => {
    const lines = [20, 30, 40, 50].map(second => line(second));
    expect(without(pixel([], [counted(20, 50, 3)]), lines)).toBe(1);
    expect(without(pixel([], [counted(30, 31, 9)]), lines)).toBe(3);
    expect(without(pixel([], [counted(20, 50, 9, 'rule of B')]), lines)).toBe(4);
    expect(
      without(
        pixel([], [counted(20, 50, 9)]),
        [17, 18, 53, 54].map(second => line(second)),
      ),
    ).toBe(2);
  });

  it('that do not say a user agent are of any, and so is a row of which none is kept', () => {
    expect(
      without(
        pixel([rowAt(10), rowAt(10, 'B')], [counted(10, 10, 1)]),
        Array(4).fill({ ...line(10), agent: undefined }),
      ),
    ).toBe(1);
    expect(without(pixel([{ ...rowAt(10), agent: undefined }]), [line(10, 'C')])).toBe(0);
  });
});

/** What `serve` noted, if it did, and the second the front wrote. */
const fetch = fc.record({
  at: fc.integer({ min: 100, max: 130 }),
  shift: fc.integer({ min: -secondsBefore, max: secondsAfter }),
  agent: fc.constantFrom('A', 'B', 'B2'),
  fate: fc.constantFrom('row', 'row', 'counted', 'lost'),
});
const ruleOf = (agent: string) => `rule of ${agent.charAt(0)}`;

it('leaves exactly the lines without a fetch that nobody recorded, in whatever order they come', () => {
  const any = fc
    .array(fetch, { maxLength: 24 })
    .chain(fetches =>
      fc.tuple(fc.constant(fetches), fc.shuffledSubarray(fetches, { minLength: fetches.length })),
    );
  fc.assert(
    fc.property(any, ([fetches, inOrder]) => {
      const rows = fetches.filter(({ fate }) => fate === 'row').map(({ at, agent }) => rowAt(at, agent));
      const counters = ['rule of A', 'rule of B'].flatMap(rule => {
        const times = fetches
          .filter(({ fate, agent }) => fate === 'counted' && ruleOf(agent) === rule)
          .map(({ at }) => at);
        return times.length === 0
          ? []
          : [counted(Math.min(...times), Math.max(...times), times.length, rule)];
      });
      const lines = inOrder.map(({ at, shift, agent }) => line(at + shift, agent, ruleOf(agent)));
      expect(without(pixel(rows, counters), lines)).toBe(
        fetches.filter(({ fate }) => fate === 'lost').length,
      );
      expect(rows.every(row => row.line?.agent === row.agent)).toBe(true);
      expect(counters.every(({ room }) => room === 0)).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});

it('looks at few rows where thousands of lines ask for a thousand rows in vain', () => {
  let looks = 0;
  const rows = Array.from({ length: 1_000 }, (_, index) => ({
    ...rowAt(1_000 + (index % 300)),
    get agent() {
      looks += 1;
      return 'A';
    },
  }));
  const fetches = pixel(rows);
  const lines = Array.from({ length: 10_000 }, (_, index) => line(1_000 + (index % 300)));
  expect(without(fetches, lines)).toBe(9_000);
  // About 20 rows are near a line; each line looks at those, and a thousand also at the rows near those.
  expect(looks).toBeLessThan(100 * 10_000);
});
