/**
 * Work that may take too long or too much memory, in a process of its own that is killed when it does. Knows the process and its
 * bounds and nothing of the work, which is a file that calls `doJob` (`bounded-job.ts`).
 *
 * A process, not a thread: a thread that reaches its `resourceLimits` can take the whole program with it, and on Node 24 and 26 it
 * always does (docs/decisions/0015-templates-are-compiled-in-a-process.md).
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { Problem, Problems } from '../problem.js';
import { type PlainProblem, type Reply, watchedByShell } from './bounded-job.js';

export interface Bounds {
  /** From the question, or from when the libraries are loaded if that is later, to the answer. Loading may take six times as long. */
  readonly timeoutMs: number;
  /**
   * Processor time of the whole process, its libraries included, which is the same on a busy machine; undefined: no bound. Without
   * `/bin/sh` only `timeoutMs` holds.
   */
  readonly cpuSeconds?: number;
  /** Objects of JavaScript that have outlived a few collections, in MiB; buffers are not counted. */
  readonly memoryMb: number;
  /** Names of conditions under which the job's packages are loaded (`exports` in package.json) besides Node's own. */
  readonly conditions?: readonly string[];
}

export type Ending<Answer> =
  | { readonly kind: 'answered'; readonly answer: Answer }
  | { readonly kind: 'too-slow' }
  | { readonly kind: 'too-large' };

/** Every reply but the first. */
type Told<Answer> = Exclude<Reply<Answer>, { readonly kind: 'prepared' }>;

type Death =
  | { readonly kind: 'not-started'; readonly cause: NodeJS.ErrnoException }
  | { readonly kind: 'ended'; readonly status: number | string; readonly said: string };

/** Loading runs no code but our own; on a machine with too much to do it takes seconds that are not the question's fault. */
const loadingFactor = 6;

/** Standard error is kept up to here. V8 says near its beginning that memory is short. */
const longestSaid = 20_000;

/** Node, with what it may need to start: nothing of ours, and no secret of anybody. */
const passedOn = [
  'PATH',
  'HOME',
  'TMPDIR',
  'TEMP',
  'TMP',
  'SYSTEMROOT',
  'LD_LIBRARY_PATH',
  'DYLD_LIBRARY_PATH',
  'LANG',
  'LC_ALL',
  'TZ',
  'NODE_PATH',
  'NODE_COMPILE_CACHE',
  'NODE_ICU_DATA',
];

/** One process for one question. It ends with the answer, at a bound, by `end`, or together with this process. */
export class BoundedProcess {
  readonly #bounds: Bounds;
  readonly #child: ChildProcess | undefined;
  readonly #died: Promise<Death>;
  #isPrepared = false;

  /**
   * Starts the process at once. Until it is asked, this process does not wait for it.
   * @param job the file that calls `doJob`.
   * @param hint for its `prepare`.
   */
  constructor(job: URL, hint: string, bounds: Bounds) {
    this.#bounds = bounds;
    try {
      const conditions = bounds.conditions?.map(name => `--conditions=${name}`) ?? [];
      this.#child = start(
        [`--max-old-space-size=${bounds.memoryMb}`, ...conditions, fileURLToPath(job), hint],
        bounds.cpuSeconds,
      );
      this.#died = deathOf(this.#child);
      this.#child.once('message', () => {
        this.#isPrepared = true;
      });
      for (const held of [this.#child, this.#child.channel, this.#child.stderr as Socket]) held?.unref();
    } catch (cause) {
      this.#died = Promise.resolve({ kind: 'not-started', cause: cause as NodeJS.ErrnoException });
    }
  }

  /**
   * @returns the answer, or the bound that was reached.
   * @throws Problem(s) of the job as it threw them; `io` when no process can be started.
   */
  async ask<Question, Answer>(question: Question): Promise<Ending<Answer>> {
    const child = this.#child;
    child?.ref();
    child?.channel?.ref();
    const { timeoutMs } = this.#bounds;
    let timer: NodeJS.Timeout | undefined;
    try {
      const reply = await Promise.race([
        this.#died,
        new Promise<Told<Answer> | Ending<Answer>>(resolve => {
          const within = (ms: number) => {
            clearTimeout(timer);
            timer = setTimeout(() => resolve({ kind: 'too-slow' }), ms);
          };
          within(this.#isPrepared ? timeoutMs : timeoutMs * loadingFactor);
          child?.on('message', (message: Reply<Answer>) => {
            if (message.kind === 'prepared') within(timeoutMs);
            else resolve(message);
          });
          // When the process has ended already, `#died` says so.
          child?.send(question as object, () => undefined);
        }),
      ]);
      return endingOf(reply);
    } finally {
      child?.removeAllListeners('message');
      clearTimeout(timer);
      this.end();
    }
  }

  end(): void {
    this.#child?.kill('SIGKILL');
  }
}

