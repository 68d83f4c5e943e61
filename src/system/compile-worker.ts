/** The other side of `compile-apart.ts`. */
import { parentPort, workerData } from 'node:worker_threads';
import {
  compileTemplate,
  prepareToCompile,
  type TemplateFile,
  type TemplateResult,
} from '../merge/compile-template.js';
import { type Place, Problem, type ProblemCode, Problems } from '../problem.js';

export interface CompileQuestion {
  readonly file: TemplateFile;
  readonly subject: string | undefined;
}

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

parentPort?.once('message', (question: CompileQuestion) => {
  void answer(question).then(given => parentPort?.postMessage(given));
});
// What cannot be loaded fails again, and is told, when a template asks for it.
await prepareToCompile(String(workerData)).catch(() => undefined);

async function answer({ file, subject }: CompileQuestion): Promise<CompileAnswer> {
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
