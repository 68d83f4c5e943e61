import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { compileApart, isLight } from '../../src/system/compile-apart.js';

const file = { path: 'mails/m.md', source: 'Hi' };
const folder = mkdtempSync(join(tmpdir(), 'compile-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A job that does this instead of compiling. */
function limits(code: string, timeoutMs = 30_000) {
  const job = join(folder, 'job.mjs');
  writeFileSync(job, code);
  return { timeoutMs, memoryMb: 64, job: pathToFileURL(job) };
}

describe('compiling in a process of its own', () => {
  it('is ended when it takes too long', async () => {
    await expect(compileApart(file, 'S', limits('for (;;);', 50))).rejects.toMatchObject({
      code: 'template-syntax',
      message: 'it is not compiled after 0.05 seconds',
      where: { file: 'mails/m.md' },
      fix: 'Make the template smaller; a message of more than 102 KB is cut off by Gmail.',
    });
  });

  it('is ended when it takes too much memory', async () => {
    const code = 'const a = []; for (;;) a.push(new Array(1000).fill(a.length));';
    await expect(compileApart(file, 'S', limits(code))).rejects.toMatchObject({
      code: 'template-syntax',
      message: 'to compile it takes more than 64 MB',
    });
  });

  it('gives what the built job compiled, and its problems', async () => {
    const built = {
      timeoutMs: 30_000,
      memoryMb: 512,
      job: pathToFileURL(join(process.cwd(), 'dist/system/compile-job.js')),
    };
    const hello = { ...file, source: 'Hi {{ name }}' };
    const { compiled, fields } = await compileApart(hello, 'S', built);
    expect([compiled.text, [...fields.keys()]]).toEqual(['Hi {{ name }}\n', ['name']]);
    await expect(compileApart({ ...file, source: '{% if %}' }, 'S', built)).rejects.toMatchObject({
      name: 'Problem',
      code: 'template-syntax',
      where: { file: 'mails/m.md', line: 1 },
    });
  });

  it.each([
    ['a short text', 'Hi', true],
    ['16,000 characters', 'a'.repeat(16_000), true],
    ['one more', 'a'.repeat(16_001), false],
    ['a short front matter', `---\na: b\n---\n${'a'.repeat(10_000)}`, true],
    ['a front matter of more than 4,000 characters', `---\na: ${'b'.repeat(4_000)}\n---\nHi`, false],
    ['a front matter that does not end', `---\n${'a'.repeat(4_000)}`, false],
  ])('is left out for small templates: %s: %s', (_, source, is) => {
    expect(isLight({ path: 'a.md', source })).toBe(is);
  });

  it('is not done for a small template', async () => {
    expect((await compileApart(file, 'S')).compiled.text).toBe('Hi\n');
  });
});
