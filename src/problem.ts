/**
 * What went wrong, said once, in the form every command prints it: what happened, where, and what to do.
 * Knows nothing of exit codes (`cli/exit-codes.ts` maps them) or of terminals.
 */
export type ProblemCode =
  // asked wrongly
  | 'usage'
  | 'confirmation-needed'
  | 'exposure'
  | 'already-sent'
  // bad template, list or address
  | 'template-syntax'
  | 'template-field'
  | 'template-subject'
  | 'template-placeholder'
  | 'template-link'
  | 'check'
  | 'list-syntax'
  | 'list-column'
  | 'list-row'
  | 'list-duplicate'
  | 'address-syntax'
  | 'unknown-recipient'
  | 'header-value'
  | 'message-too-large'
  | 'attachment'
  // not there
  | 'input-missing'
  | 'email-unknown'
  // the server, the disk, the database
  | 'server-unreachable'
  | 'server-protocol'
  | 'auth-refused'
  | 'sender-refused'
  | 'cannot-create'
  | 'io'
  | 'database'
  | 'port-taken'
  // the state of an email
  | 'unfinished'
  | 'email-locked'
  | 'email-state'
  // set-up
  | 'config'
  | 'tracking-url'
  | 'key'
  // ours
  | 'bug';

/** A place in a file the user wrote; line and column count from 1. */
export interface Place {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

/** Rows of one list, by the physical lines they begin on. */
export interface Rows {
  readonly file: string;
  readonly lines: readonly number[];
}

export interface ProblemDetails {
  readonly where?: Place | undefined;
  /** Every row it is about, when the sentence is about several and names only some of them. */
  readonly rows?: readonly Rows[] | undefined;
  /** One or two sentences in the imperative: what the user can do about it. */
  readonly fix?: string | undefined;
  readonly cause?: unknown;
}

/** One thing that is wrong. A value where problems are expected (`Problem[]`), thrown where nothing can go on. */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly where: Place | undefined;
  readonly rows: readonly Rows[];
  readonly fix: string | undefined;

  constructor(code: ProblemCode, what: string, details: ProblemDetails = {}) {
    super(what, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'Problem';
    this.code = code;
    this.where = details.where;
    this.rows = details.rows ?? [];
    this.fix = details.fix;
  }
}

/** All problems of the input at once, so that a user mends a list in one go. Never empty. */
export class Problems extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(problem => problem.message).join('\n'));
    this.name = 'Problems';
    this.problems = problems;
  }
}

/** A value, or the reason in words why there is none. For parsers, whose callers know the place. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly why: string };

export function parsed<T>(value: T): Parsed<T> {
  return { ok: true, value };
}

export function refused(why: string): { readonly ok: false; readonly why: string } {
  return { ok: false, why };
}
