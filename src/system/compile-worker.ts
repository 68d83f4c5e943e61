/** The other side of `compile-apart.ts`. */
import { parentPort, workerData } from 'node:worker_threads';
import { compileTemplate, type TemplateFile, type TemplateResult } from '../merge/compile-template.js';
import { type Place, Problem, type ProblemCode, Problems } from '../problem.js';

/** What goes through between threads: no classes. */
export type CompileAnswer =
  | { readonly kind: 'compiled'; readonly result: TemplateResult }
  | { readonly kind: 'refused'; readonly problems: readonly PlainProblem[] }
  | { readonly kind: 'failed'; readonly why: string };

interface PlainProblem {
  readonly code: ProblemCode;
  readonly what: string;
  readonly where: Place | undefined;
  readonly fix: string | undefined;
}

const { file, subject } = workerData as { file: TemplateFile; subject: string | undefined };
parentPort?.postMessage(await answer());

async function answer(): Promise<CompileAnswer> {
  try {
    return { kind: 'compiled', result: await compileTemplate(file, subject) };
  } catch (error) {
    if (error instanceof Problems) return { kind: 'refused', problems: error.problems.map(toPlain) };
    if (error instanceof Problem) return { kind: 'refused', problems: [toPlain(error)] };
    return { kind: 'failed', why: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

function toPlain({ code, message, where, fix }: Problem): PlainProblem {
  return { code, what: message, where, fix };
}
