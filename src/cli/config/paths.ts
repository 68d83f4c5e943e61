import { userInfo } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { Problem } from '../../problem.js';

const baseVariables = ['XDG_DATA_HOME', 'XDG_CONFIG_HOME'] as const;

/**
 * `$XDG_DATA_HOME/mailtrack`: where `send`, `serve` and `report` of one user agree without configuration, in whatever folder
 * they are started.
 * @param accountHome the home folder of the account; undefined when it has none.
 * @throws Problem `config` when neither the environment nor the account names a folder.
 */
export function dataFolder(environment: NodeJS.ProcessEnv, accountHome = readAccountHome): string {
  const base = baseFolder(environment, 'XDG_DATA_HOME', ['.local', 'share'], accountHome);
  if (base !== undefined) return join(base, 'mailtrack');
  throw new Problem('config', 'there is no home folder: HOME is not set, and the account has none', {
    fix: 'Set HOME, or XDG_DATA_HOME, to an absolute path.',
  });
}

/** `$XDG_CONFIG_HOME/mailtrack/config.toml`; undefined when there is no home folder, and so no such file. */
export function userConfigFile(
  environment: NodeJS.ProcessEnv,
  accountHome = readAccountHome,
): string | undefined {
  const base = baseFolder(environment, 'XDG_CONFIG_HOME', ['.config'], accountHome);
  return base === undefined ? undefined : join(base, 'mailtrack', 'config.toml');
}

/** The names of variables that are ignored because their paths are relative. */
export function ignoredFolders(environment: NodeJS.ProcessEnv): readonly string[] {
  return baseVariables.filter(name => {
    const path = environment[name] ?? '';
    return path !== '' && !isAbsolute(path);
  });
}

/** "If an implementation encounters a relative path […] it should consider the path invalid and ignore it." XDG Base Directory Specification 0.8 */
function baseFolder(
  environment: NodeJS.ProcessEnv,
  variable: (typeof baseVariables)[number],
  underHome: readonly string[],
  accountHome: () => string | undefined,
): string | undefined {
  const base = absolute(environment[variable]);
  if (base !== undefined) return base;
  const home = absolute(environment['HOME']) ?? absolute(accountHome());
  return home === undefined ? undefined : join(home, ...underHome);
}

function absolute(path: string | undefined): string | undefined {
  return path !== undefined && isAbsolute(path) ? path : undefined;
}

/** Not `homedir()`, which answers '' when HOME is empty. Throws in a container whose user has no entry in passwd. */
function readAccountHome(): string | undefined {
  try {
    return userInfo().homedir;
  } catch {
    return undefined;
  }
}
