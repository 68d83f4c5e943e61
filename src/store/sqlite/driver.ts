import { createRequire } from 'node:module';
import type DatabaseConstructor from 'better-sqlite3';
import { Problem } from '../../problem.js';

const name = 'better-sqlite3';

/**
 * The driver is native and optional: an install that could not build it must say so here, and only here.
 * @throws Problem `database` when it is missing, or is one for another version of Node.
 */
export async function loadDriver(): Promise<typeof DatabaseConstructor> {
  // By `require`, as it is CommonJS (see cli/commander.ts).
  const require = createRequire(import.meta.url);
  try {
    const { version } = require(`${name}/package.json`) as { readonly version: string };
    refuseDriver(version, process.versions.node);
    return require(name) as typeof DatabaseConstructor;
  } catch (cause) {
    if (cause instanceof Problem) throw cause;
    throw new Problem('database', `the SQLite driver ${name} is not usable on this machine`, {
      fix: `Run \`npm rebuild ${name}\` where mailtrack is installed (it may need python3, make and g++).`,
      cause,
    });
  }
}

/**
 * Version 13, which npm chooses on Node 22 and later, ends Node 20 with a segmentation fault, and nothing can be said then.
 * @throws Problem `database`
 */
export function refuseDriver(driverVersion: string, nodeVersion: string): void {
  if (Number.parseInt(driverVersion, 10) < 13 || Number.parseInt(nodeVersion, 10) >= 22) return;
  throw new Problem(
    'database',
    `the SQLite driver ${name} ${driverVersion} does not run on Node.js ${nodeVersion}`,
    {
      fix: 'mailtrack was installed with a newer Node.js. Use that one, or install mailtrack again with this one.',
    },
  );
}
