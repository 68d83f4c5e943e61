import type { ProblemCode } from '../problem.js';
import type { Standing } from '../workflow/email-standing.js';
import type { SendFinished } from '../workflow/events.js';
import type { StateCounts } from '../workflow/ports.js';

/** After sysexits.h; `mailtrack help exit-codes` prints this table. */
export const exitCodes = {
  ok: 0,
  someRejected: 1,
  foundErrors: 1,
  usage: 64,
  data: 65,
  noInput: 66,
  unavailable: 69,
  bug: 70,
  cannotCreate: 73,
  io: 74,
  unfinished: 75,
  noPermission: 77,
  config: 78,
  interrupted: 130,
  terminated: 143,
} as const;

const byProblem: Readonly<Record<ProblemCode, number>> = {
  usage: exitCodes.usage,
  'confirmation-needed': exitCodes.usage,
  exposure: exitCodes.usage,
  'already-sent': exitCodes.usage,
  'template-syntax': exitCodes.data,
  'template-field': exitCodes.data,
  'template-subject': exitCodes.data,
  'template-placeholder': exitCodes.data,
  'template-link': exitCodes.data,
  check: exitCodes.data,
  'list-syntax': exitCodes.data,
  'list-column': exitCodes.data,
  'list-row': exitCodes.data,
  'list-duplicate': exitCodes.data,
  'address-syntax': exitCodes.data,
  'unknown-recipient': exitCodes.data,
  'header-value': exitCodes.data,
  'message-too-large': exitCodes.data,
  attachment: exitCodes.data,
  'input-missing': exitCodes.noInput,
  'email-unknown': exitCodes.noInput,
  'server-unreachable': exitCodes.unavailable,
  'server-protocol': exitCodes.unavailable,
  'auth-refused': exitCodes.noPermission,
  'sender-refused': exitCodes.noPermission,
  'cannot-create': exitCodes.cannotCreate,
  io: exitCodes.io,
  database: exitCodes.io,
  'port-taken': exitCodes.io,
  unfinished: exitCodes.unfinished,
  'email-locked': exitCodes.unfinished,
  'email-state': exitCodes.usage,
  config: exitCodes.config,
  'tracking-url': exitCodes.config,
  key: exitCodes.config,
  bug: exitCodes.bug,
};

export function exitCodeOf(code: ProblemCode): number {
  return byProblem[code];
}

/** What a run of `send` or `resume` came to. Precedence: interrupted, refused, unreachable, unfinished, rejected, ok. */
export function exitCodeOfSend(finished: SendFinished): number {
  const { counts } = finished;
  if (finished.interruptedBy === 'SIGINT') return exitCodes.interrupted;
  if (finished.interruptedBy !== undefined) return exitCodes.terminated;
  // Stopped for the sake of the others, of whom there are none.
  const isOver = finished.stopped?.code === 'unfinished' && openIn(counts) === 0;
  if (finished.stopped !== undefined && !isOver) return exitCodeOf(finished.stopped.code);
  return exitCodeOfCounts(counts);
}

/** Of an email that this command did not send: as if it had, and nothing had stopped it. */
export function exitCodeOfStanding({ counts, heldBy }: Standing): number {
  return heldBy === undefined ? exitCodeOfCounts(counts) : exitCodes.unfinished;
}

function exitCodeOfCounts(counts: StateCounts): number {
  if (openIn(counts) > 0) return exitCodes.unfinished;
  return counts.rejected > 0 ? exitCodes.someRejected : exitCodes.ok;
}

function openIn({ pending, sending, deferred, uncertain }: StateCounts): number {
  return pending + sending + deferred + uncertain;
}
