/** What is started is the built `bounded-job.js`: run `npm run build` after a change there. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { BoundedProcess } from '../../src/system/bounded-process.js';
import { eventually } from '../eventually.js';

const folder = mkdtempSync(join(tmpdir(), 'bounded-'));
const dist = (file: string) => JSON.stringify(pathToFileURL(join(process.cwd(), 'dist', file)).href);
let jobs = 0;

/** A job that answers with this expression of `question` and `hint`. */
function job(answer: string, before = ''): URL {
  jobs += 1;
  const file = join(folder, `job-${jobs}.mjs`);
  writeFileSync(
    file,
    `import { doJob } from ${dist('system/bounded-job.js')};
    import { Problem, Problems } from ${dist('problem.js')};
    import { execFileSync } from 'node:child_process';
    import { writeFileSync } from 'node:fs';
    ${before}
    let hint;
    doJob({ prepare: async given => { hint = given; }, answer: async question => { ${answer} } });`,
  );
  return pathToFileURL(file);
}

const bounds = { timeoutMs: 30_000, memoryMb: 64 };
const ask = (answer: string, question: unknown = {}, more = {}) =>
  new BoundedProcess(job(answer), 'a hint', { ...bounds, ...more }).ask(question);

/** A program that starts a bounded process, as a process of its own that can be killed and may write core files. */
function program(code: string): ChildProcess {
  const file = join(folder, `program-${++jobs}.mjs`);
  writeFileSync(
    file,
    `import { BoundedProcess } from ${dist('system/bounded-process.js')};
    const start = job => new BoundedProcess(new URL(job), '', ${JSON.stringify(bounds)});
    ${code}`,
  );
  const command = ['-c', 'ulimit -S -c $(ulimit -H -c); exec "$0" "$@"', process.execPath, file];
  return spawn('/bin/sh', command, { detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
}

const untilThere = (file: string) =>
  eventually(() => expect(existsSync(file) && readFileSync(file, 'utf8')).toBeTruthy());
const untilGone = (pid: number) => eventually(() => expect(() => process.kill(pid, 0)).toThrow('ESRCH'));
const untilExit = (child: ChildProcess) => new Promise(resolve => child.once('exit', resolve));

afterEach(() => vi.unstubAllEnvs());
afterAll(() => rmSync(folder, { recursive: true }));

describe('a bounded process', () => {
  it('answers one question, with what structured cloning knows', async () => {
    const question = { a: new Map([['x', undefined]]) };
    expect(await ask('return { question, hint }', question)).toEqual({
      kind: 'answered',
      answer: { question, hint: 'a hint' },
    });
  });

  it('ends when it takes too long', async () => {
    expect(await ask('for (;;);', {}, { timeoutMs: 50 })).toEqual({ kind: 'too-slow' });
  });

  it('ends when it takes too much processor time, and not when it only waits', async () => {
    const cpuBounds = { ...bounds, cpuSeconds: 1 };
    expect(await new BoundedProcess(job('for (;;);'), '', cpuBounds).ask({})).toEqual({ kind: 'too-slow' });
    const wait = 'await new Promise(resolve => setTimeout(resolve, 1_500)); return 1;';
    expect(await new BoundedProcess(job(wait), '', cpuBounds).ask({})).toEqual({
      kind: 'answered',
      answer: 1,
    });
  });

  it('is given six times as long to load its libraries, which is no fault of the question', async () => {
    const slow = 'await new Promise(resolve => setTimeout(resolve, 4_000));';
    const loading = (timeoutMs: number) =>
      new BoundedProcess(job('return 1', slow), '', { ...bounds, timeoutMs }).ask({});
    expect(await loading(3_000)).toEqual({ kind: 'answered', answer: 1 });
    expect(await loading(50)).toEqual({ kind: 'too-slow' });
  });

  it('ends when it takes too much memory', async () => {
    const hoard = 'const a = []; for (;;) a.push(new Array(1000).fill(a.length));';
    expect(await ask(hoard)).toEqual({ kind: 'too-large' });
  });

  it.each([
    '--max-old-space-size=4096',
    '--max_old_space_size=4096 --no-warnings',
    // Options of Node 24 and 26, which an older one refuses.
    '--max-old-space-size-percentage=90',
    '--max-old-space-size-percentage 90',
    '--max-heap-size=4096',
  ])('keeps its bound of memory with NODE_OPTIONS=%s', async options => {
    vi.stubEnv('NODE_OPTIONS', options);
    const limit = `return getHeapStatistics().heap_size_limit / 2 ** 20`;
    const bounded = new BoundedProcess(
      job(limit, `import { getHeapStatistics } from 'node:v8';`),
      '',
      bounds,
    );
    expect(((await bounded.ask({})) as { answer: number }).answer).toBeLessThan(64 + 256);
  });

  it('throws the problems of the job as they are', async () => {
    const problem = `new Problem('list-row', 'w', { where: { file: 'f', line: 2 }, rows: [{ file: 'f', lines: [3] }], fix: 'x' })`;
    await expect(ask(`throw ${problem}`)).rejects.toMatchObject({
      name: 'Problem',
      code: 'list-row',
      message: 'w',
      where: { file: 'f', line: 2 },
      rows: [{ file: 'f', lines: [3] }],
      fix: 'x',
    });
    await expect(ask(`throw new Problems([${problem}, ${problem}])`)).rejects.toMatchObject({
      name: 'Problems',
      problems: [{ message: 'w' }, { message: 'w' }],
    });
  });

  it('throws an error when the job fails or ends for another reason', async () => {
    await expect(ask('throw new Error("oh")')).rejects.toThrow('Error: oh');
    await expect(ask('process.stderr.write("oh\\n"); process.exit(3)')).rejects.toThrow(
      'the process ended with 3. It said: oh',
    );
    const unloadable = new BoundedProcess(job('', 'throw new Error("no library");'), '', bounds);
    await expect(unloadable.ask({})).rejects.toThrow('Error: no library');
  });

  it('says that somebody else killed it', async () => {
    await expect(ask('process.kill(process.pid, "SIGKILL")')).rejects.toMatchObject({
      code: 'io',
      message: 'a process of mailtrack was killed from outside',
      fix: 'Systems do this when memory runs out: free some, or raise the limit of the container.',
    });
  });

  it('says why it could not be started', async () => {
    const tooLong = 'x'.repeat(4_000_000);
    await expect(new BoundedProcess(job('return 1'), tooLong, bounds).ask({})).rejects.toMatchObject({
      code: 'io',
      message: 'a second process cannot be started: E2BIG',
      fix: 'Workbooks and large templates are read in a process of their own: allow one more (ulimit -u, ulimit -n, memory).',
    });
  });

  it('gets nothing from the environment but what Node needs to start', async () => {
    vi.stubEnv('MAILTRACK_KEY', 'secret');
    vi.stubEnv('SMTP_PASSWORD', 'secret');
    const { answer } = (await ask('return process.env')) as { answer: Record<string, string> };
    expect(answer).toHaveProperty('PATH');
    expect(Object.values(answer)).not.toContain('secret');
    expect(Object.keys(answer).filter(name => name.startsWith('MAILTRACK_'))).toEqual([]);
  });

  it('writes no core file when V8 aborts it', async () => {
    const limit = join(folder, 'limit');
    const ask = `const limit = execFileSync('/bin/sh', ['-c', 'ulimit -c'], { encoding: 'utf8' });
      writeFileSync(${JSON.stringify(limit)}, limit);`;
    expect(await untilExit(program(`await start(${JSON.stringify(job(ask).href)}).ask({});`))).toBe(0);
    expect(readFileSync(limit, 'utf8')).toBe('0\n');
  });

  it('ends with the process that started it, even when both are busy', async () => {
    const pidFile = join(folder, 'pid');
    const busy = job(`writeFileSync(${JSON.stringify(pidFile)}, String(process.pid)); for (;;);`);
    const parent = program(`await start(${JSON.stringify(busy.href)}).ask({});`);
    await untilThere(pidFile);
    parent.kill('SIGKILL');
    await untilGone(Number(readFileSync(pidFile, 'utf8')));
  });

  it('keeps nobody waiting who did not ask it, and ends with them', async () => {
    const pidFile = join(folder, 'unasked');
    const idle = job('', `writeFileSync(${JSON.stringify(pidFile)}, String(process.pid));`);
    const code = `import { existsSync } from 'node:fs';
      start(${JSON.stringify(idle.href)});
      const timer = setInterval(() => { if (existsSync(${JSON.stringify(pidFile)})) clearInterval(timer); }, 5);`;
    expect(await untilExit(program(code))).toBe(0);
    await untilGone(Number(readFileSync(pidFile, 'utf8')));
  });

  it('goes on when Ctrl-C reaches the program in the terminal', async () => {
    const begun = join(folder, 'begun');
    const go = join(folder, 'go');
    const patient = job(
      `writeFileSync(${JSON.stringify(begun)}, '1');
      while (!existsSync(${JSON.stringify(go)})) await new Promise(resolve => setTimeout(resolve, 5));
      return 'done';`,
      `import { existsSync } from 'node:fs';`,
    );
    const answer = join(folder, 'answer');
    const parent = program(`
      import { writeFileSync } from 'node:fs';
      process.on('SIGINT', () => writeFileSync(${JSON.stringify(go)}, '1'));
      const ending = await start(${JSON.stringify(patient.href)}).ask({});
      writeFileSync(${JSON.stringify(answer)}, ending.answer);`);
    await untilThere(begun);
    process.kill(-(parent.pid ?? 0), 'SIGINT');
    expect(await untilExit(parent)).toBe(0);
    expect(readFileSync(answer, 'utf8')).toBe('done');
  });
});
