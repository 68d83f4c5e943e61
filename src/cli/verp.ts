import type { KeyRing } from '../tracking/key.js';
import { sealToken } from '../tracking/token.js';
import { verpReversePath } from '../tracking/verp.js';
import type { EmailRecord } from '../workflow/ports.js';
import type { SendRequest } from '../workflow/send-email.js';
import type { Context } from './context.js';

/** The reverse-path of each copy, where `inbox.verp` is set; otherwise all copies have the one of the email. */
export function readVerp(
  context: Context,
  ring: KeyRing,
  { emailNumber }: Pick<EmailRecord, 'emailNumber'>,
): Pick<SendRequest, 'ownReversePath'> {
  const mailbox = context.text('inbox.verp');
  if (mailbox === undefined) return {};
  return {
    ownReversePath: recipientNumber =>
      verpReversePath(mailbox, sealToken(ring, { purpose: 'copy', emailNumber, recipientNumber })),
  };
}
