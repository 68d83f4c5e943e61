/**
 * From what the user typed to an email that could be sent, or to everything that is wrong with it. Nothing is
 * written and nothing is sent here; the plan is data that is shown, agreed to and then carried out.
 */
import { createHash } from 'node:crypto';
import { printBase32 } from '../base32.js';
import { type TemplateResult, templateKind } from '../merge/compile-template.js';
import type { Composition } from '../merge/composition.js';
import { type CopyPlan, createCopyPlan } from '../merge/copy-plan.js';
import { fieldsOf, parseLiquid } from '../merge/liquid.js';
import { printDateTime } from '../message/date-time.js';
import { domainOf, printMailbox } from '../message/mailbox.js';
import { createMessageId } from '../message/message-id.js';
import { Problem, Problems } from '../problem.js';
import { checkExposure, visibleCount } from '../recipients/audience.js';
import type { Recipient } from '../recipients/recipient.js';
import type { KeyRing } from '../tracking/key.js';
import { findRenderFaults, findUnknownFields } from './check-rows.js';
import type { SendPlan } from './events.js';
import type { Gathered } from './gather-recipients.js';
import { createDistinctNumbers, createEmailId, createNumber48 } from './identifiers.js';
import type { Clock, EmailRecord, Mode, Random, RecipientRecord } from './ports.js';
import { type DraftPorts, type EmailDraft, type ReadDraft, readDraft, sourceRef } from './read-draft.js';

export interface PlanPorts extends DraftPorts {
  readonly clock: Clock;
  readonly random: Random;
  /** For trying every copy. */
  readonly ring: KeyRing;
}

export interface PlannedEmail {
  readonly plan: SendPlan;
  readonly email: EmailRecord;
  readonly composition: Composition;
  readonly recipients: readonly RecipientRecord[];
  /** Recipients typed by hand, not read from a file. */
  readonly typedByHand: boolean;
  /** @param ring seals the tokens; of a rehearsal any will do. */
  copies(purpose: 'pixel' | 'rehearsal', ring: KeyRing): CopyPlan;
}

/** @throws Problems: everything that is wrong with the template, the list, the addresses and the fields at once. */
export async function planEmail(draft: EmailDraft, ports: PlanPorts): Promise<PlannedEmail> {
  const problems: Problem[] = [];
  const read = await readDraft(draft, ports, problems);
  if (read === undefined) throw new Problems(problems);
  const { template, audience, originator, attachments } = read;
  if (audience.problems.length === 0 && audience.recipients.length === 0)
    problems.push(nobody(audience.suppressed));

  const { mode } = audience;
  const exposure = checkExposure(audience.recipients, mode, draft.maxVisible, draft.expose);
  if (exposure !== undefined) problems.push(exposure);
  problems.push(...checkSubject(template, mode));

  const now = ports.clock.now();
  const nextNumber = createDistinctNumbers(ports.random);
  const records = audience.recipients.map((recipient, position) =>
    toRecord(recipient, position, nextNumber(), now, draft),
  );
  const composition = compose(draft, ports, read, now);
  const email: EmailRecord = {
    emailId: createEmailId(ports.random),
    emailNumber: createNumber48(ports.random),
    mode,
    subject: template.compiled.subject,
    from: printMailbox(originator.from),
    messageId: composition.messageId,
    createdAt: now,
    tokenFormat: draft.tokenFormat,
    fingerprint: fingerprintOf(composition, records),
    composition: JSON.stringify(composition),
  };
  const copies = (purpose: 'pixel' | 'rehearsal', ring: KeyRing) =>
    createCopyPlan(composition, {
      emailId: email.emailId,
      emailNumber: email.emailNumber,
      ring,
      purpose,
      attachments,
      templatePath: draft.templatePath,
    });

  problems.push(
    ...checkEveryCopy(draft, template, audience.recipients, records, () => copies('rehearsal', ports.ring)),
  );
  if (problems.length > 0) throw new Problems(problems);
  return {
    plan: describePlan(draft, email, composition, audience, records),
    email,
    composition,
    recipients: records,
    typedByHand: audience.typedByHand,
    copies,
  };
}

function nobody(suppressed: readonly string[]): Problem {
  return suppressed.length > 0
    ? new Problem('usage', `nobody is left: all ${suppressed.length} recipients are suppressed`)
    : new Problem('usage', 'there are no recipients', { fix: 'Name them with --to, --cc, --bcc or --each.' });
}

