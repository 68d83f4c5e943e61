import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FoundFile, readConfigFile } from '../../../src/cli/config/config-files.js';
import { foreignHand } from '../../../src/cli/config/foreign-hand.js';

const account = { uid: 1000, gid: 1000 };

it.each([
  ['of the account', { uid: 1000, gid: 1000, mode: 0o644 }, undefined],
  ['of root', { uid: 0, gid: 0, mode: 0o644 }, undefined],
  ['of another account', { uid: 1001, gid: 1001, mode: 0o644 }, 'owner'],
  ['of nobody', { uid: 65534, gid: 65534, mode: 0o644 }, 'owner'],
  ['that all can write', { uid: 1000, gid: 1000, mode: 0o646 }, 'all'],
  ['that its private group can write', { uid: 1000, gid: 1000, mode: 0o664 }, undefined],
  ['that another group can write', { uid: 1000, gid: 100, mode: 0o664 }, 'group'],
  ['that the group of root can write', { uid: 1000, gid: 0, mode: 0o664 }, undefined],
  ['of root that another group can write', { uid: 0, gid: 33, mode: 0o664 }, 'group'],
])('finds who else can write a file %s', (_, facts, hand) => {
  expect(foreignHand(facts, account)).toBe(hand);
});

it('knows no private group of an account with a shared one', () => {
  expect(foreignHand({ uid: 1000, gid: 100, mode: 0o664 }, { uid: 1000, gid: 100 })).toBe('group');
});

describe('a file as it is found', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'mailtrack-hand-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function found(kind: FoundFile['kind'], name = 'mailtrack.toml'): FoundFile {
    return { kind, file: join(folder, name) };
  }
  function refusal(file: FoundFile): string {
    try {
      readConfigFile(file);
      return 'read';
    } catch (error) {
      const { message, fix } = error as Error & { fix?: string };
      return [message, ...(fix === undefined ? [] : [fix])].join('\n').replaceAll(folder, '~');
    }
  }

  it.each(['project', 'user'] as const)('(%s) is not used when others can write it', kind => {
    writeFileSync(join(folder, 'mailtrack.toml'), '');
    expect(refusal(found(kind))).toBe('read');
    chmodSync(join(folder, 'mailtrack.toml'), 0o666);
    expect(refusal(found(kind))).toBe(
      '~/mailtrack.toml is not used: every account can write to it\nRead the file, then run `chmod o-w ~/mailtrack.toml`.',
    );
  });

  it('is not used through a link in a folder that others can write', () => {
    mkdirSync(join(folder, 'open'));
    writeFileSync(join(folder, 'mine.toml'), '');
    symlinkSync('../mine.toml', join(folder, 'open', 'mailtrack.toml'));
    expect(refusal(found('project', 'open/mailtrack.toml'))).toBe('read');
    chmodSync(join(folder, 'open'), 0o777);
    expect(refusal(found('project', 'open/mailtrack.toml'))).toBe(
      '~/open/mailtrack.toml is not used: every account can write to the folder ~/open\nRead the file, then run `chmod o-w ~/open`.',
    );
    // Nobody removes another's file from such a folder.
    chmodSync(join(folder, 'open'), 0o1777);
    expect(refusal(found('project', 'open/mailtrack.toml'))).toBe('read');
  });

  it('is not used below a folder that others can write', () => {
    mkdirSync(join(folder, 'open', 'deep'), { recursive: true });
    writeFileSync(join(folder, 'open/deep/mailtrack.toml'), '');
    chmodSync(join(folder, 'open'), 0o777);
    expect(refusal(found('project', 'open/deep/mailtrack.toml'))).toContain(
      'every account can write to the folder ~/open',
    );
  });

  it('may be in such a folder when it was named', () => {
    writeFileSync(join(folder, 'mailtrack.toml'), '');
    chmodSync(folder, 0o777);
    expect(refusal(found('named'))).toBe('read');
    chmodSync(join(folder, 'mailtrack.toml'), 0o666);
    expect(refusal(found('named'))).toContain('every account can write to it');
    expect(readConfigFile({ kind: 'named', file: '/dev/null' }).text).toBe('');
  });

  it('is named when it is a folder', () => {
    mkdirSync(join(folder, 'mailtrack.toml'));
    expect(refusal(found('project'))).toBe(
      'the configuration file ~/mailtrack.toml cannot be read: it is a folder\n' +
        'Make it readable for you, or name another with --config or MAILTRACK_CONFIG.',
    );
  });

  it('is named when it is a pipe, which nobody waits for', () => {
    execFileSync('mkfifo', [join(folder, 'mailtrack.toml')]);
    expect(refusal(found('project'))).toBe(
      'the configuration file ~/mailtrack.toml cannot be read: it is not a file\n' +
        'Make it readable for you, or name another with --config or MAILTRACK_CONFIG.',
    );
  });
});
