import { Problem } from '../problem.js';
import { quoteInput } from '../recipients/quote-input.js';
import { adviseNext, alreadySent, type Standing } from '../workflow/email-standing.js';
import type { PlannedEmail } from '../workflow/plan-email.js';
import type { Context } from './context.js';
import { ask, canPrompt } from './prompt.js';

/** So many people typed by hand are sent to after the plan is shown, without a question. */
const unaskedRecipients = 10;
/** From here on a `y` is too quick: the number has to be typed. */
const typedRecipients = 50;

export interface ConfirmOptions {
  readonly yes?: boolean;
  readonly confirm?: number;
  readonly again?: boolean;
  readonly to?: readonly string[];
  readonly cc?: readonly string[];
  readonly bcc?: readonly string[];
  readonly each?: readonly string[];
  /** The same template, recipients and subject, sent or begun lately. */
  readonly earlier: Standing | undefined;
}

/**
 * The last moment before something irrevocable.
 * @throws Problem `already-sent`, `confirmation-needed` when nobody can be asked, or said no.
 */
export async function confirmSend(
  context: Context,
  planned: PlannedEmail,
  options: ConfirmOptions,
): Promise<void> {
  const readsStdin = [options.to, options.cc, options.bcc, options.each].some(names => names?.includes('-'));
  const mayAsk = canPrompt({ json: context.json, noInput: !context.input, readsStdin });
  await confirmAgain(options, mayAsk);
  await confirmCount(planned, options, mayAsk);
}

async function confirmAgain({ earlier, again }: ConfirmOptions, mayAsk: boolean): Promise<void> {
  if (earlier === undefined || again === true) return;
  const problem = alreadySent(earlier);
  const question = `Careful: ${problem.message}.\n${adviseNext(earlier)}\nSend it to everybody again? [y/N] `;
  if (mayAsk && (await agreed(question))) return;
  throw problem;
}

async function confirmCount(planned: PlannedEmail, options: ConfirmOptions, mayAsk: boolean): Promise<void> {
  const count = planned.plan.recipients;
  if (options.confirm !== undefined) {
    if (options.confirm === count) return;
    throw new Problem(
      'confirmation-needed',
      `--confirm ${options.confirm}, but there are ${count} recipients`,
      {
        fix: `Look at the list; --confirm ${count} sends to all of them.`,
      },
    );
  }
  if (options.yes === true || (planned.typedByHand && count <= unaskedRecipients)) return;
  if (!mayAsk) {
    throw new Problem('confirmation-needed', `sending to ${count} recipients has to be confirmed`, {
      fix: `Pass --yes, or --confirm ${count}, which fails should the number change.`,
    });
  }
  if (count >= typedRecipients) await confirmTyped(count);
  else if (!(await agreed(`Send to ${count} people? [y/N] `)))
    throw new Problem('confirmation-needed', 'nothing was sent', { fix: 'The answer was not yes.' });
}

async function confirmTyped(count: number): Promise<void> {
  const problem = judgeTyped(await ask(`Type ${count} to send to ${count} people: `), count);
  if (problem !== undefined) throw problem;
}

/** @returns undefined when the number that was typed is that of the recipients. */
export function judgeTyped(typed: string, count: number): Problem | undefined {
  const answer = typed.trim();
  if (answer === String(count)) return undefined;
  const shown = /^\d{1,9}$/.test(answer) ? answer : quoteInput(answer);
  const what = answer === '' ? 'You typed no number' : `You typed ${shown}`;
  return new Problem('confirmation-needed', `${what}; there are ${count}`, {
    fix: `Nothing was sent. Look at the list, then run the command again: ${count} sends to all of them.`,
  });
}

async function agreed(question: string): Promise<boolean> {
  return /^y(es)?$/i.test(await ask(question));
}
