/**
 * Runs tests on sources with one mistake, in a process of its own: a mistake that loops for ever is ended from outside.
 * Takes `{ file, text, tests }` as messages; answers `{ failed }`, the name of a test that fails, or undefined.
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
process.on('disconnect', () => process.exit());
process.send({ ready: true });

async function judge({ file, text, tests }) {
  changed.clear();
  if (file !== undefined) changed.set(file, text);
  if (file !== undefined) vitest.invalidateFile(file);
  const found = await vitest.globTestSpecifications(tests);
  const { testModules, unhandledErrors } = await vitest.runTestSpecifications(found);
  if (file !== undefined) vitest.invalidateFile(file);
  process.send({ failed: firstFailure(testModules) ?? unhandledErrors[0]?.message, count: found.length });
}

function firstFailure(modules) {
  for (const module of modules) {
    if (module.errors().length > 0) return `${module.relativeModuleId}: ${module.errors()[0].message}`;
    for (const test of module.children.allTests('failed'))
      return `${module.relativeModuleId}: ${test.fullName}`;
  }
  return undefined;
}
