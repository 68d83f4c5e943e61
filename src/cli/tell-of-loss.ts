import { exitCodes } from './exit-codes.js';
import { type Explaining, explain } from './explain.js';
import { describeLoss, OutputLost } from './lost-output.js';

/**
 * Says once, at the end, that output was lost, on the stream that is left.
 * @param thrown by the command; an OutputLost was said already.
 * @returns the exit code: that of the loss, unless the command has failed for a reason of its own.
 */
export function tellOfLoss(
  exitCode: typeof process.exitCode,
  thrown: unknown,
  how: Explaining,
): typeof process.exitCode {
  const [problem] = how.streams.losses.flatMap(loss => describeLoss(loss, how.command) ?? []);
  if (problem === undefined || thrown instanceof OutputLost) return exitCode;
  const ofLoss = explain(problem, how);
  const wasFine = [undefined, exitCodes.ok, exitCodes.someRejected].some(code => code === exitCode);
  return wasFine ? ofLoss : exitCode;
}
