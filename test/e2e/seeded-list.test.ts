/**
 * Lists of ten thousand rows with defects planted at random ones: what refuses them names exactly those rows, and nothing is
 * sent. A seed that fails is in the name of its test.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problemJson } from '../../src/terminal/problem-view.js';
import { createSeededList, defects, type SeededList, seededTemplate } from '../recipients/seeded-list.js';
import { User } from './command.js';
import { nothingHappened, Office } from './office.js';

const office = new Office();
beforeAll(() => office.open());
afterAll(() => office.close());

interface Told {
  readonly code: string;
  readonly file: string | null;
  readonly line: number | null;
  readonly rows?: readonly { readonly file: string; readonly lines: readonly number[] }[];
}

/** As a script would: every row that the error of `--json` names, by code. */
function rowsIn(json: string, list: string): ReadonlyMap<string, readonly number[]> {
  const { error } = JSON.parse(json) as { error: Told & { readonly problems?: readonly Told[] } };
  const found = new Map<string, Set<number>>();
  for (const { code, file, line, rows } of error.problems ?? [error]) {
    const lines = rows?.filter(one => one.file === list).flatMap(one => one.lines);
    const own = lines ?? (file === list && line !== null ? [line] : []);
    const known = found.get(code) ?? new Set();
    for (const one of own) known.add(one);
    found.set(code, known);
  }
  return sorted(found);
}

function sorted(byCode: ReadonlyMap<string, ReadonlySet<number>>): ReadonlyMap<string, readonly number[]> {
  return new Map(
    [...byCode].toSorted().map(([code, lines]) => [code, [...lines].toSorted((a, b) => a - b)] as const),
  );
}

async function refuse({ octets }: SeededList): Promise<ReadonlyMap<string, readonly number[]>> {
  const templatePath = office.write('seeded.html', seededTemplate);
  const list = office.write('seeded.csv', octets);
  const sent = await office.send(
    { templatePath, subject: undefined, named: { to: [list], cc: [], bcc: [], each: [] } },
    [],
  );
  return rowsIn('refused' in sent ? problemJson(sent.refused) : '{"error":{}}', list);
}

/** Two seconds on a machine that does nothing else. */
const patientMs = 120_000;
const seeds = [1, 20_261_124, 7, 424_242, 99_991];

describe('a list of 10,000 rows', () => {
  it('has twelve kinds of defects', () => {
    expect(new Set(defects.map(({ kind }) => kind)).size).toBe(12);
  });

  it.each(seeds)(
    'with a few of each kind is refused, naming exactly them (seed %d)',
    async seed => {
      const list = createSeededList(seed, 10_000, 48);
      expect([...list.planted.values()].reduce((sum, lines) => sum + lines.size, 0)).toBe(52);
      expect(new Set(list.planted.keys())).toEqual(new Set(defects.map(({ code }) => code)));
      expect(await refuse(list)).toEqual(sorted(list.planted));
    },
    patientMs,
  );

  it.each([
    ['1 %', 100],
    ['60 %', 6_000],
  ])(
    'of which %s are defective is refused, naming exactly them',
    async (_, bad) => {
      const list = createSeededList(3, 10_000, bad);
      expect(await refuse(list)).toEqual(sorted(list.planted));
    },
    patientMs,
  );

  it('without a defect is sent to everybody', async () => {
    const { octets } = createSeededList(5, 200, 0);
    const list = office.write('good.csv', octets);
    const templatePath = office.write('seeded.html', seededTemplate);
    const everybody = Array.from({ length: 200 }, (_, number) => `p${number}@x.example`);
    const sent = await office.send(
      { templatePath, subject: undefined, named: { to: [list], cc: [], bcc: [], each: [] } },
      everybody,
    );
    const reached = 'received' in sent ? sent.received.flatMap(({ recipients }) => recipients) : [];
    expect(reached.toSorted()).toEqual(everybody.toSorted());
  });

  it(
    'is refused by the built command in the same way',
    async () => {
      const user = new User();
      const list = createSeededList(11, 10_000, 60);
      user.write('msg.html', seededTemplate);
      user.write('people.csv', list.octets);
      user.environment['MAILTRACK_SMTP_URL'] = `smtp://127.0.0.1:${office.port}`;
      const args = ['--to', 'people.csv', '--from', 'news@y.example', '--no-track', '--yes', '--json'];
      const { status, stdout, stderr } = await user.run(['send', 'msg.html', ...args]);
      user.leave();
      expect([status, stdout, office.take()]).toEqual([65, '', []]);
      expect(rowsIn(stderr, 'people.csv')).toEqual(sorted(list.planted));
    },
    patientMs,
  );
});

describe('a list of 100,000 rows of which none is right', () => {
  it(
    'is refused in little memory, naming all of them',
    async () => {
      const user = new User();
      user.write('msg.txt', 'Hello\n');
      user.write(
        'people.csv',
        `email\n${Array.from({ length: 100_000 }, (_, number) => `p${number}@@x.example`).join('\n')}\n`,
      );
      // Held as an error each, they took three times as much.
      user.environment['NODE_OPTIONS'] = '--max-old-space-size=96';
      const args = ['--each', 'people.csv', '--from', 'news@y.example', '--subject', 'Hi', '--no-track'];
      const { status, stderr } = await user.run(['send', 'msg.txt', ...args, '--dry-run', '--json']);
      user.leave();
      expect(status).toBe(65);
      const lines = rowsIn(stderr, 'people.csv').get('address-syntax');
      expect(lines?.length).toBe(100_000);
    },
    patientMs,
  );
});

it('sends nothing, and crashes in nothing', () => {
  const { cases, ...happened } = office.tally;
  expect([cases, happened]).toEqual([8, nothingHappened]);
});
