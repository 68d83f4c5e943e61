/**
 * From what the user typed to an email that could be sent, or to everything that is wrong with it. Nothing is
 * written and nothing is sent here; the plan is data that is shown, agreed to and then carried out.
 */
import { printBase32 } from '../base32.js';
import type { CompiledTemplate, TemplateResult } from '../merge/compile-template.js';
import type { Composition } from '../merge/composition.js';
import { type CopyPlan, createCopyPlan } from '../merge/copy-plan.js';
import { fieldsOf, parseLiquid } from '../merge/liquid.js';
import { printDateTime } from '../message/date-time.js';
import type { DkimSigner } from '../message/dkim/signer.js';
import { domainOf, needsSmtpUtf8, printMailbox } from '../message/mailbox.js';
import { createMessageId } from '../message/message-id.js';
import { Problem, Problems } from '../problem.js';
import { checkExposure } from '../recipients/exposure.js';
import type { Recipient } from '../recipients/recipient.js';
import type { KeyRing } from '../tracking/key.js';
import { type FieldCheck, findUnknownFields } from './check-rows.js';
import { type CopyCheck, createCopyCheck, type Survey, toCopyRecipient, valuesOf } from './copy-check.js';
import type { SendPlan } from './events.js';
import type { Gathered } from './gather-recipients.js';
import { createDistinctNumbers, createEmailId, createNumber48 } from './identifiers.js';
import type { Clock, EmailRecord, Mode, RecipientRecord } from './ports.js';
import { type DraftPorts, type EmailDraft, type ReadDraft, readDraft } from './read-draft.js';
import { sourceRef } from './source-ref.js';

export interface PlanPorts extends DraftPorts {
  readonly clock: Clock;
}

export interface PlannedEmail {
  readonly plan: SendPlan;
  readonly email: EmailRecord;
  readonly composition: Composition;
  readonly template: TemplateResult;
  /** What reads as a merge field nobody filled in, when that was said to be meant. */
  readonly leftovers: readonly Problem[];
  /** Who gets a copy, with the place they come from. @throws as `recipients`. */
  people(): AsyncIterable<Recipient>;
  /** Read from the lists anew. @throws Problem `io` when one of them has changed. */
  recipients(): AsyncIterable<RecipientRecord>;
  /** Recipients typed by hand, not read from a file. */
  readonly typedByHand: boolean;
  /** @param ring seals the tokens; of a rehearsal any will do. */
  copies(purpose: 'pixel' | 'rehearsal', ring: KeyRing, signer?: DkimSigner): CopyPlan;
}

/** @throws Problems: everything that is wrong with the template, the list, the addresses and the fields at once. */
export async function planEmail(draft: EmailDraft, ports: PlanPorts): Promise<PlannedEmail> {
  const problems: Problem[] = [];
  const now = ports.clock.now();
  const identity = {
    emailId: createEmailId(ports.random),
    emailNumber: createNumber48(ports.random),
    boundary: printBase32(ports.random.bytes(12)),
  };
  let check: CopyCheck | undefined;
  const read = await readDraft(draft, ports, problems, template => {
    check = template === undefined ? undefined : createCopyCheck(draft, template, identity);
    return recipient => check?.add(recipient);
  });
  if (read === undefined || check === undefined) throw new Problems(problems);
  const { template, audience, originator, attachments } = read;
  if (!audience.allMet) {
    check = createCopyCheck(draft, template, identity);
    for await (const recipient of audience.recipients()) check.add(recipient);
  }
  const { survey, faults, message } = check;
  const { mode } = audience;
  problems.push(...checkSubject(template, mode));
  const fields: FieldCheck = {
    asked: template.fields,
    columns: audience.columns,
    fromList: audience.fromList,
    given: [...draft.set.keys(), ...template.frontMatter.defaults.keys()],
    withoutValue: draft.trackingUrl === undefined ? ['unsubscribe_url'] : [],
  };
  const unknown = findUnknownFields(fields);
  problems.push(...unknown);
  if (audience.problems.length === 0 && survey.exposure.people === 0) problems.push(nobody(audience));
  const exposure = checkExposure(survey.exposure, mode, draft.maxVisible, draft.expose);
  if (exposure !== undefined) problems.push(exposure);
  const composition = compose(draft, ports, read, { ...identity, message, header: survey.header, now });
  // Whoever lacks a field that nobody can have need not be told of it one by one.
  problems.push(...(unknown.length > 0 ? [] : faults.problems(fields)), ...findInternational(composition));
  problems.push(...faults.urls(template.file));
  const leftovers = faults.leftovers(template.file);
  if (!draft.allowPlaceholders) problems.push(...leftovers);
  if (problems.length > 0) throw new Problems(problems);

  const { emailId, emailNumber } = identity;
  const copies: PlannedEmail['copies'] = (purpose, ring, signer) =>
    createCopyPlan(composition, {
      emailId,
      emailNumber,
      ring,
      purpose,
      attachments,
      signer,
      templatePath: draft.templatePath,
    });
  const email: EmailRecord = {
    emailId,
    emailNumber,
    mode,
    subject: template.compiled.subject,
    from: printMailbox(originator.from),
    messageId: composition.messageId,
    createdAt: now,
    tokenFormat: draft.tokenFormat,
    fingerprint: survey.fingerprint.digest(),
    composition: JSON.stringify(composition),
  };
  return {
    plan: describePlan(draft, email, composition, audience, survey, leftovers),
    email,
    composition,
    template,
    leftovers,
    people: audience.recipients,
    recipients: () => toRecords(audience, ports, now, draft),
    typedByHand: audience.typedByHand,
    copies,
  };
}

