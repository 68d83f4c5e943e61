import { describe, expect, it } from 'vitest';
import { type Problem, Problems } from '../../src/problem.js';
import { readIncludes } from '../../src/workflow/read-includes.js';
import { sourceRef } from '../../src/workflow/source-ref.js';
import { MemoryFiles } from './memory-files.js';

const include = (path: string, more = '') => `<mj-include path="${path}"${more} />`;
const read = (text: string, files: MemoryFiles) =>
  readIncludes({ file: 'mails/msg.mjml', text, lineOffset: 0 }, files);

async function problemsOf(text: string, files: MemoryFiles) {
  try {
    await read(text, files);
    return [];
  } catch (error) {
    if (!(error instanceof Problems)) throw error;
    return error.problems.map(
      ({ code, message, where }: Problem) =>
        `${where?.file}:${where?.line}:${where?.column} ${code} ${message}`,
    );
  }
}

describe('readIncludes', () => {
  it('reads each file once, also through others, relative to the file that names it', async () => {
    const files = new MemoryFiles({
      'mails/parts/a.mjml': `${include('deep/b.mjml')}\r\n${include('../style.css', ' type="css"')}`,
      'mails/parts/deep/b.mjml': 'B',
      'mails/style.css': '\uFEFFp { color: red }',
      'mails/unused.mjml': '',
    });
    const { texts, sources } = await read(include('parts/a.mjml') + include('./parts/deep/b.mjml'), files);
    expect([...texts]).toEqual([
      ['mails/parts/a.mjml', `${include('deep/b.mjml')}\n${include('../style.css', ' type="css"')}`],
      ['mails/parts/deep/b.mjml', 'B'],
      ['mails/style.css', 'p { color: red }'],
    ]);
    expect(sources.map(({ path }) => path)).toEqual([...texts.keys()]);
    // Of the octets, as a later look at the file finds them.
    expect(sources.at(-1)).toEqual(sourceRef('mails/style.css', await files.readBytes('mails/style.css')));
  });

  it('says all that is wrong at once, each at its line', async () => {
    const files = new MemoryFiles({
      'mails/round.mjml': `\n${include('msg.mjml')}${include('other.mjml')}`,
      'mails/other.mjml': include('round.mjml'),
      'mails/link.mjml': '',
      'secret.mjml': '',
    });
    files.linked.add('mails/link.mjml');
    const text = ['missing.mjml', 'round.mjml', 'link.mjml'].map(path => include(path)).join('\n');
    expect(await problemsOf(text, files)).toEqual([
      'mails/msg.mjml:1:1 input-missing mails/missing.mjml does not exist',
      'mails/round.mjml:2:1 template-syntax mj-include goes in a circle: mails/msg.mjml → mails/round.mjml → mails/msg.mjml',
      'mails/other.mjml:1:1 template-syntax mj-include goes in a circle: mails/round.mjml → mails/other.mjml → mails/round.mjml',
      'mails/msg.mjml:3:1 template-syntax mails/link.mjml is a link to somewhere outside the folder of the template',
    ]);
  });

  it.each([
    ['../secret.mjml', 'it leads out of the folder of the template'],
    ['a/../../secret.mjml', 'it leads out of the folder of the template'],
    ['..\\secret.mjml', 'it leads out of the folder of the template'],
    ['/etc/hostname', 'it is not relative to the folder of the template'],
    ['C:/secret.mjml', 'it is not relative to the folder of the template'],
    ['file:///etc/hostname', 'it is not relative to the folder of the template'],
    ['.', 'it names no file'],
  ])('opens nothing outside the folder: %s', async (path, why) => {
    const files = new MemoryFiles({ 'secret.mjml': 'x', '/etc/hostname': 'x', 'mails/secret.mjml': 'x' });
    expect(await problemsOf(`  ${include(path)}`, files)).toEqual([
      `mails/msg.mjml:1:3 template-syntax mj-include of ${path}: ${why}`,
    ]);
  });

  it('opens files of the folder that the user names, and what those name there', async () => {
    const root = { path: 'parts', workingFolder: '/w' };
    const files = new MemoryFiles({
      'parts/a.mjml': include('b.mjml') + include('../mails/c.mjml'),
      'parts/b.mjml': 'B',
      'mails/c.mjml': 'C',
      'secret.mjml': 'x',
    });
    const template = (text: string) => ({ file: 'mails/msg.mjml', text, lineOffset: 0 });
    const { texts } = await readIncludes(template(include('../parts/a.mjml')), files, root);
    expect([...texts.keys()]).toEqual(['parts/a.mjml', 'parts/b.mjml', 'mails/c.mjml']);
    await expect(readIncludes(template(include('../secret.mjml')), files, root)).rejects.toThrow(
      'mj-include of ../secret.mjml: it leads out of the folder of the template and of --root',
    );
    files.linked.add('parts/b.mjml');
    await expect(readIncludes(template(include('../parts/b.mjml')), files, root)).rejects.toThrow(
      'parts/b.mjml is a link to somewhere outside the folder of the template and --root',
    );
  });

  it('reads the style sheets that HTML links to', async () => {
    const files = new MemoryFiles({ 'mails/a.css': 'p { top: 0 }' });
    const link = '<link rel="stylesheet" href="a.css"><link rel="stylesheet" href="b.css">';
    const html = (text: string) => readIncludes({ file: 'mails/msg.html', text, lineOffset: 0 }, files);
    const { texts, sources } = await html(link.slice(0, 36));
    expect([...texts.keys()]).toEqual(['mails/a.css']);
    expect(sources.map(({ path }) => path)).toEqual(['mails/a.css']);
    await expect(html(link)).rejects.toThrow('mails/b.css does not exist');
  });

  it('reads nothing that a comment names', async () => {
    expect((await read(`<!-- ${include('a.mjml')} -->`, new MemoryFiles({}))).sources).toEqual([]);
  });
});
