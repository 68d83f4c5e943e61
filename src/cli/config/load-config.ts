import { nearest } from '../../nearest.js';
import { Problem, Problems } from '../../problem.js';
import { type ConfigFile, type FileRequest, findConfigFiles, readConfigFile } from './config-files.js';
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

/** A source of settings: all flags, the environment, or one file. */
export type ConfigPlace =
  | { readonly kind: 'flag' | 'environment' }
  | Pick<ConfigFile, 'kind' | 'file' | 'digest'>;

/** The settings of one place. A profile is a layer of its own above the rest of its file, in the same place. */
export interface ConfigLayer {
  readonly place: ConfigPlace;
  readonly values: ReadonlyMap<string, ConfigValue>;
}

export interface Config {
  /** The strongest value of each key. What belongs together, such as a server and its port, is in `layers`. */
  readonly values: ReadonlyMap<string, ConfigValue>;
  /** From the strongest to the weakest. */
  readonly layers: readonly ConfigLayer[];
  readonly aliases: ReadonlyMap<string, readonly string[]>;
}

export interface ConfigRequest extends FileRequest {
  readonly profile?: string | undefined;
  /** Values of flags by setting key; they win over everything. */
  readonly flags: ReadonlyMap<string, { readonly name: string; readonly value: string }>;
}

/**
 * flag > environment > project file > user file.
 * @throws Problems `config`: every unknown key, wrong value and syntax error of all files at once.
 */
export async function loadConfig(request: ConfigRequest): Promise<Config> {
  const problems: Problem[] = [];
  const aliases = new Map<string, readonly string[]>();
  const { environment } = request;
  const layers: ConfigLayer[] = [];

  for (const source of readAll(request, problems)) {
    const read = await parseConfigFile(source, request.profile ?? environment['MAILTRACK_PROFILE'], problems);
    layers.unshift(...read.layers);
    for (const [name, members] of read.aliases) aliases.set(name, members);
  }
  const named = new Map<string, ConfigValue>();
  for (const setting of settings) {
    const name = setting.environment;
    const text = name === undefined ? undefined : environment[name];
    if (name === undefined || text === undefined || text === '') continue;
    put(named, setting, text, { kind: 'environment', name }, problems, name);
  }
  const typed = new Map<string, ConfigValue>();
  for (const [key, { name, value }] of request.flags) {
    const setting = settings.find(candidate => candidate.key === key);
    if (setting !== undefined) put(typed, setting, value, { kind: 'flag', name }, problems, name);
  }
  layers.unshift(
    { place: { kind: 'flag' }, values: typed },
    { place: { kind: 'environment' }, values: named },
  );
  if (problems.length > 0) throw new Problems(problems);
  const values = new Map(layers.toReversed().flatMap(layer => [...layer.values]));
  return { values, layers, aliases };
}

/** A few hundred aliases fit; each unknown key of a longer file would be compared with all that are known. */
const longestConfig = 250_000;

/** Those that can be read; why the others cannot goes into `problems`. */
function readAll(request: ConfigRequest, problems: Problem[]): readonly ConfigFile[] {
  return findConfigFiles(request).flatMap(found => {
    try {
      return [readConfigFile(found)];
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      problems.push(error);
      return [];
    }
  });
}

async function parseConfigFile(
  source: ConfigFile,
  profile: string | undefined,
  problems: Problem[],
): Promise<Omit<Config, 'values'>> {
  const { text, kind, file, digest } = source;
  const place = { kind, file, digest };
  if (text.length > longestConfig) {
    throw new Problem('config', `the file has more than ${longestConfig.toLocaleString('en')} characters`, {
      where: { file },
      fix: 'Keep long lists of people in a contacts file (contacts.file).',
    });
  }
  const { parse, TomlError } = await import('smol-toml');
  const values = new Map<string, ConfigValue>();
  const aliases = new Map<string, readonly string[]>();
  const layers: ConfigLayer[] = [{ place, values }];
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
    return { layers: [], aliases };
  }

  const take = (
    values: Map<string, ConfigValue>,
    table: Record<string, unknown>,
    lineOf: (key: string) => number | undefined,
  ) => {
    for (const [key, value] of flatten(table)) {
      const where = { file, ...(lineOf(key) === undefined ? {} : { line: lineOf(key) as number }) };
      if (key.startsWith('aliases.')) {
        const name = key.slice('aliases.'.length);
        const members = Array.isArray(value) ? value : [value];
        if (members.every(member => typeof member === 'string')) aliases.set(name, members as string[]);
        else problems.push(new Problem('config', `${key} has to be text or a list of texts`, { where }));
        continue;
      }
      const setting = settings.find(candidate => candidate.key === key);
      if (setting === undefined) {
        problems.push(unknownKey(key, where));
        continue;
      }
      put(values, setting, value, { kind, file, line: lineOf(key) }, problems, key);
    }
  };

  const { profiles, ...plain } = tables;
  const lines = readKeyLines(text);
  take(values, plain, key => lines.get(key));
  if (profile !== undefined) {
    const chosen = (profiles as Record<string, Record<string, unknown>> | undefined)?.[profile];
    if (chosen !== undefined) {
      const above = new Map<string, ConfigValue>();
      take(above, chosen, key => lines.get(`profiles.${profile}.${key}`));
      layers.unshift({ place, values: above });
    } else if (kind !== 'user') {
      problems.push(
        new Problem('config', `there is no profile ${JSON.stringify(profile)}`, {
          where: { file: source.file },
          fix: `Add a table [profiles.${profile}].`,
        }),
      );
    }
  }
  return { layers, aliases };
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
