/**
 * What a command needs of the world, opened when it is asked for: configuration, streams, key, database, SMTP server.
 * The only place where settings become things.
 */
import { dirname, join, resolve } from 'node:path';
import { type Config, type ConfigValue, loadConfig } from './config/load-config.js';
import { dataFolder, ignoredFolders } from './config/paths.js';
import { settings } from './config/settings.js';
import type { GlobalOptions } from './options.js';
import { createOutput, type Output } from './output.js';

export interface Context {
  readonly config: Config;
  readonly output: Output;
  readonly json: boolean;
  readonly quiet: boolean;
  /** false with `--no-input`. */
  readonly input: boolean;
  readonly storeUrl: string;
  text(key: string): string | undefined;
  /** A setting that names a file: one in a configuration file means a file beside that. */
  path(key: string): string | undefined;
  number(key: string): number | undefined;
  texts(key: string): readonly string[] | undefined;
}

/** Flags that stand for a setting, by the setting's key. */
export type SettingFlags = Readonly<
  Record<string, { readonly flag: string; readonly value: string | undefined }>
>;

/** @throws Problems `config`, `usage`. */
export async function createContext(options: GlobalOptions, flags: SettingFlags = {}): Promise<Context> {
  const given: SettingFlags = { ...flags, 'store.url': { flag: '--db', value: options.db } };
  const config = await loadConfig({
    file: options.config,
    profile: options.profile,
    flags: new Map(
      Object.entries(given).flatMap(([key, { flag, value }]) =>
        value === undefined ? [] : [[key, { name: flag, value }] as const],
      ),
    ),
    environment: process.env,
    folder: process.cwd(),
  });
  const value = (key: string): ConfigValue['value'] | undefined => config.values.get(key)?.value;
  const json = options.json === true || process.env['MAILTRACK_OUTPUT'] === 'json';
  const quiet = options.quiet === true;
  const output = createOutput(options.streams, { quiet });
  for (const name of ignoredFolders(process.env)) {
    output.say(`Note: ${name} is ignored: it has to be an absolute path.`);
  }
  for (const { key } of settings.filter(
    setting => setting.unused === true && config.values.has(setting.key),
  )) {
    output.say(`Note: ${key} is set, but this version does not use it.`);
  }
  return {
    config,
    output,
    json,
    quiet,
    input: options.input,
    storeUrl: storeUrlOf(config),
    path: key => pathOf(config, key),
    text: key => value(key) as string | undefined,
    number: key => value(key) as number | undefined,
    texts: key => value(key) as readonly string[] | undefined,
  };
}

function pathOf(config: Config, key: string): string | undefined {
  const setting = config.values.get(key);
  return setting === undefined ? undefined : resolvePath(setting);
}

/** The file that a setting names, which is beside the configuration file that says so. */
export function resolvePath(setting: ConfigValue): string {
  return resolve(baseOf(setting), String(setting.value));
}

function baseOf({ origin }: ConfigValue): string {
  return 'file' in origin ? dirname(origin.file) : process.cwd();
}

/** `sqlite:<path>`; another kind of URL is left for the store to judge. */
function storeUrlOf(config: Config): string {
  const setting = config.values.get('store.url');
  if (setting === undefined) return join(dataFolder(process.env), 'mailtrack.db');
  const url = String(setting.value);
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(url)) return url;
  return resolve(baseOf(setting), url.replace(/^sqlite:/, ''));
}