/** Everybody in a group sees the same Subject; a merge field in it would split their thread. */
function checkSubject(template: TemplateResult, mode: Mode): readonly Problem[] {
  if (mode === 'each') return [];
  const origin = { place: { file: 'subject' }, lineOffset: 0 };
  const [field] = fieldsOf(parseLiquid('text', template.compiled.subject, origin), origin).keys();
  if (field === undefined) return [];
  return [
    new Problem(
      'template-subject',
      `the subject has the merge field "${field}", but in group mail everybody sees one subject`,
      {
        fix: 'Write it without, or send one message to each with --each.',
      },
    ),
  ];
}

function toRecord(
  recipient: Recipient,
  position: number,
  recipientNumber: number,
  now: Date,
  draft: EmailDraft,
): RecipientRecord {
  return {
    position,
    recipientNumber,
    emailAddress: recipient.mailbox.addrSpec,
    name: recipient.mailbox.name,
    role: recipient.role,
    tracked: draft.trackingUrl !== undefined && recipient.tracked,
    fields: recipient.fields,
    state: 'pending',
    stateAt: now,
    attempts: 0,
  };
}

function compose(draft: EmailDraft, ports: PlanPorts, read: ReadDraft, now: Date): Composition {
  const { audience, originator, template } = read;
  const inRole = (role: 'to' | 'cc') =>
    audience.mode === 'group'
      ? audience.recipients.filter(recipient => recipient.role === role).map(recipient => recipient.mailbox)
      : [];
  // Without a pixel to carry, a plain text template is sent as what it is.
  const textOnly = draft.trackingUrl === undefined && templateKind(draft.templatePath) === 'txt';
  return {
    version: 1,
    mode: audience.mode,
    reversePath: originator.reversePath,
    from: originator.from,
    replyTo: originator.replyTo,
    to: inRole('to'),
    cc: inRole('cc'),
    date: printDateTime(now, -now.getTimezoneOffset()),
    messageId: createMessageId(ports.random.bytes(16), domainOf(originator.from.addrSpec)),
    inReplyTo: draft.inReplyTo,
    headerFields: read.headerFields,
    boundary: printBase32(ports.random.bytes(12)),
    template: textOnly ? { ...template.compiled, html: undefined } : template.compiled,
    set: [...draft.set],
    defaults: [...template.frontMatter.defaults],
    attachments: read.attachments.map(({ path, filename, content }) => ({
      filename,
      ...sourceRef(path, content),
    })),
    tokenFormat: draft.tokenFormat,
    trackingUrl: draft.trackingUrl,
    folder: draft.folder,
    sources: read.sources,
  };
}

/** The same words to the same people: what nobody means to send twice in a day. */
function fingerprintOf(composition: Composition, records: readonly RecipientRecord[]): string {
  const { mode, template } = composition;
  const recipients = records.map(({ emailAddress, role, fields }) => [emailAddress, role, [...fields]]);
  return createHash('sha256')
    .update(JSON.stringify([mode, template, recipients]))
    .digest('hex');
}

function checkEveryCopy(
  draft: EmailDraft,
  template: TemplateResult,
  recipients: readonly Recipient[],
  records: readonly RecipientRecord[],
  copies: () => CopyPlan,
): readonly Problem[] {
  const check = {
    asked: template.fields,
    recipients,
    given: [...draft.set.keys(), ...template.frontMatter.defaults.keys()],
    withoutValue: draft.trackingUrl === undefined ? ['unsubscribe_url'] : [],
  };
  const unknown = findUnknownFields(check);
  if (unknown.length > 0) return unknown;
  const plan = copies();
  return findRenderFaults(check, (_recipient, index) => plan.render(records[index] as RecipientRecord));
}

function describePlan(
  draft: EmailDraft,
  email: EmailRecord,
  composition: Composition,
  audience: Gathered,
  records: readonly RecipientRecord[],
): SendPlan {
  const inRole = (role: 'to' | 'cc' | 'bcc') =>
    audience.recipients.filter(recipient => recipient.role === role).map(recipient => recipient.mailbox);
  return {
    emailId: email.emailId,
    mode: email.mode,
    subject: email.subject,
    messageId: email.messageId,
    from: composition.from,
    to: inRole('to'),
    cc: inRole('cc'),
    bcc: inRole('bcc'),
    recipients: records.length,
    visible: email.mode === 'each' ? 1 : visibleCount(audience.recipients),
    untracked: records.filter(record => !record.tracked).length,
    suppressed: audience.suppressed,
    server: draft.server,
    connections: Math.min(draft.connections, Math.ceil(records.length / 10)),
    window: draft.window,
    trackingUrl: draft.trackingUrl,
    notices: audience.notices,
    warnings: [],
  };
}
