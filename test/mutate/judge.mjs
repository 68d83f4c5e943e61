/**
 * Runs tests on sources with one mistake, in a process of its own: a mistake that loops for ever is ended from outside.
 * Takes `{ file, text, tests }` as messages; answers `{ failed }`, the name of a test that fails, or undefined, and `isTime` when
 * that test only ran into its limit of time, which a busy machine explains as well as a mistake.
 */
import { createVitest } from 'vitest/node';

/** By file, what is loaded in its place. */
const changed = new Map();

const vitest = await createVitest(
  'test',
  {
    watch: false,
    reporters: [{}],
    bail: 1,
    silent: true,
    maxWorkers: 1,
    isolate: false,
    coverage: { enabled: false },
  },
  {
    plugins: [
      {
        name: 'mistake',
        enforce: 'pre',
        load: id => changed.get(id),
      },
    ],
  },
);
await vitest.standalone();

process.on('message', task => void judge(task));
// Its group, with the worker that a mistake may keep busy for ever.
process.on('disconnect', () => process.kill(-process.pid, 'SIGKILL'));
process.send({ ready: true });

async function judge({ file, text, tests }) {
  changed.clear();
  if (file !== undefined) changed.set(file, text);
  if (file !== undefined) vitest.invalidateFile(file);
  const found = await vitest.globTestSpecifications(tests);
  // vitest would answer with the results of the run before.
  if (found.length === 0) {
    process.send({ count: 0 });
    return;
  }
  const { testModules, unhandledErrors } = await vitest.runTestSpecifications(found);
  if (file !== undefined) vitest.invalidateFile(file);
  const failure = firstFailure(testModules);
  const message = failure?.message ?? unhandledErrors[0]?.message;
  process.send({
    failed: failure?.name ?? message,
    isTime: message !== undefined && /timed out in \d+ms/.test(message),
    count: found.length,
  });
}

function firstFailure(modules) {
  for (const module of modules) {
    const name = module.relativeModuleId;
    if (module.errors().length > 0)
      return { name: `${name}: ${module.errors()[0].message}`, message: module.errors()[0].message };
    for (const test of module.children.allTests('failed'))
      return { name: `${name}: ${test.fullName}`, message: test.result().errors?.[0]?.message ?? '' };
  }
  return undefined;
}
