import { createRequire } from 'node:module';
import { packageFolder } from '../../package-folder.js';
import { Problem } from '../../problem.js';
import type { Driver } from './connection.js';
import { createNodeDriver } from './node-sqlite.js';

const name = 'better-sqlite3';
const require = createRequire(import.meta.url);

let loaded: Driver | undefined;

/**
 * better-sqlite3 where it works, else Node's own SQLite where there is one (docs/decisions/0026). The first is native and
 * optional: an install that could not build it must say so here, and only here.
 * @throws Problem `database` when neither is usable.
 */
export async function loadDriver(): Promise<Driver> {
  loaded ??= chooseDriver(loadBetterSqlite, createNodeDriver, process.versions.node);
  return loaded;
}

/**
 * @param native throws when it is missing or does not work.
 * @param builtIn undefined where this Node has none.
 */
export function chooseDriver(
  native: () => Driver,
  builtIn: () => Driver | undefined,
  nodeVersion: string,
): Driver {
  try {
    return native();
  } catch (cause) {
    const driver = builtIn();
    if (driver !== undefined) return driver;
    throw cause instanceof Problem
      ? cause
      : unusable(cause as NodeJS.ErrnoException, nodeVersion, packageFolder());
  }
}

function loadBetterSqlite(): Driver {
  // By `require`, as it is CommonJS (see cli/commander.ts).
  const { version } = require(`${name}/package.json`) as { readonly version: string };
  refuseDriver(version, process.versions.node);
  const Native = require(name) as Driver;
  // What is native is loaded by the first connection.
  new Native(':memory:').close();
  return Native;
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

/**
 * npm removes an optional package that it cannot build, and says nothing: what is not there cannot be rebuilt.
 * @param folder of mailtrack.
 */
export function unusable(cause: NodeJS.ErrnoException, nodeVersion: string, folder: string): Problem {
  const newer = 'Or use Node.js 22.13 or newer, which has SQLite built in.';
  if (cause.code === 'MODULE_NOT_FOUND') {
    const omit = /[\\/]node_modules[\\/]/.test(folder) ? '--omit=dev ' : '';
    return new Problem(
      'database',
      `the SQLite driver ${name} is not installed: npm could not build it for Node.js ${nodeVersion}`,
      {
        fix: `Install python3, make and g++, then run \`npm install --prefix ${quote(folder)} --no-save ${omit}${name}@12\`. ${newer}`,
        cause,
      },
    );
  }
  return new Problem(
    'database',
    `the SQLite driver ${name} is installed, but does not load: ${reasonOf(cause)}`,
    {
      fix: `Run \`npm rebuild --prefix ${quote(folder)} ${name}\` (without a ready-made binary it needs python3, make and g++). ${newer}`,
      cause,
    },
  );
}

/** The first line: others list where files were looked for. */
function reasonOf({ message }: Error): string {
  if (message.includes('NODE_MODULE_VERSION')) return 'it was built for another version of Node.js';
  if (message.startsWith('Could not locate the bindings file')) return 'its binary was never built';
  return message.split('\n', 1)[0] ?? '';
}

function quote(path: string): string {
  return /^[\w./@+-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;
}
