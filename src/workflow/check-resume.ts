import { createHash } from 'node:crypto';
import { type AttachmentRef, type Composition, pathOf, type SourceRef } from '../merge/composition.js';
import { Problem } from '../problem.js';
import { Fingerprint } from './fingerprint.js';
import type { EmailRecord, Files, Ledger } from './ports.js';

export interface ResumeAllowances {
  /** Go on with the stored message although its files changed. */
  readonly acceptChanged: boolean;
  /** Go on although the database is a copy. */
  readonly acceptCopy: boolean;
}

/**
 * The email as it was begun. Its fingerprint has to come out again: a database can be damaged in ways its engine does not
 * see, and an address with another letter is somebody else's.
 * @throws Problem `database` when it does not.
 */
export async function readComposition(
  email: EmailRecord,
  ledger: Pick<Ledger, 'readRecipients'>,
): Promise<Composition> {
  const composition = parseComposition(email);
  const fingerprint = new Fingerprint(email.mode, composition.template);
  for await (const batch of ledger.readRecipients(email.emailId)) {
    for (const recipient of batch) {
      fingerprint.add(recipient);
      fingerprint.addAttachments(recipient.emailAddress, recipient.attachments);
    }
  }
  if (fingerprint.digest() !== email.fingerprint) throw damaged(email);
  return composition;
}

function parseComposition(email: EmailRecord): Composition {
  try {
    return JSON.parse(email.composition) as Composition;
  } catch (cause) {
    throw damaged(email, cause);
  }
}

function damaged({ emailId }: EmailRecord, cause?: unknown): Problem {
  return new Problem(
    'database',
    `what the database holds of ${emailId} is not what was begun: it is damaged`,
    {
      fix: 'Restore the database from a copy. Nothing was sent in this run.',
      cause,
    },
  );
}

/**
 * What speaks against going on with an email: its files are other ones now, so the user may expect another message; or
 * the database is a copy, which may have missed what was sent. Allowed, each is carried out and no longer spoken of.
 */
export async function findResumeProblems(
  composition: Composition,
  ports: { readonly files: Files; readonly ledger: Ledger },
  allowed: ResumeAllowances,
): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  for (const source of allowed.acceptChanged ? [] : composition.sources) {
    const change = await changeOf(source, pathOf(composition, source), ports.files);
    if (change !== undefined) problems.push(changed(source.path, change));
  }
  // The rest has to get the same file as those before, and it is not stored: nothing can be accepted here.
  for (const attachment of composition.attachments) {
    const change = await changeOf(attachment, pathOf(composition, attachment), ports.files);
    if (change !== undefined) problems.push(attachmentChanged(attachment, change));
  }
  if (await ports.ledger.isCopy()) {
    if (allowed.acceptCopy) await ports.ledger.adoptCopy();
    else problems.push(copied());
  }
  return problems;
}

async function changeOf(source: SourceRef, path: string, files: Files): Promise<string | undefined> {
  if (!(await files.exists(path))) return 'is gone';
  const sha256 = createHash('sha256')
    .update(await files.readBytes(path))
    .digest('hex');
  return sha256 === source.sha256 ? undefined : 'changed';
}

function changed(path: string, change: string): Problem {
  return new Problem('email-state', `${path} ${change} since the email was begun`, {
    fix: 'Put it back; or pass --accept-changed, which sends the rest the message as it was when it was begun.',
  });
}

function attachmentChanged({ path, contentId }: AttachmentRef, change: string): Problem {
  const what = contentId === undefined ? 'attachment' : 'image';
  return new Problem('email-state', `the ${what} ${path} ${change} since the email was begun`, {
    fix: 'Put it back; or cancel this email and send the new file with another.',
  });
}

function copied(): Problem {
  return new Problem(
    'email-state',
    'the database was copied from elsewhere, and may not know what was sent since',
    {
      fix: 'Resume where the original is; or pass --accept-copy if the original will never send again.',
    },
  );
}