const shell = '/bin/sh';

/**
 * No core file: V8 ends a process that reaches its limit with an abort. And an end together with the parent, even after `kill -9`:
 * standard input is a pipe from the parent that carries nothing and ends with it. A second shell waits for that, since Node may be busy
 * for hours, and kills the group. It is a member, so that no other process can have got the group's number meanwhile. Descriptor 3 is
 * the channel to the parent.
 */
const scriptWith = (cpuSeconds: number | undefined) => `ulimit -c 0
${cpuSeconds === undefined ? '' : `ulimit -S -t ${cpuSeconds}`}
exec 9<&0
(read -r nothing <&9; kill -KILL -$$) >/dev/null 2>&1 3>&- &
exec "$0" "$@" </dev/null 9<&-`;

/**
 * In a process group of its own: Ctrl-C in a terminal is for this process, which decides what becomes of the work. Where there is no
 * shell, the job watches the parent itself (`bounded-job.ts`).
 */
function start(nodeArguments: readonly string[], cpuSeconds: number | undefined): ChildProcess {
  const node = [process.execPath, ...nodeArguments];
  const command = existsSync(shell) ? [shell, '-c', scriptWith(cpuSeconds), ...node, watchedByShell] : node;
  const [file = '', ...rest] = command;
  return spawn(file, rest, {
    detached: true,
    windowsHide: true,
    env: environment(process.env),
    serialization: 'advanced',
    stdio: ['pipe', 'ignore', 'pipe', 'ipc'],
  });
}

function environment(ours: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  // Loaders of packages can stand in it (Yarn); bounds of memory are ours, and a percentage would win over the one we set.
  const options = ours['NODE_OPTIONS']?.replaceAll(/--max[-_][\w-]+(?:=\S*|\s+[\d.]+)?/g, '');
  return { ...Object.fromEntries(passedOn.map(name => [name, ours[name]])), NODE_OPTIONS: options };
}

function deathOf(child: ChildProcess): Promise<Death> {
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    if (said.length < longestSaid) said += text;
  });
  // The other end may close first.
  child.stdin?.on('error', () => undefined);
  return new Promise(resolve => {
    child.once('error', cause => resolve({ kind: 'not-started', cause }));
    child.once('close', (code, signal) =>
      resolve({ kind: 'ended', status: signal ?? code ?? 'unknown', said }),
    );
  });
}

function endingOf<Answer>(reply: Told<Answer> | Ending<Answer> | Death): Ending<Answer> {
  switch (reply.kind) {
    case 'answered':
    case 'too-slow':
    case 'too-large':
      return reply;
    case 'refused':
      throw problemsOf(reply.problems);
    case 'failed':
      throw new Error(reply.why);
    case 'not-started':
      throw new Problem(
        'io',
        `a second process cannot be started: ${reply.cause.code ?? reply.cause.message}`,
        {
          fix: 'Workbooks and large templates are read in a process of their own: allow one more (ulimit -u, ulimit -n, memory).',
          cause: reply.cause,
        },
      );
    case 'ended':
      if (/heap out of memory/.test(reply.said)) return { kind: 'too-large' };
      if (reply.status === 'SIGXCPU') return { kind: 'too-slow' };
      // We kill it only when nobody waits for it any more.
      if (reply.status === 'SIGKILL') {
        throw new Problem('io', 'a process of mailtrack was killed from outside', {
          fix: 'Systems do this when memory runs out: free some, or raise the limit of the container.',
        });
      }
      throw new Error(`the process ended with ${reply.status}. It said: ${reply.said.trim()}`);
  }
}

function problemsOf(plain: readonly PlainProblem[]): Problem | Problems {
  const problems = plain.map(problemOf);
  return problems.length === 1 && problems[0] !== undefined ? problems[0] : new Problems(problems);
}

export function problemOf({ code, what, where, rows, fix }: PlainProblem): Problem {
  return new Problem(code, what, { where, rows, fix });
}
