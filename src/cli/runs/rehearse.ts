import { openStoreIfAny } from '../../store/open-store.js';
import type { PlannedEmail } from '../../workflow/plan-email.js';
import type { DraftPorts, EmailDraft } from '../../workflow/read-draft.js';
import type { Context } from '../context.js';
import { createDraft, type DraftOptions } from '../draft.js';
import { planWithSystem } from '../plan-with-system.js';
import { readTransportSettings } from '../transport-options.js';

/** Where links lead that nobody will follow. RFC 6761 §6.4 */
const nowhere = 'https://tracking.invalid';

/** As `send` has it, on the way to no server. @param trackingUrl undefined: it is missing, which is another matter. */
export function rehearsedDraft(
  templatePath: string,
  options: DraftOptions,
  context: Context,
  trackingUrl: string | undefined,
): EmailDraft {
  return createDraft(templatePath, options, context, {
    server: undefined,
    trackingUrl: options.track ? (trackingUrl ?? nowhere) : undefined,
    transport: readTransportSettings(options, context),
  });
}

/**
 * Plans as `send --dry-run` does and hands the plan on while the database, if there is one, is open.
 * @param told as for `planWithSystem`.
 * @throws Problems as `planEmail`.
 */
export async function rehearse<T>(
  draft: EmailDraft,
  context: Context,
  use: (planned: PlannedEmail) => Promise<T>,
  told: Pick<DraftPorts, 'tellLists' | 'tellRead'> = {},
): Promise<T> {
  const store = await openStoreIfAny(context.storeUrl);
  try {
    const planned = await planWithSystem(draft, context, store, told);
    return await use(planned);
  } finally {
    await store?.close();
  }
}
