/**
 * Tests that can fail: `npm run mutate -- --room smtp --count 20 --seed 1` puts so many small mistakes into the sources of a
 * room, one at a time and never on the disk, and prints those that no test of the room notices. Without `--room` it takes all
 * rooms. `--only blame.ts` takes the mistakes of one file, `--lines 10-20` those of these lines, `--count all` every one.
 * `--names` prints the others too, each with the test that notices it.
 * It exits with 1 when the tests of a room notice fewer than they have to (`rooms.mjs`).
 */
import { readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Bench } from './bench.mjs';
import { isEquivalent } from './equivalent.mjs';
import { applyMutant, findMutants } from './mutants.mjs';
import { rooms } from './rooms.mjs';

const { values } = parseArgs({
  options: {
    room: { type: 'string' },
    count: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
    lines: { type: 'string' },
    tests: { type: 'string', multiple: true },
    names: { type: 'boolean', default: false },
  },
});

const bench = new Bench();
let isEnough = true;
for (const [name, room] of Object.entries(rooms)) {
  if (values.room === undefined || values.room === name)
    isEnough = (await mutateRoom(name, room)) && isEnough;
}
bench.close();
process.exit(isEnough ? 0 : 1);

async function mutateRoom(name, { sources, tests, percent }) {
  const chosen = choose(sources.flatMap(mutantsOf).filter(isWanted));
  const wanted = values.tests ?? tests;
  const startedMs = performance.now();
  const { failed } = await bench.judge({ tests: wanted }, 30 * 60_000);
  const longestMs = Math.max(60_000, 4 * (performance.now() - startedMs));
  if (failed !== undefined) throw new Error(`the tests fail without a mistake: ${failed}`);
  let noticed = 0;
  const late = [];
  for (const mutant of chosen) {
    const verdict = await judgeMutant(mutant, wanted, longestMs);
    if (verdict.failed === undefined) print(mutant);
    else if (verdict.isTime) late.push({ mutant, tests: verdict.tests });
    else {
      noticed += 1;
      if (values.names) print(mutant, verdict.failed);
    }
  }
  let endless = 0;
  for (const { mutant, tests: own } of late) {
    if (await isEndless(mutant, own, longestMs)) endless += 1;
    else print(mutant, 'not by a test, but by the load of the machine');
  }
  noticed += endless;
  const score = chosen.length === 0 ? 100 : (noticed / chosen.length) * 100;
  const apart = late.length === 0 ? '' : `, ${endless} of ${late.length} that ran out of time did so again`;
  console.log(
    `${name}: ${noticed} of ${chosen.length} noticed${apart}, ${score.toFixed(0)} % (at least ${percent})`,
  );
  return score >= percent;
}

/** Its own tests first: mostly they notice. */
async function judgeMutant(mutant, wanted, longestMs) {
  const own = mutant.file
    .replace(/^src\//, 'test/')
    .replace(/\.tsx?$/, '.test')
    .replace('/sqlite/', '/');
  if (values.tests === undefined) {
    const first = await bench.judge({ ...mutated(mutant), tests: [own] }, longestMs);
    if (first.failed !== undefined) return { ...first, tests: [own] };
  }
  return { ...(await bench.judge({ ...mutated(mutant), tests: wanted }, longestMs)), tests: wanted };
}

/**
 * Whether tests that ran out of time do so again, though they pass without the mistake: otherwise the machine was busy. A test that
 * fails in the second run for another reason counts, too.
 */
async function isEndless(mutant, tests, longestMs) {
  const without = await bench.judge({ tests }, longestMs);
  if (without.failed !== undefined) return false;
  return (await bench.judge({ ...mutated(mutant), tests }, longestMs)).failed !== undefined;
}

function mutated(mutant) {
  return { file: resolve(mutant.file), text: applyMutant(mutant.text, mutant) };
}

function print({ file, line, before, after }, why) {
  console.log(
    `${file}:${line}: ${oneLine(before)}  →  ${oneLine(after)}${why === undefined ? '' : ` (${why})`}`,
  );
}

function mutantsOf(file) {
  const text = readFileSync(file, 'utf8');
  return findMutants(text).map(mutant => ({ ...mutant, file, text }));
}

function isWanted(mutant) {
  const { file, line } = mutant;
  if (values.only !== undefined && basename(file) !== values.only) return false;
  const [from = 1, to = from] = (values.lines ?? '1-1000000').split('-').map(Number);
  return line >= from && line <= to && !isEquivalent(mutant);
}

/** Evenly from all files, by seed: the same every time. */
function choose(mutants) {
  if (values.count === 'all') return mutants;
  const random = seeded(Number(values.seed));
  const left = [...mutants];
  const chosen = [];
  while (chosen.length < Number(values.count) && left.length > 0)
    chosen.push(...left.splice(Math.floor(random() * left.length), 1));
  return chosen;
}

/** mulberry32 */
function seeded(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function oneLine(text) {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length > 110 ? `${line.slice(0, 110)}…` : line;
}
