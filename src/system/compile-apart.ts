/**
 * Compiling a template in a thread of its own, which is ended when it takes too long or too much memory: a template may come
 * from somebody else, and what reads it (MJML, Markdown, CSS, HTML to text) can be kept busy for hours by 2 MB of the right letters.
 */
import { readFileSync, statSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { TemplateFile, TemplateResult } from '../merge/compile-template.js';
import { Problem, Problems } from '../problem.js';
import { childEnvironment } from './child-environment.js';
import type { CompileAnswer, CompileQuestion } from './compile-worker.js';

/** Below this nothing takes long, and starting a thread would. UTF-16 code units, included files and all. */
const smallTemplate = 16_000;

interface Limits {
  readonly timeoutMs: number;
  readonly memoryMb: number;
  readonly worker: URL;
}

const usual: Limits = {
  timeoutMs: 10_000,
  memoryMb: 512,
  worker: new URL('./compile-worker.js', import.meta.url),
};

/** Started before anybody asked for it. */
let ahead: Worker | undefined;

/**
 * Starts the thread for the template of that path, if it is one for a thread: it loads what it needs while the program itself
 * is still being loaded. What is wrong with the file is for its reader to say.
 */
export function compileAhead(path: string): void {
  try {
    // Reading a FIFO or a device may never end.
    if (!statSync(path).isFile()) return;
    if (isLight({ path, source: readFileSync(path, 'utf8') })) return;
  } catch {
    return;
  }
  ahead = startThread(path, usual);
  ahead.once('error', () => {
    ahead = undefined;
  });
  ahead.unref();
}

/** @throws Problem(s) as `compileTemplate`, and `template-syntax` for a template that goes beyond the limits. */
export async function compileApart(
  file: TemplateFile,
  subject: string | undefined,
  limits: Limits = usual,
): Promise<TemplateResult> {
  if (isLight(file) && limits === usual) {
    const { compileTemplate } = await import('../merge/compile-template.js');
    return compileTemplate(file, subject);
  }
  const answer = await ask({ file, subject }, limits);
  if (answer.kind === 'compiled') return answer.result;
  if (answer.kind === 'failed') throw new Error(answer.why);
  const problems = answer.problems.map(
    ({ code, what, where, fix }) => new Problem(code, what, { where, fix }),
  );
  throw problems.length === 1 && problems[0] !== undefined ? problems[0] : new Problems(problems);
}

/**
 * Nothing that takes long, or much memory: MJML and what inlines CSS stay loaded, and a process that sends to a long list
 * has no use for their 30 MB.
 */
function isLight(file: TemplateFile): boolean {
  const isHeavy =
    /\.mjml$/i.test(file.path) || (/\.html?$/i.test(file.path) && /<style\b/i.test(file.source));
  return !isHeavy && sizeOf(file) <= smallTemplate;
}

function sizeOf({ source, text, includes }: TemplateFile): number {
  const included = [...(includes?.values() ?? [])].reduce((sum, { length }) => sum + length, 0);
  return source.length + (text?.source.length ?? 0) + included;
}

function startThread(path: string, { memoryMb, worker: url }: Limits): Worker {
  return new Worker(url, {
    workerData: path,
    resourceLimits: { maxOldGenerationSizeMb: memoryMb },
    env: childEnvironment(),
  });
}

function takeThread(path: string, limits: Limits): Worker {
  const taken = limits === usual ? ahead : undefined;
  ahead = undefined;
  taken?.ref();
  return taken ?? startThread(path, limits);
}

function ask(question: CompileQuestion, limits: Limits): Promise<CompileAnswer> {
  const { timeoutMs, memoryMb } = limits;
  const { path } = question.file;
  const worker = takeThread(path, limits);
  let timer: NodeJS.Timeout | undefined;
  return new Promise<CompileAnswer>((resolve, reject) => {
    timer = setTimeout(
      () => reject(tooMuch(path, `it is not compiled after ${timeoutMs / 1000} seconds`)),
      timeoutMs,
    );
    worker.once('message', resolve);
    worker.once('error', (error: Error & { code?: string }) =>
      reject(
        error.code === 'ERR_WORKER_OUT_OF_MEMORY'
          ? tooMuch(path, `to compile it takes more than ${memoryMb} MB`)
          : error,
      ),
    );
    worker.once('exit', code => reject(new Error(`the template compiler ended with ${code}`)));
    worker.postMessage(question);
  }).finally(() => {
    clearTimeout(timer);
    void worker.terminate();
  });
}

function tooMuch(path: string, what: string): Problem {
  return new Problem('template-syntax', what, {
    where: { file: path },
    fix: 'Make the template smaller; a message of more than 102 KB is cut off by Gmail.',
  });
}
