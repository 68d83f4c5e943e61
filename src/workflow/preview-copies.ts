import { createImageEmbedder } from '../merge/embed-images.js';
import { createCopyReader, type ReadableCopy } from '../merge/read-copy.js';
import { type Mailbox, printMailbox } from '../message/mailbox.js';
import { Problem } from '../problem.js';
import type { Recipient } from '../recipients/recipient.js';
import type { FileInCopy, PlannedEmail } from './plan-email.js';

/** Which copies are looked at: those of some recipients, counted from 1, or the first so many. */
export type ChosenRows =
  | { readonly kind: 'rows'; readonly rows: readonly number[] }
  | { readonly kind: 'first'; readonly count: number };

/** One copy as its recipient gets it, without the pixel. */
export interface PreviewedCopy extends ReadableCopy {
  /** From 1, in the order of sending. */
  readonly row: number;
  readonly emailAddress: string;
  /** What the recipient sees of who sent it to whom, in order; a field that is not there is left out. */
  readonly header: readonly (readonly [name: string, value: string])[];
  readonly attachments: readonly FileInCopy[];
  /** The HTML with its images in it, for a browser; undefined where there is no HTML. */
  readonly page: string | undefined;
}

/** @throws Problem `usage` for a row that nobody has. */
export async function previewCopies(
  planned: PlannedEmail,
  chosen: ChosenRows,
): Promise<readonly PreviewedCopy[]> {
  const { plan, composition, template } = planned;
  const read = createCopyReader(composition, { emailId: plan.emailId, templatePath: template.file.path });
  const wanted = chosen.kind === 'rows' ? new Set(chosen.rows) : undefined;
  const last = chosen.kind === 'rows' ? Math.max(...chosen.rows) : chosen.count;
  if (chosen.kind === 'rows' && last > plan.recipients) throw noSuchRow(last, plan.recipients);
  const embed = createImageEmbedder(planned.images);
  const copies: PreviewedCopy[] = [];
  let row = 0;
  for await (const recipient of planned.people()) {
    row += 1;
    if (row > last) break;
    if (wanted?.has(row) === false) continue;
    const { mailbox, role, fields } = recipient;
    const copy = read({ emailAddress: mailbox.addrSpec, name: mailbox.name, role, fields });
    copies.push({
      ...copy,
      row,
      emailAddress: mailbox.addrSpec,
      header: headerOf(planned, recipient, copy.subject),
      attachments: planned.filesOf(recipient),
      page: copy.html === undefined ? undefined : embed(copy.html),
    });
  }
  return copies;
}

function headerOf(
  { composition }: PlannedEmail,
  { mailbox }: Recipient,
  subject: string,
): PreviewedCopy['header'] {
  const { mode, from, replyTo, to, cc, date } = composition;
  const print = (mailboxes: readonly Mailbox[]) => mailboxes.map(printMailbox).join(', ');
  const nobody = mode === 'group' && to.length + cc.length === 0;
  const fields: PreviewedCopy['header'] = [
    ['From', printMailbox(from)],
    ['Reply-To', print(replyTo)],
    ['To', nobody ? 'undisclosed-recipients:;' : print(mode === 'each' ? [mailbox] : to)],
    ['Cc', mode === 'each' ? '' : print(cc)],
    ['Subject', subject],
    ['Date', date],
  ];
  return fields.filter(([, value]) => value !== '');
}

function noSuchRow(row: number, recipients: number): Problem {
  return new Problem(
    'usage',
    `there is no row ${row}: ${recipients === 1 ? 'there is 1 recipient' : `there are ${recipients} recipients`}`,
    {
      fix: 'Rows count from 1, in the order of sending; suppressed and repeated ones are left out.',
    },
  );
}
