import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { nearest } from '../../nearest.js';
import { Problem, Problems } from '../../problem.js';
import { openTables, type Setting, type SettingValue, settings } from './settings.js';
import { readKeyLines } from './toml-lines.js';

/** Where a value came from, as `config show --origin` prints it. */
export type Origin =
  | { readonly kind: 'flag'; readonly name: string }
  | { readonly kind: 'environment'; readonly name: string }
  | { readonly kind: 'project' | 'user' | 'named'; readonly file: string; readonly line: number | undefined };

export interface ConfigValue {
  readonly value: SettingValue;
  readonly origin: Origin;
}

export interface Config {
  readonly values: ReadonlyMap<string, ConfigValue>;
  readonly aliases: ReadonlyMap<string, readonly string[]>;
}

export interface ConfigRequest {
  /** `--config`: this file instead of the project's and the user's. */
  readonly file?: string | undefined;
  readonly profile?: string | undefined;
  /** Values of flags by setting key; they win over everything. */
  readonly flags: ReadonlyMap<string, { readonly name: string; readonly value: string }>;
  readonly environment: NodeJS.ProcessEnv;
  readonly folder: string;
}

/**
 * flag > environment > project file > user file.
 * @throws Problems `config`: every unknown key, wrong value and syntax error of all files at once.
 */
export async function loadConfig(request: ConfigRequest): Promise<Config> {
  const problems: Problem[] = [];
  const values = new Map<string, ConfigValue>();
  const aliases = new Map<string, readonly string[]>();
  const { environment } = request;

  for (const source of configFiles(request)) {
    const layer = await readConfigFile(source, request.profile ?? environment['MAILTRACK_PROFILE'], problems);
    for (const [key, value] of layer.values) values.set(key, value);
    for (const [name, members] of layer.aliases) aliases.set(name, members);
  }
  for (const setting of settings) {
    const name = setting.environment;
    const text = name === undefined ? undefined : environment[name];
    if (name === undefined || text === undefined || text === '') continue;
    put(values, setting, text, { kind: 'environment', name }, problems, name);
  }
  for (const [key, { name, value }] of request.flags) {
    const setting = settings.find(candidate => candidate.key === key);
    if (setting !== undefined) put(values, setting, value, { kind: 'flag', name }, problems, name);
  }
  if (problems.length > 0) throw new Problems(problems);
  return { values, aliases };
}

/** A few hundred aliases fit; each unknown key of a longer file would be compared with all that are known. */
const longestConfig = 250_000;

interface ConfigFile {
  readonly kind: 'project' | 'user' | 'named';
  readonly file: string;
}

/** From the weakest to the strongest. */
function configFiles(request: ConfigRequest): readonly ConfigFile[] {
  const named = request.file ?? request.environment['MAILTRACK_CONFIG'];
  if (named !== undefined && named !== '') {
    const file = resolve(request.folder, named);
    if (!existsSync(file)) {
      throw new Problem('config', `the configuration file ${named} does not exist`, {
        fix: 'Check --config and MAILTRACK_CONFIG.',
      });
    }
    return [{ kind: 'named', file }];
  }
  const files: ConfigFile[] = [];
  const user = join(configHome(request.environment), 'mailtrack', 'config.toml');
  if (existsSync(user)) files.push({ kind: 'user', file: user });
  const project = findUpwards(request.folder, 'mailtrack.toml');
  if (project !== undefined) files.push({ kind: 'project', file: project });
  return files;
}

function configHome(environment: NodeJS.ProcessEnv): string {
  return environment['XDG_CONFIG_HOME'] || join(environment['HOME'] || homedir(), '.config');
}

export function findUpwards(folder: string, name: string): string | undefined {
  for (let at = resolve(folder); ; at = dirname(at)) {
    const file = join(at, name);
    if (existsSync(file)) return file;
    if (dirname(at) === at) return undefined;
  }
}

