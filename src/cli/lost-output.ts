import { Problem } from '../problem.js';
import type { Output } from './output.js';
import type { StreamLoss } from './streams.js';

/** What a command said, or its data, did not arrive. */
export class OutputLost extends Problem {}

/** They do what cannot be undone, and tell of it as they go: nothing more is begun when nobody is told any more. */
const sending: readonly string[] = ['send', 'resume'];
/** It goes on without a log. */
const serving = 'serve';

/** @param command by name; undefined: none was found on the line. */
export function isSending(command: string | undefined): boolean {
  return command !== undefined && sending.includes(command);
}

/** Before anything is begun: a plan that nobody could read is not agreed to. @throws OutputLost */
export async function requireOutput({ streams }: Output): Promise<void> {
  await streams.settled();
  const [problem] = streams.losses.flatMap(loss => describeLoss(loss, 'send') ?? []);
  if (problem !== undefined) throw problem;
}

/** @returns undefined when it is of no consequence. */
export function describeLoss(
  { stream, cause }: StreamLoss,
  command: string | undefined,
): OutputLost | undefined {
  if (command === serving) return undefined;
  // A reader that goes away has read what it wanted: that ends the output, never the work.
  if (cause.code === 'EPIPE') return undefined;
  const which = stream === 'stdout' ? 'standard output' : 'standard error';
  const why = reasons.get(cause.code ?? '') ?? cause.message;
  const fix = isSending(command)
    ? 'Make room, or write to another place. `mailtrack resume` goes on with an email that was begun.'
    : 'Make room, or write to another place.';
  return new OutputLost('io', `${which} cannot be written: ${why}`, { fix, cause });
}

const reasons: ReadonlyMap<string, string> = new Map([
  ['ENOSPC', 'there is no space left'],
  ['EDQUOT', 'the quota of the disk is used up'],
  ['EFBIG', 'the file is too large'],
  ['EIO', 'the terminal or the disk behind it does not answer'],
]);
