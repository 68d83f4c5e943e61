/**
 * The inside of a bounded process (`bounded-process.ts`): takes one question, answers it, and waits for its end. Knows nothing of the
 * work. A job is a file of its own that calls `doJob`, and is the program of the process.
 */
import { Worker } from 'node:worker_threads';
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

export interface PlainProblem {
  readonly code: ProblemCode;
  readonly what: string;
  readonly where: Place | undefined;
  readonly rows: readonly Rows[];
  readonly fix: string | undefined;
}

export function doJob<Question, Answer>({ prepare, answer }: Job<Question, Answer>): void {
  const [hint = ''] = process.argv.slice(2);
  // The libraries first: somebody waits for them. Until then the end of the channel ends the process.
  const prepared = prepare(hint)
    .catch(() => undefined)
    .then(() => {
      endWithParent();
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

/**
 * Standard input is a pipe from the parent that carries nothing and ends with it, even after `kill -9`. A thread watches it, since
 * the main thread may be busy for hours.
 */
function endWithParent(): void {
  const watch = `
    const end = () => process.kill(process.pid, 'SIGKILL');
    new (require('node:net').Socket)({ fd: 0 }).on('end', end).on('error', end).resume();`;
  new Worker(watch, { eval: true, env: {}, execArgv: [] }).unref();
}
