import type { CopyPlan } from '../merge/copy-plan.js';
import { makeFolder, writePrivateFile } from '../system/output-files.js';
import type { PlannedEmail } from '../workflow/plan-email.js';
import type { Context } from './context.js';

/**
 * The real octets of every copy, with tokens that are never counted.
 * @param limit of copies, for a run that would stop after so many recipients.
 */
export async function writeCopies(
  context: Context,
  planned: PlannedEmail,
  copies: CopyPlan,
  { out: folder, limit = Number.POSITIVE_INFINITY }: { readonly out?: string; readonly limit?: number },
): Promise<void> {
  const { recipients } = planned.plan;
  if (folder !== undefined) {
    await makeFolder(folder);
    const digits = String(recipients).length;
    for await (const recipient of planned.recipients()) {
      if (recipient.position >= limit) break;
      const { message } = await copies.make(recipient);
      const number = String(recipient.position + 1).padStart(digits, '0');
      const name = recipient.emailAddress.replaceAll(/[^A-Za-z0-9@._+-]/g, '_');
      await writePrivateFile(folder, `${number}-${name}.eml`, message);
    }
  }
  const which = limit < recipients ? `The first ${limit} of ${recipients} copies` : 'The copies';
  const where =
    folder === undefined ? 'Add --out <dir> to look at the copies.' : `${which} are in ${folder}.`;
  context.output.say(`Dry run: nothing was sent. ${where}`);
}
