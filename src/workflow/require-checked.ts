import { Problem, Problems } from '../problem.js';
import type { KeyRing } from '../tracking/key.js';
import { checkPlannedEmail, type Finding } from './check-email.js';
import type { PlannedEmail } from './plan-email.js';

/** Copies that are looked at before a send: rules that values of a row can break are asked of every row when it is planned. */
const copiesLookedAt = 100;

/**
 * What `check` calls an error stops a send.
 * @param allowed codes of findings that are meant.
 * @throws Problems `check`: all of them.
 */
export async function requireChecked(
  planned: PlannedEmail,
  ring: KeyRing,
  allowed: readonly string[],
): Promise<void> {
  const found = await checkPlannedEmail(planned, ring, copiesLookedAt);
  const errors = found.filter(({ severity, code }) => severity === 'error' && !allowed.includes(code));
  // One row may have it in both readings.
  const subjects = errors.some(({ code }) => code === 'header-line') ? [] : planned.longSubjects;
  const problems = [...errors.map(toProblem), ...subjects];
  if (problems.length > 0) throw new Problems(problems);
}

function toProblem({ what, where, rows, fix, code }: Finding): Problem {
  return new Problem('check', what, {
    where,
    ...(rows === undefined ? {} : { rows }),
    fix: `${fix ?? ''} Or pass --allow ${code} if it is meant.`.trim(),
  });
}
