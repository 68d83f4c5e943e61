/**
 * Whether somebody else could have written a configuration file: by its owner, its folder's owner, and who may write to
 * either. A configuration says where secrets go, so it is held to the rules that ssh has for its own.
 */
import { realpathSync, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { Problem } from '../../problem.js';

/** As `FoundFile`. */
interface Found {
  readonly kind: 'project' | 'user' | 'named';
  readonly file: string;
}

export interface Account {
  readonly uid: number;
  readonly gid: number;
}

export type Facts = Pick<Stats, 'uid' | 'gid' | 'mode'>;

const stickyBit = 0o1000;
const writableByAll = 0o002;
const writableByGroup = 0o020;

/**
 * A file that is named with `--config` may belong to anybody, since naming it says that it is meant: only its own mode counts.
 * @param stats of the open file.
 * @returns undefined when nobody else can write it, and on systems without owners.
 */
export function findForeignHand({ kind, file }: Found, stats: Stats): Problem | undefined {
  const account = currentAccount();
  if (account === undefined) return undefined;
  if (kind === 'named') {
    const isOpen = stats.isFile() && (stats.mode & writableByAll) !== 0;
    return isOpen ? refusal(file, 'every account can write to it', `run \`chmod o-w ${file}\``) : undefined;
  }
  const hand = foreignHand(stats, account);
  if (hand !== undefined) return describe(file, hand, file, stats);
  // A link is judged by its own folder and by the folder it leads to.
  for (const folder of new Set([realpathSync(dirname(file)), dirname(realpathSync(file))])) {
    const problem = findForeignFolder(file, folder, account);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** The folders above may belong to others, as /home does; but not every account may exchange them. */
function findForeignFolder(file: string, folder: string, account: Account): Problem | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const facts = statSync(at);
    // Nobody removes another's file from a folder with the sticky bit, such as /tmp.
    const isSticky = (facts.mode & stickyBit) !== 0;
    const hand = foreignHand(isSticky ? { ...facts, mode: 0 } : facts, account);
    if (hand !== undefined && (at === folder || hand === 'all')) return describe(file, hand, at, facts);
    if (dirname(at) === at) return undefined;
  }
}

/** Root is trusted as the system is. A group with the number of its account holds nobody else (umask 002). */
export function foreignHand(
  { uid, gid, mode }: Facts,
  account: Account,
): 'owner' | 'group' | 'all' | undefined {
  if ((mode & writableByAll) !== 0) return 'all';
  if (uid !== account.uid && uid !== 0) return 'owner';
  const isPrivateGroup = gid === account.gid && account.gid === account.uid;
  return (mode & writableByGroup) !== 0 && gid !== 0 && !isPrivateGroup ? 'group' : undefined;
}

/** @param path the file itself or a folder above it. */
function describe(file: string, hand: 'owner' | 'group' | 'all', path: string, { uid, gid }: Facts): Problem {
  const it = path === file ? 'it' : `the folder ${path}`;
  switch (hand) {
    case 'owner':
      return refusal(
        file,
        `${it} belongs to another account (uid ${uid})`,
        'copy it to a folder of your own, or name it with --config if you trust that account',
      );
    case 'group':
      return refusal(file, `the group ${gid} can write to ${it}`, `run \`chmod g-w ${path}\``);
    case 'all':
      return refusal(file, `every account can write to ${it}`, `run \`chmod o-w ${path}\``);
  }
}

function refusal(file: string, why: string, how: string): Problem {
  return new Problem('config', `${file} is not used: ${why}`, { fix: `Read the file, then ${how}.` });
}

function currentAccount(): Account | undefined {
  const uid = process.geteuid?.();
  const gid = process.getegid?.();
  return uid === undefined || gid === undefined ? undefined : { uid, gid };
}
