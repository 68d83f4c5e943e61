import { createHash } from 'node:crypto';
import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { dataFolder } from './paths.js';

/** One line per trusted file as it was: `<sha256> <path>`. A changed file has to be trusted again. */
const listName = 'trusted';

export async function isTrusted(file: string): Promise<boolean> {
  const list = await readFile(join(dataFolder(process.env), listName), 'utf8').catch(() => '');
  return list.split('\n').includes(await entryOf(file));
}

export async function trust(file: string): Promise<void> {
  const folder = dataFolder(process.env);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await appendFile(join(folder, listName), `${await entryOf(file)}\n`, { mode: 0o600 });
}

async function entryOf(file: string): Promise<string> {
  const digest = createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
  return `${digest} ${resolve(file)}`;
}
