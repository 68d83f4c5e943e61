import { type Composition, pathOf } from '../../merge/composition.js';
import { createCopyPlan } from '../../merge/copy-plan.js';
import type { Attachment } from '../../message/compose.js';
import { Problem, Problems } from '../../problem.js';
import { openStoreIfAny, type Store } from '../../store/open-store.js';
import { systemFiles } from '../../system/files.js';
import { type KeyRing, sealingWith } from '../../tracking/key.js';
import { findResumeProblems, readComposition } from '../../workflow/check-resume.js';
import { findEmail } from '../../workflow/find-email.js';
import type { EmailRecord } from '../../workflow/ports.js';
import { createAttachmentReader } from '../../workflow/read-attachment.js';
import { sourceRef } from '../../workflow/source-ref.js';
import { carryOut } from '../carry-out.js';
import { createContext } from '../context.js';
import { createSigner, readDkimSettings } from '../dkim-settings.js';
import { exitCodeOfSend } from '../exit-codes.js';
import { createPassingKeyRing, keySource, readKeyRing } from '../key-ring.js';
import { unknownWithoutDatabase } from '../no-database.js';
import type { GlobalOptions } from '../options.js';
import { createSendView } from '../send-view.js';
import { readSmtpAddress } from '../smtp-address.js';
import { completeSmtpSettings } from '../smtp-settings.js';
import { readTransportSettings, type TransportOptions } from '../transport-options.js';
import { readVerp } from '../verp.js';
import { settleRecipients } from './settle.js';

export interface ResumeOptions extends GlobalOptions, TransportOptions {
  readonly smtp?: string;
  readonly limit?: number;
  readonly resendUncertain?: boolean;
  readonly acceptChanged?: boolean;
  readonly acceptCopy?: boolean;
  readonly resolve?: 'accepted' | 'skip';
  readonly recipient?: readonly string[];
}

export async function runResume(emailId: string | undefined, options: ResumeOptions): Promise<void> {
  checkUsage(options);
  const context = await createContext(options, { 'smtp.url': { flag: '--smtp', value: options.smtp } });
  const store = await openStoreIfAny(context.storeUrl);
  if (store === undefined) {
    if (emailId !== undefined) throw unknownWithoutDatabase(emailId, context.storeUrl);
    context.output.say('Nothing to resume: no email has been sent yet.');
    return;
  }
  try {
    const email = await findEmailToResume(store, emailId);
    if (email === undefined) {
      context.output.say('Nothing to resume: every email is finished.');
      return;
    }
    if (options.recipient !== undefined && options.resolve !== undefined) {
      const decision = { as: options.resolve, addresses: options.recipient };
      await settleRecipients(store, email, decision, { context, color: options.color });
      return;
    }
    const composition = await readComposition(email, store.ledger);
    const ring = await keyRingFor(email, composition);
    const problems = await findResumeProblems(
      composition,
      { files: systemFiles, ledger: store.ledger },
      { acceptChanged: options.acceptChanged === true, acceptCopy: options.acceptCopy === true },
    );
    if (problems.length > 0) throw new Problems(problems);
    const attachments = await readAttachments(composition);
    const server = readSmtpAddress(context);
    const dkim = await readDkimSettings(context, server.host);
    const settings = await completeSmtpSettings(context, server);
    const finished = await carryOut(
      {
        email,
        copies: createCopyPlan(composition, {
          emailId: email.emailId,
          emailNumber: email.emailNumber,
          ring,
          purpose: 'pixel',
          attachments,
          readAttachment: createAttachmentReader(systemFiles, attachment => pathOf(composition, attachment)),
          signer: createSigner(dkim, composition.date),
          templatePath: composition.sources[0]?.path ?? 'the stored template',
        }),
        reversePath: composition.reversePath,
        ...readVerp(context, ring, email),
        ...readTransportSettings(options, context),
        limit: options.limit,
        uncertain: options.resendUncertain === true ? 'resend' : options.resolve,
        resumed: true,
      },
      { store, settings, view: createSendView(context, options.color), output: context.output },
    );
    process.exitCode = exitCodeOfSend(finished);
  } finally {
    await store.close();
  }
}

function checkUsage({ recipient, resolve }: ResumeOptions): void {
  if (recipient === undefined || resolve !== undefined) return;
  throw new Problem('usage', '--recipient needs --resolve skip or --resolve accepted', {
    fix: 'A recipient is given up with `--resolve skip --recipient <address>`.',
  });
}

/**
 * Sealing with the key the email was begun with, whether or not another was made since: a copy that is sent again is the
 * same, and a key made now would give the rest of the recipients tokens that the server may not know.
 */
async function keyRingFor({ keyFingerprint }: EmailRecord, { trackingUrl }: Composition): Promise<KeyRing> {
  const ring = await readKeyRing();
  const own = ring === undefined || keyFingerprint === undefined ? ring : sealingWith(ring, keyFingerprint);
  if (own !== undefined) return own;
  if (trackingUrl === undefined) return createPassingKeyRing();
  const which = keyFingerprint === undefined ? '' : ` (${keyFingerprint})`;
  throw new Problem('key', `the key this email was begun with${which} is not there: ${keySource()}`, {
    fix: 'Put the key file back, or name it with MAILTRACK_KEY.',
  });
}

async function findEmailToResume(
  store: Store,
  emailId: string | undefined,
): Promise<EmailRecord | undefined> {
  return emailId === undefined ? store.reader.findUnfinished() : findEmail(store.reader, emailId);
}

async function readAttachments(composition: Composition): Promise<readonly Attachment[]> {
  return Promise.all(
    composition.attachments.map(async attachment => {
      const content = await systemFiles.readBytes(pathOf(composition, attachment));
      // Looked at before; this is what is sent.
      if (sourceRef(attachment.path, content).sha256 !== attachment.sha256)
        throw new Problem('email-state', `the attachment ${attachment.path} changed while it was read`);
      return { filename: attachment.filename, contentId: attachment.contentId, content };
    }),
  );
}
