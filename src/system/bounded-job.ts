/**
 * The inside of a bounded process (`bounded-process.ts`): takes one question, answers it, and waits for its end. Knows nothing of the
 * work. A job is a file of its own that calls `doJob`, and is the program of the process.
 */
import { setFlagsFromString } from 'node:v8';
import { type Place, Problem, type ProblemCode, Problems, type Rows } from '../problem.js';

export interface Job<Question, Answer> {
  /** Loads the libraries for a question that is still to come; an error here is ignored and met again by `answer`. */
  readonly prepare: (hint: string) => Promise<void>;
  /** @throws Problem(s) which reach whoever asked as they are. */
  readonly answer: (question: Question) => Promise<Answer>;
}

/** What is written between the processes: no classes, but all that structured cloning knows, such as maps. */
export type Reply<Answer> =
  | { readonly kind: 'prepared' }
  | { readonly kind: 'answered'; readonly answer: Answer }
  | { readonly kind: 'refused'; readonly problems: readonly PlainProblem[] }
  | { readonly kind: 'failed'; readonly why: string };

/** What stands behind the hint in the job's arguments where it need not watch its parent. */
export const watchedByShell = 'watched-by-shell';

export interface PlainProblem {
  readonly code: ProblemCode;
  readonly what: string;
  readonly where: Place | undefined;
  readonly rows: readonly Rows[];
  readonly fix: string | undefined;
}

/**
 * V8 optimizes a function that has run for about so many bytes of its code; by itself it does so after an eighth of that. Most of what a
 * job runs, it runs a few times, and its optimized code would be ready when the job has ended: a quarter of the processor's time,
 * for templates of 10 kB and of 500 kB. Node 22 has a cheaper compiler in between, and Node 24 no such flag.
 */
const optimizeLater = '--interrupt-budget=1000000';

export function doJob<Question, Answer>({ prepare, answer }: Job<Question, Answer>): void {
  if (process.versions.node.startsWith('20.')) setFlagsFromString(optimizeLater);
  const [hint = '', watched] = process.argv.slice(2);
  // The libraries first: somebody waits for them. Until then the end of the channel ends the process.
  const prepared = prepare(hint)
    .catch(() => undefined)
    .then(async () => {
      if (watched !== watchedByShell) await endWithParent();
      process.send?.({ kind: 'prepared' } satisfies Reply<Answer>);
    });
  process.once('message', (question: Question) => {
    void prepared.then(() => reply(answer, question)).then(given => process.send?.(given));
  });
}

async function reply<Question, Answer>(
  answer: Job<Question, Answer>['answer'],
  question: Question,
): Promise<Reply<Answer>> {
  try {
    return { kind: 'answered', answer: await answer(question) };
  } catch (error) {
    if (error instanceof Problems) return { kind: 'refused', problems: error.problems.map(toPlain) };
    if (error instanceof Problem) return { kind: 'refused', problems: [toPlain(error)] };
    return { kind: 'failed', why: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

export function toPlain({ code, message, where, rows, fix }: Problem): PlainProblem {
  return { code, what: message, where, rows, fix };
}

/** Standard input is a pipe from the parent that ends with it. A thread watches it, since the main thread may be busy for hours. */
async function endWithParent(): Promise<void> {
  const { Worker } = await import('node:worker_threads');
  const watch = `
    const end = () => process.kill(process.pid, 'SIGKILL');
    new (require('node:net').Socket)({ fd: 0 }).on('end', end).on('error', end).resume();`;
  new Worker(watch, { eval: true, env: {}, execArgv: [] }).unref();
}
