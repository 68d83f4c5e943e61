/** Which configuration files there are, and their text. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Problem } from '../../problem.js';
import { userConfigFile } from './paths.js';

export interface ConfigFilesRequest {
  /** `--config`. */
  readonly file?: string | undefined;
  readonly environment: NodeJS.ProcessEnv;
  readonly folder: string;
}

export interface ConfigFile {
  readonly kind: 'project' | 'user' | 'named';
  readonly file: string;
}

/** From the weakest to the strongest. */
export function configFiles(request: ConfigFilesRequest): readonly ConfigFile[] {
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
  const user = userConfigFile(request.environment);
  if (user !== undefined && existsSync(user)) files.push({ kind: 'user', file: user });
  const project = findUpwards(request.folder, 'mailtrack.toml');
  if (project !== undefined) files.push({ kind: 'project', file: project });
  return files;
}

export function findUpwards(folder: string, name: string): string | undefined {
  for (let at = resolve(folder); ; at = dirname(at)) {
    const file = join(at, name);
    if (existsSync(file)) return file;
    if (dirname(at) === at) return undefined;
  }
}

/** @throws Problem `config` when it cannot be read. */
export function readConfigText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new Problem('config', `the configuration file ${file} cannot be read: ${reasonOf(cause)}`, {
      fix: 'Make it readable for you, or name another with --config or MAILTRACK_CONFIG.',
      cause,
    });
  }
}

function reasonOf(cause: unknown): string {
  const { code, message } = cause as NodeJS.ErrnoException;
  if (code === 'EISDIR') return 'it is a folder';
  return code === 'EACCES' ? 'permission denied' : message;
}
