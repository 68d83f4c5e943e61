import { describe, expect, it } from 'vitest';
import { compileApart } from '../../src/system/compile-apart.js';

const file = { path: 'mails/m.md', source: 'Hi' };

/** A worker that does this instead of compiling. */
function limits(code: string, timeoutMs = 30_000) {
  const worker = new URL(`data:text/javascript,${encodeURIComponent(code)}`);
  return { timeoutMs, memoryMb: 64, worker };
}
const answering = (answer: string) =>
  limits(`import { parentPort } from 'node:worker_threads'; parentPort.postMessage(${answer})`);

describe('compiling in a thread of its own', () => {
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

  it('gives the problems of the template as they are', async () => {
    const problem = '{ code: "template-field", what: "w", where: { file: "f", line: 2 }, fix: "x" }';
    await expect(
      compileApart(file, 'S', answering(`{ kind: 'refused', problems: [${problem}] }`)),
    ).rejects.toMatchObject({
      name: 'Problem',
      code: 'template-field',
      message: 'w',
      where: { line: 2 },
      fix: 'x',
    });
    await expect(
      compileApart(file, 'S', answering(`{ kind: 'refused', problems: [${problem}, ${problem}] }`)),
    ).rejects.toMatchObject({ name: 'Problems', problems: [{ message: 'w' }, { message: 'w' }] });
  });

  it('fails when it fails for another reason', async () => {
    await expect(compileApart(file, 'S', limits('throw new Error("oh")'))).rejects.toThrow('oh');
    await expect(compileApart(file, 'S', answering(`{ kind: 'failed', why: 'oh' }`))).rejects.toThrow('oh');
    await expect(compileApart(file, 'S', limits('process.exit(3)'))).rejects.toThrow(
      'the template compiler ended with 3',
    );
  });

  it('is not done for a small template', async () => {
    expect((await compileApart(file, 'S')).compiled.text).toBe('Hi\n');
  });
});