async function readConfigFile(
  source: ConfigFile,
  profile: string | undefined,
  problems: Problem[],
): Promise<Config> {
  const text = readFileSync(source.file, 'utf8');
  if (text.length > longestConfig) {
    throw new Problem('config', `the file has more than ${longestConfig.toLocaleString('en')} characters`, {
      where: { file: source.file },
      fix: 'Keep long lists of people in a contacts file (contacts.file).',
    });
  }
  const { parse, TomlError } = await import('smol-toml');
  const values = new Map<string, ConfigValue>();
  const aliases = new Map<string, readonly string[]>();
  let tables: Record<string, unknown>;
  try {
    tables = parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    problems.push(
      new Problem('config', error.message.split('\n', 1)[0] ?? 'not TOML', {
        where: { file: source.file, line: error.line, column: error.column },
      }),
    );
    return { values, aliases };
  }

  const take = (table: Record<string, unknown>, lineOf: (key: string) => number | undefined) => {
    for (const [key, value] of flatten(table)) {
      const place = {
        file: source.file,
        ...(lineOf(key) === undefined ? {} : { line: lineOf(key) as number }),
      };
      if (key.startsWith('aliases.')) {
        const name = key.slice('aliases.'.length);
        const members = Array.isArray(value) ? value : [value];
        if (members.every(member => typeof member === 'string')) aliases.set(name, members as string[]);
        else
          problems.push(new Problem('config', `${key} has to be text or a list of texts`, { where: place }));
        continue;
      }
      const setting = settings.find(candidate => candidate.key === key);
      if (setting === undefined) {
        problems.push(unknownKey(key, place));
        continue;
      }
      put(values, setting, value, { kind: source.kind, file: source.file, line: lineOf(key) }, problems, key);
    }
  };

  const { profiles, ...plain } = tables;
  const lines = readKeyLines(text);
  take(plain, key => lines.get(key));
  if (profile !== undefined) {
    const chosen = (profiles as Record<string, Record<string, unknown>> | undefined)?.[profile];
    if (chosen !== undefined) take(chosen, key => lines.get(`profiles.${profile}.${key}`));
    else if (source.kind !== 'user') {
      problems.push(
        new Problem('config', `there is no profile ${JSON.stringify(profile)}`, {
          where: { file: source.file },
          fix: `Add a table [profiles.${profile}].`,
        }),
      );
    }
  }
  return { values, aliases };
}

function put(
  values: Map<string, ConfigValue>,
  setting: Setting,
  raw: unknown,
  origin: Origin,
  problems: Problem[],
  name: string,
): void {
  const read = setting.read(raw);
  if (read.ok) {
    values.set(setting.key, { value: read.value, origin });
    return;
  }
  const where =
    'file' in origin
      ? { file: origin.file, ...(origin.line === undefined ? {} : { line: origin.line }) }
      : undefined;
  problems.push(new Problem(origin.kind === 'flag' ? 'usage' : 'config', `${name} ${read.why}`, { where }));
}

function unknownKey(key: string, where: { file: string; line?: number }): Problem {
  const close = nearest(
    key,
    settings.map(setting => setting.key),
  );
  return new Problem('config', `unknown key ${JSON.stringify(key)}`, {
    where,
    fix:
      close === undefined
        ? '`mailtrack help config` lists the keys.'
        : `Did you mean ${JSON.stringify(close)}?`,
  });
}

/** `{smtp: {url}}` → `smtp.url`. Lists are values. */
function* flatten(table: Record<string, unknown>, prefix = ''): Generator<[string, unknown]> {
  for (const [name, value] of Object.entries(table)) {
    const key = `${prefix}${name}`;
    const isTable =
      typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
    if (isTable && openTables.every(open => key !== `${open}.${name}`)) {
      yield* flatten(value as Record<string, unknown>, `${key}.`);
    } else {
      yield [key, value];
    }
  }
}
