import { describe, expect, it } from 'vitest';
import { resolveInside } from '../../src/merge/template-path.js';

const resolve = (folder: string, from: string, written: string, root?: string) => {
  const found = resolveInside(
    folder,
    from,
    written,
    root === undefined ? undefined : { path: root, workingFolder: '/home/ann/letters' },
  );
  return found.ok ? found.value : found.why;
};
const out = 'it leads out of the folder of the template';
const outOfBoth = `${out} and of --root`;

describe('a path that a template names', () => {
  it.each([
    ['mails/', 'mails/', 'a.png', 'mails/a.png'],
    ['mails/', 'mails/sub/', '../a.png', 'mails/a.png'],
    ['./mails/', './mails/', './x/../a.png', './mails/a.png'],
    ['', '', 'a.png', 'a.png'],
    ['', '', '../a.png', out],
    ['mails/', 'mails/', '../mails/a.png', out],
    ['mails/', 'mails/', 'x/../../mails/a.png', out],
    ['mails/', 'mails/', 'x/..', 'it names no file'],
    ['mails/', 'mails/', '/a.png', 'it is not relative to the folder of the template'],
    ['mails/', 'mails/', 'a'.repeat(4_097), 'it has more than 4096 characters'],
  ])('is one of the folder of the template: %s %s %s', (folder, from, written, expected) => {
    expect(resolve(folder, from, written)).toBe(expected);
  });

  it.each([
    ['mails/', 'mails/', '../parts/a.png', '.', 'parts/a.png'],
    ['mails/', 'mails/', '../parts/a.png', 'parts', 'parts/a.png'],
    ['mails/', 'mails/', '../parts/a.png', './parts/', 'parts/a.png'],
    ['mails/', 'mails/', '../parts/a.png', '/home/ann/letters/parts', 'parts/a.png'],
    ['', '', '../parts/a.png', '..', '../parts/a.png'],
    ['', '', '../parts/a.png', '/home/ann', '../parts/a.png'],
    ['/srv/mails/', '/srv/mails/', '../parts/a.png', '/srv', '/srv/parts/a.png'],
    ['/srv/mails/', '/srv/mails/', '../parts/a.png', '/', '/srv/parts/a.png'],
    // From a part to another, and back into the folder of the template.
    ['mails/', 'parts/', 'b.png', 'parts', 'parts/b.png'],
    ['mails/', 'parts/', '../mails/b.png', 'parts', 'mails/b.png'],
    ['./mails/', 'parts/', '../mails/b.png', 'parts', './mails/b.png'],
    ['mails/', 'mails/', 'a.png', 'parts', 'mails/a.png'],
  ])('or of the folder that the user names: %s %s %s, %s', (folder, from, written, root, expected) => {
    expect(resolve(folder, from, written, root)).toBe(expected);
  });

  it.each([
    ['mails/', 'mails/', '../parts2/a.png', 'parts', outOfBoth],
    ['mails/', 'mails/', '../parts/../secret.png', 'parts', outOfBoth],
    ['mails/', 'mails/', '../../secret.png', '.', outOfBoth],
    ['mails/', 'mails/', '../parts', 'parts', outOfBoth],
    ['mails/', 'parts/', '../secret.png', 'parts', outOfBoth],
    ['', '', '../../../../../../etc/passwd', '/home', outOfBoth],
    [
      'mails/',
      'mails/',
      '/home/ann/letters/parts/a.png',
      'parts',
      'it is not relative to the folder of the template',
    ],
  ])('and of no other: %s %s %s, %s', (folder, from, written, root, expected) => {
    expect(resolve(folder, from, written, root)).toBe(expected);
  });
});
