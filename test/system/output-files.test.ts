import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { removeFolderLater, writePrivateFile } from '../../src/system/output-files.js';
import { findWritableByOthers } from '../../src/system/writable-by-others.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mailtrack-output-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string) => writePrivateFile(folder, name, Buffer.from('mail'));
const modeOf = (name: string) => statSync(join(folder, name)).mode & 0o777;

describe('a file that is written for the user', () => {
  it.each([0o666, 0o644, 0o777, 0o444])(
    'is readable for nobody else, also in place of one of mode %o',
    async mode => {
      writeFileSync(join(folder, '1.eml'), 'old');
      chmodSync(join(folder, '1.eml'), mode);
      await write('1.eml');
      expect([readFileSync(join(folder, '1.eml'), 'utf8'), modeOf('1.eml')]).toEqual(['mail', 0o600]);
      expect(readdirSync(folder)).toEqual(['1.eml']);
    },
  );

  it.each(['victim', 'nowhere'])('does not follow a link to %s', async target => {
    writeFileSync(join(folder, 'victim'), 'precious');
    symlinkSync(target, join(folder, '1.eml'));
    await expect(write('1.eml')).rejects.toMatchObject({
      code: 'cannot-create',
      message: `${join(folder, '1.eml')} cannot be written: it is a symbolic link`,
    });
    expect(readFileSync(join(folder, 'victim'), 'utf8')).toBe('precious');
    expect(readdirSync(folder).sort()).toEqual(['1.eml', 'victim']);
  });

  it('leaves a file alone that had its name as a second one', async () => {
    writeFileSync(join(folder, 'victim'), 'precious');
    linkSync(join(folder, 'victim'), join(folder, '1.eml'));
    await write('1.eml');
    expect(readFileSync(join(folder, 'victim'), 'utf8')).toBe('precious');
  });

  it('does not take the place of a folder', async () => {
    mkdirSync(join(folder, '1.eml'));
    await expect(write('1.eml')).rejects.toThrow('cannot be written: it is not a regular file');
  });

  it.skipIf(process.getuid?.() !== 0)(
    'takes the place of no file of another user (tried as root)',
    async () => {
      const { chownSync } = await import('node:fs');
      writeFileSync(join(folder, '1.eml'), 'theirs');
      chownSync(join(folder, '1.eml'), 12_345, 12_345);
      await expect(write('1.eml')).rejects.toThrow('cannot be written: it belongs to another user');
      expect(readFileSync(join(folder, '1.eml'), 'utf8')).toBe('theirs');
    },
  );
});

it('a page that was opened is removed without us', async () => {
  const page = join(folder, 'page');
  mkdirSync(page);
  writeFileSync(join(page, 'preview.html'), 'mail');
  removeFolderLater(page, 0);
  await expect.poll(() => existsSync(page)).toBe(false);
});

describe.skipIf(process.platform === 'win32')('what others can write to', () => {
  const file = () => join(folder, 'mailtrack.db');

  it.each([
    [0o600, 0o700, undefined],
    [0o644, 0o755, undefined],
    [0o602, 0o700, 'mailtrack.db'],
    [0o646, 0o777, 'mailtrack.db'],
    [0o600, 0o777, ''],
    [0o600, 0o1777, ''],
  ])('of a file %o in a folder %o', async (mode, folderMode, expected) => {
    writeFileSync(file(), '');
    chmodSync(file(), mode);
    chmodSync(folder, folderMode);
    const found = await findWritableByOthers(file());
    expect(found).toBe(expected === undefined ? undefined : join(folder, expected));
  });

  it('is the folder of a file that is not there yet', async () => {
    chmodSync(folder, 0o777);
    expect(await findWritableByOthers(file())).toBe(folder);
  });
});
