import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Problem } from '../../problem.js';
import type { Config, ConfigValue } from './load-config.js';
import { dataFolder } from './paths.js';

/** A project file as it was parsed: a second reading could find other bytes. */
export interface ProjectFile {
  readonly file: string;
  /** SHA-256 in hexadecimal. */
  readonly digest: string;
}

/** One line per trusted file as it was: `<sha256> <path>`. A changed file has to be trusted again. */
const listName = 'trusted';

export async function isTrusted(project: ProjectFile): Promise<boolean> {
  const list = await readFile(join(dataFolder(process.env), listName), 'utf8').catch(() => '');
  return list.split('\n').includes(entryOf(project));
}

export async function trust(project: ProjectFile): Promise<void> {
  const folder = dataFolder(process.env);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await appendFile(join(folder, listName), `${entryOf(project)}\n`, { mode: 0o600 });
}

/** Settings that say where secrets, mail and records go, or what is signed. */
export function needsTrust(key: string): boolean {
  return /^(?:smtp|tracking|inbox|store|dkim)\./.test(key);
}

export function projectFile({ layers }: Config): ProjectFile | undefined {
  const place = layers.find(layer => layer.place.kind === 'project')?.place;
  return place !== undefined && 'digest' in place ? place : undefined;
}

/**
 * A project file comes with a folder that somebody else may have made. Until the user trusts it, no secret is used together
 * with what it sets.
 * @param inEffect settings by key; those of other places are passed over.
 * @returns undefined when none of them comes from a project file, or that file is trusted.
 */
export async function findUntrusted(
  config: Config,
  inEffect: ReadonlyMap<string, ConfigValue>,
  whatFor: string,
): Promise<Problem | undefined> {
  const project = projectFile(config);
  const keys = [...inEffect].filter(([, { origin }]) => origin.kind === 'project').map(([key]) => key);
  if (project === undefined || keys.length === 0 || (await isTrusted(project))) return undefined;
  const [last = '', ...others] = keys.toReversed();
  const named = others.length === 0 ? last : `${others.toReversed().join(', ')} and ${last}`;
  return new Problem(
    'config',
    `${project.file} sets ${named}, and this file is not trusted yet: ${whatFor}`,
    { fix: 'Read it, then run `mailtrack config trust`.' },
  );
}

/** A path may hold a line break, and must not add a line of its own. */
function entryOf({ file, digest }: ProjectFile): string {
  return `${digest} ${JSON.stringify(file).slice(1, -1)}`;
}
