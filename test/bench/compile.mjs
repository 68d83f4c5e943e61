/**
 * What it costs to compile a template and to fill it in, beside an earlier build: `npm run bench:compile -- --before <worktree>`, a
 * minute or two; `-- --rounds 9 --copies 10000 --only news.md`. Milliseconds of the processor, builds alternate, medians. Ends with 1 when this
 * build needs more than 1.05 times as much.
 *   program  `mailtrack preview` of one copy, with the processes that it starts
 *   first    the first compilation of a process, with files of `dist` that the installed program has in one; not judged
 *   warm     one of many compilations in one process
 *   merge    1,000 copies in HTML and text, of --copies
 */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { row, templates } from './compile/newsletter.mjs';
import { makeDiskFolder } from './folders.mjs';
import { measure, median } from './measure.mjs';
import { mailtrackEnvironment } from './peers/index.mjs';

const most = 1.05;

const { values } = parseArgs({
  options: {
    before: { type: 'string' },
    only: { type: 'string' },
    rounds: { type: 'string', default: '9' },
    copies: { type: 'string', default: '10000' },
  },
});
const runner = fileURLToPath(new URL('compile/run.mjs', import.meta.url));
const builds = [
  fileURLToPath(new URL('../..', import.meta.url)),
  ...(values.before === undefined ? [] : [resolve(values.before)]),
];
const folder = makeDiskFolder();
writeFileSync(join(folder, 'list.csv'), `email,name,vip,code\n${Object.values(row(1)).join(',')}\n`);

for (const template of templates) {
  if (values.only === undefined || values.only.split(',').includes(template.path)) await compare(template);
}

async function compare({ name, path, source }) {
  writeFileSync(join(folder, path), source);
  const figures = builds.map(() => ({ program: [], first: [], warm: [], merge: [] }));
  for (let round = 0; round < Number(values.rounds); round += 1) {
    for (const turn of builds.keys()) {
      // Each build is the first of every other round: the second finds files in memory, or a warmer processor.
      const index = (turn + round) % builds.length;
      const measured = { program: await program(builds[index], path), ...inProcess(builds[index], path) };
      for (const [kind, ms] of Object.entries(measured)) figures[index][kind].push(ms);
    }
  }
  console.log(`\n${name}, ${(Buffer.byteLength(source) / 1_000).toFixed(0)} kB`);
  for (const kind of Object.keys(figures[0])) print(kind, ...figures.map(of => median(of[kind])));
}

async function program(build, path) {
  const argv = [process.execPath, join(build, 'bin/mailtrack.js'), 'preview', path];
  const { status, said, cpuSeconds } = await measure({
    argv: [...argv, '--each', 'list.csv', '--subject', 'News', '--from', 'bench@example.com'],
    cwd: folder,
    env: mailtrackEnvironment(folder),
  });
  if (status !== 0) throw new Error(`${path}, ${build}: ${said}`);
  return cpuSeconds * 1_000;
}

function inProcess(build, path) {
  // cheerio's other half is nothing that a template needs, and the program does not load it either.
  const argv = ['--conditions=browser', runner, build, path, values.copies];
  const { status, stdout, stderr } = spawnSync(process.execPath, argv, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${path}, ${build}: ${stderr}`);
  return JSON.parse(stdout);
}

function print(kind, now, before) {
  if (before === undefined) return console.log(`  ${kind}: ${now.toFixed(1)} ms`);
  const ratio = now / before;
  const figures = `  ${kind}: ${now.toFixed(1)} ms, before ${before.toFixed(1)} ms, ${ratio.toFixed(2)} ×`;
  if (kind === 'first') return console.log(figures);
  if (ratio > most) process.exitCode = 1;
  console.log(`${figures} (≤ ${most}): ${ratio > most ? 'MISSED' : 'holds'}`);
}