/** Positions and numbers are given out here: the store keeps those of the last reading. */
async function* toRecords(
  audience: Gathered,
  { random }: PlanPorts,
  now: Date,
  draft: EmailDraft,
): AsyncGenerator<RecipientRecord, void, void> {
  const nextNumber = createDistinctNumbers(random);
  let position = 0;
  for await (const recipient of audience.recipients()) {
    yield toRecord(recipient, position++, nextNumber(), now, draft);
  }
}

function nobody({ suppressed, leftOut }: Gathered): Problem {
  const reasons = [
    ...(leftOut > 0 ? [`--where leaves out ${leftOut} ${leftOut === 1 ? 'row' : 'rows'}`] : []),
    ...(suppressed.length > 0 ? [`all ${suppressed.length} recipients are suppressed`] : []),
  ];
  return reasons.length > 0
    ? new Problem('usage', `nobody is left: ${reasons.join(', and ')}`)
    : new Problem('usage', 'there are no recipients', { fix: 'Name them with --to, --cc, --bcc or --each.' });
}

/**
 * Such a mailbox makes the header of every copy one that only SMTPUTF8 carries, also to those whose own address is plain: one
 * server without it would refuse them all. RFC 6532 §3, RFC 6531 §3.4
 */
function findInternational({ from, replyTo, to, cc }: Composition): readonly Problem[] {
  return [from, ...replyTo, ...to, ...cc]
    .filter(({ addrSpec }) => needsSmtpUtf8(addrSpec))
    .map(
      ({ addrSpec }) =>
        new Problem(
          'address-syntax',
          `${addrSpec} has letters beyond ASCII before the "@", and stands in every copy`,
          {
            fix: 'Use --bcc or --each for such recipients, and another address as sender.',
          },
        ),
    );
}

/** Everybody in a group sees the same Subject; a merge field in it would split their thread. */
function checkSubject(template: TemplateResult, mode: Mode): readonly Problem[] {
  if (mode === 'each') return [];
  const origin = { place: { file: 'subject' }, lineOffset: 0 };
  const [field] = fieldsOf(parseLiquid('text', template.compiled.subject, origin), origin).keys();
  if (field === undefined) {
    if (!/\{[{%]/.test(template.compiled.subject)) return [];
    // Without a field it may still come out differently, or differently tomorrow: dates, random picks.
    return [
      new Problem(
        'template-subject',
        'the subject has Liquid in it, but in group mail everybody sees one subject',
        {
          fix: 'Write it out, or send one message to each with --each.',
        },
      ),
    ];
  }
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
    ...toCopyRecipient(recipient, recipientNumber, draft),
    position,
    state: 'pending',
    stateAt: now,
    attempts: 0,
  };
}

function compose(
  draft: EmailDraft,
  ports: PlanPorts,
  read: ReadDraft,
  own: {
    readonly boundary: string;
    readonly message: CompiledTemplate;
    readonly header: Pick<Composition, 'to' | 'cc'>;
    readonly now: Date;
  },
): Composition {
  const { audience, originator, template } = read;
  return {
    version: 1,
    mode: audience.mode,
    reversePath: originator.reversePath,
    from: originator.from,
    replyTo: originator.replyTo,
    ...own.header,
    date: printDateTime(own.now, -own.now.getTimezoneOffset()),
    messageId: createMessageId(ports.random.bytes(16), domainOf(originator.from.addrSpec)),
    inReplyTo: draft.inReplyTo,
    headerFields: read.headerFields,
    boundary: own.boundary,
    template: own.message,
    ...valuesOf(draft, template),
    attachments: read.attachments.map(({ path, filename, content, contentId }) => ({
      filename,
      contentId,
      ...sourceRef(path, content),
    })),
    tokenFormat: draft.tokenFormat,
    trackingUrl: draft.trackingUrl,
    folder: draft.folder,
    sources: [...read.sources, ...audience.sources],
  };
}

function describePlan(
  draft: EmailDraft,
  email: EmailRecord,
  composition: Composition,
  audience: Gathered,
  { exposure, shown, untracked, doubts }: Survey,
  leftovers: readonly Problem[],
): SendPlan {
  return {
    emailId: email.emailId,
    mode: email.mode,
    subject: email.subject,
    messageId: email.messageId,
    from: composition.from,
    ...shown,
    recipients: exposure.people,
    visible: email.mode === 'each' ? 1 : exposure.visible,
    untracked: draft.trackingUrl === undefined ? exposure.people : untracked,
    suppressed: audience.suppressed,
    server: draft.server,
    connections: Math.min(draft.connections, Math.ceil(exposure.people / 10)),
    window: draft.window,
    trackingUrl: draft.trackingUrl,
    notices: audience.notices,
    warnings: [...doubts.warnings(), ...leftovers.map(({ message }) => message)],
  };
}
