/**
 * Compiling a template in a bounded process: a template may come from somebody else, and what reads it (MJML, Markdown, CSS, HTML
 * to text) can be kept busy for hours by 2 MB of the right letters. Decides which templates go there, and names the bounds.
 */
import { readFileSync, statSync } from 'node:fs';
import type { TemplateFile, TemplateResult } from '../merge/compile-template.js';
import { Problem } from '../problem.js';
import type { BoundedProcess, Bounds } from './bounded-process.js';
import type { CompileQuestion } from './compile-job.js';

/** Below this nothing takes long, and starting a process would. UTF-16 code units, included files and all. */
const smallTemplate = 16_000;

/** YAML full of errors takes four times as long as any body of that size (docs/decisions/0019). */
const smallFrontMatter = 4_000;

interface Limits extends Bounds {
  readonly job: URL;
}

const usual: Limits = {
  // So long only where the machine has no time for it.
  timeoutMs: 300_000,
  cpuSeconds: 10,
  memoryMb: 512,
  // cheerio, which juice and MJML read HTML with, loads an HTTP client and tables of encodings otherwise: a quarter of a second.
  conditions: ['browser'],
  job: new URL('./compile-job.js', import.meta.url),
};

/** Started before anybody asked for it, and for which template. */
let ahead: { readonly path: string; readonly process: Promise<BoundedProcess> } | undefined;

/**
 * Starts the process for the template of that path, if it needs one: the process loads its libraries while the program itself is still
 * being loaded. Errors in the file are left to whoever reads it for good. The last template named is the one that is meant.
 */
export function compileAhead(path: string): void {
  if (ahead?.path === path) return;
  void ahead?.process.then(process => process.end());
  ahead = undefined;
  try {
    // Reading a FIFO or a device may never end.
    if (!statSync(path).isFile()) return;
    if (isLight({ path, source: readFileSync(path, 'utf8') })) return;
  } catch {
    return;
  }
  ahead = { path, process: startProcess(path, usual) };
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
  const process = await takeProcess(file.path, limits);
  const question: CompileQuestion = { file, subject };
  const ending = await process.ask<CompileQuestion, TemplateResult>(question);
  switch (ending.kind) {
    case 'answered':
      return ending.answer;
    case 'too-slow':
      throw tooMuch(file.path, `it is not compiled after ${timeOf(limits)}`);
    case 'too-large':
      throw tooMuch(file.path, `to compile it takes more than ${limits.memoryMb} MB`);
  }
}

/**
 * Nothing that takes long, or much memory: MJML and what inlines CSS stay loaded, and a process that sends to a long list
 * has no use for their 30 MB.
 */
export function isLight(file: TemplateFile): boolean {
  const isHeavy =
    /\.mjml$/i.test(file.path) || (/\.html?$/i.test(file.path) && /<style\b/i.test(file.source));
  return !isHeavy && sizeOf(file) <= smallTemplate && frontMatterSize(file.source) <= smallFrontMatter;
}

/** About so much of the source is read as YAML; all of it where the front matter does not end. */
function frontMatterSize(source: string): number {
  if (!/^\uFEFF?---/.test(source)) return 0;
  const end = source.indexOf('\n---', 3);
  return end === -1 ? source.length : end;
}

function sizeOf({ source, text, includes }: TemplateFile): number {
  const included = [...(includes?.values() ?? [])].reduce((sum, { length }) => sum + length, 0);
  return source.length + (text?.source.length ?? 0) + included;
}

function takeProcess(path: string, limits: Limits): Promise<BoundedProcess> {
  const taken = limits === usual && ahead?.path === path ? ahead.process : undefined;
  if (taken !== undefined) ahead = undefined;
  return taken ?? startProcess(path, limits);
}

/** Imported here, since most commands start no process. */
async function startProcess(path: string, limits: Limits): Promise<BoundedProcess> {
  const { BoundedProcess } = await import('./bounded-process.js');
  return new BoundedProcess(limits.job, path, limits);
}

function timeOf({ cpuSeconds, timeoutMs }: Bounds): string {
  return cpuSeconds === undefined ? `${timeoutMs / 1000} seconds` : `${cpuSeconds} seconds of processor time`;
}

function tooMuch(path: string, what: string): Problem {
  return new Problem('template-syntax', what, {
    where: { file: path },
    fix: 'Make the template smaller; a message of more than 102 KB is cut off by Gmail.',
  });
}
