/** Where the tools are that a benchmark needs, and which Debian package has them when they are not there. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const packages = {
  'smtp-sink': 'postfix',
  'smtp-source': 'postfix',
  postfix: 'postfix',
  ip: 'iproute2',
  nsenter: 'util-linux',
  cc: 'gcc libc6-dev',
  nginx: 'nginx-light',
  wrk: 'wrk',
  taskset: 'util-linux',
};

/** @returns the path, or undefined. The sbin folders are looked into as well: an ordinary PATH lacks them. */
export function findTool(name) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin'];
  return folders.map(folder => join(folder, name)).find(isExecutable);
}

export const isRoot = process.getuid?.() === 0;

/** What stands in the way, as one sentence; undefined when nothing does. */
export function missingTools(...names) {
  const missing = names.filter(name => findTool(name) === undefined);
  if (missing.length === 0) return undefined;
  const wanted = [...new Set(missing.map(name => packages[name]))].join(' ');
  return `${missing.join(', ')} not found (apt-get install --no-install-recommends ${wanted})`;
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
