/** Which configuration files there are, and their bytes, read once: what is parsed is what is trusted. */
import { createHash } from 'node:crypto';
import { closeSync, constants, existsSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Problem } from '../../problem.js';
import { findForeignHand } from './foreign-hand.js';
import { userConfigFile } from './paths.js';

export interface FoundFile {
  readonly kind: 'project' | 'user' | 'named';
  readonly file: string;
}

export interface ConfigFile extends FoundFile {
  readonly text: string;
  /** SHA-256 of the bytes that `text` was made from, in hexadecimal. */
  readonly digest: string;
}

export interface FileRequest {
  /** `--config`: this file instead of the project's and the user's. */
  readonly file?: string | undefined;
  readonly environment: NodeJS.ProcessEnv;
  readonly folder: string;
}

/** @returns from the weakest to the strongest. @throws Problem `config` when a file that was named is not there. */
export function findConfigFiles(request: FileRequest): readonly FoundFile[] {
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
  const files: FoundFile[] = [];
  const user = userConfigFile(request.environment);
  if (user !== undefined && existsSync(user)) files.push({ kind: 'user', file: user });
  const project = findUpwards(request.folder, 'mailtrack.toml');
  if (project !== undefined) files.push({ kind: 'project', file: project });
  return files;
}

/** @throws Problem `config` when it cannot be read, or somebody else could have written it. */
export function readConfigFile(found: FoundFile): ConfigFile {
  const { kind, file } = found;
  // A pipe is for `--config <(…)`; one that is found in a folder would keep us waiting for somebody to write.
  const flags = kind === 'named' ? constants.O_RDONLY : constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);
  const handle = attempt(file, () => openSync(file, flags));
  try {
    const stats = fstatSync(handle);
    if (stats.isDirectory()) throw unreadable(file, 'it is a folder');
    if (kind !== 'named' && !stats.isFile()) throw unreadable(file, 'it is not a file');
    const foreign = findForeignHand(found, stats);
    if (foreign !== undefined) throw foreign;
    const bytes = attempt(file, () => readFileSync(handle));
    return {
      ...found,
      text: bytes.toString('utf8'),
      digest: createHash('sha256').update(bytes).digest('hex'),
    };
  } finally {
    closeSync(handle);
  }
}

function findUpwards(folder: string, name: string): string | undefined {
  for (let at = resolve(folder); ; at = dirname(at)) {
    const file = join(at, name);
    if (existsSync(file)) return file;
    if (dirname(at) === at) return undefined;
  }
}

function attempt<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw unreadable(file, code === 'EACCES' ? 'permission denied' : message, cause);
  }
}

function unreadable(file: string, why: string, cause?: unknown): Problem {
  return new Problem('config', `the configuration file ${file} cannot be read: ${why}`, {
    fix: 'Make it readable for you, or name another with --config or MAILTRACK_CONFIG.',
    cause,
  });
}
